"""What a learning rule says of itself, how it wires networks, and how these respond."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.testing._populations import require
from homolog.testing._toy import (
    clusters,
    counters,
    largest_difference,
    require_equal,
    small_sizes,
    wired,
)

if TYPE_CHECKING:
    from homolog.networks import LayeredNetwork
    from homolog.rules._rule import LearningRule

_METHODS = ("wire", "respond", "step", "settle", "learn", "observe")
_ROUNDING = 1e-9
_SINGLE = 1e-3


def check_declared(rule: LearningRule, rng: np.random.Generator) -> None:
    """A rule is settings that cannot change, with a name, a title, a source and a citation."""
    kind = type(rule).__name__
    for name in ("name", "title", "source", "citation"):
        require(isinstance(getattr(rule, name, None), str), f"{kind} has no {name}")
    require(rule.name.isidentifier(), f"the name {rule.name!r} is not an identifier")
    require(
        rule.source.startswith("https://"),
        f"{rule.name} names no address where it was defined: {rule.source!r}",
    )
    require(
        rule.citation.strip().startswith("@"),
        f"{rule.name} has no BibTeX entry: its citation must begin with @",
    )
    require(bool((type(rule).__doc__ or "").strip()), f"{rule.name} has no docstring")
    for method in _METHODS:
        require(callable(getattr(rule, method, None)), f"{rule.name} has no method {method}")
    _check_frozen(rule)


def _check_frozen(rule: Any) -> None:
    require(is_dataclass(rule), f"{rule.name} is no dataclass of settings")
    copy = replace(rule)
    require(
        copy == rule and hash(copy) == hash(rule),
        f"{rule.name} is not equal to a rule of the same settings",
    )
    for setting in fields(rule):
        try:
            setattr(copy, setting.name, getattr(rule, setting.name))
        except FrozenInstanceError:
            continue
        raise AssertionError(f"{rule.name}.{setting.name} can be changed: freeze the dataclass")


def check_wiring(rule: LearningRule, rng: np.random.Generator) -> None:
    """Networks are as large as asked, have learned nothing, and depend on nothing but rng."""
    sizes = small_sizes(rule)
    with global_streams_untouched(f"{rule.name}.wire"):
        network, again = (rule.wire(sizes, 5, replicas=3) for _ in range(2))
    require(
        network.sizes == sizes and network.n_replicas == 3,
        f"{rule.name} wired 3 replicas of {sizes} as {network.n_replicas} of {network.sizes}",
    )
    require(
        (network.steps, network.epochs, network.rule) == (0, 0, rule),
        f"a network that {rule.name} has just wired has {network.steps} steps,"
        f" {network.epochs} epochs and the rule {network.rule}",
    )
    require_equal(again, network, f"{rule.name} wired another network from the same rng")
    require(again.seeds == network.seeds, f"{rule.name} drew other seeds from the same rng")
    other = rule.wire(sizes, 6, replicas=3)
    for k, (weights, others) in enumerate(zip(network.forward, other.forward, strict=True)):
        require(
            largest_difference(weights[0], weights[1]) > 0,
            f"{rule.name} gave two replicas the same forward[{k}]",
        )
        require(
            largest_difference(weights, others) > 0,
            f"{rule.name} wired the same forward[{k}] from another rng",
        )
    _check_parts(rule, network)
    _check_generators(rule, sizes)


def _check_parts(rule: LearningRule, network: LayeredNetwork) -> None:
    for name in ("feedback", "lateral", "biases"):
        has = len(getattr(network, name))
        says = network.n_layers - rule.parts[name] if name in rule.parts else 0
        require(has == says, f"{rule.name} wired {name} of {has} layers; its parts say {says}")


def _check_generators(rule: LearningRule, sizes: tuple[int, ...]) -> None:
    one, same = (rule.wire(sizes, np.random.default_rng(7)) for _ in range(2))
    require_equal(same, one, f"{rule.name} wired another network from an equal numpy Generator")
    stream = np.random.default_rng(7)
    first, second = (rule.wire(sizes, stream).forward[0] for _ in range(2))
    require(
        largest_difference(first, second) > 0,
        f"{rule.name} wired the same network twice from one numpy Generator, which must move on",
    )


def check_responses_of_rule(rule: LearningRule, rng: np.random.Generator) -> None:
    """Rates of every layer, the same for a trial alone as among others, in any precision."""
    trials, network = clusters(rng, 12)[0], wired(rule, replicas=2)
    rates = rule.respond(network, trials.stimulus)
    shapes = [tuple(layer.shape) for layer in rates]
    wanted = [(2, 12, n) for n in network.sizes[1:]]
    require(
        shapes == wanted,
        f"{rule.name} responds with rates of shape {shapes}; (replica, trial, neuron) of every"
        f" layer is {wanted}",
    )
    _require_same_rates(rule, rates, rule.respond(network, trials.stimulus), "a second time", 0)
    _require_same_rates(rule, rates, network.respond(trials.stimulus), "by network.respond", 0)
    twice = np.stack([trials.stimulus] * 2)
    _require_same_rates(rule, rates, rule.respond(network, twice), "one for each replica", 1e-12)
    alone = rule.respond(network, trials.stimulus[3:4])
    among = tuple(layer[:, 3:4] for layer in rates)
    _require_same_rates(rule, among, alone, "alone, not among other trials", _ROUNDING)
    single = rule.respond(network.to(dtype=_float32()), trials.stimulus)
    near = tuple(layer.double() for layer in single)
    _require_same_rates(rule, rates, near, "in single precision", _SINGLE)


def _float32() -> Any:
    import torch

    return torch.float32


def _require_same_rates(
    rule: LearningRule, rates: Any, others: Any, when: str, tolerance: float
) -> None:
    for k, (one, other) in enumerate(zip(rates, others, strict=True), 1):
        away = largest_difference(one, other)
        require(
            away <= tolerance,
            f"{rule.name} responds otherwise to the same stimuli {when}: rates of layer {k} differ"
            f" by {away:.3g}",
        )


def check_observed(rule: LearningRule, rng: np.random.Generator) -> None:
    """What a rule keeps an eye on is one finite number for each replica."""
    import torch

    trials, network = clusters(rng, 12)[0], wired(rule, replicas=3)
    before = network.copy()
    target = torch.eye(network.sizes[-1], dtype=network.dtype)[trials.labels][None]
    stimulus = torch.as_tensor(trials.stimulus, dtype=network.dtype)[None]
    for name, values in rule.observe(network, stimulus, target).items():
        require(
            tuple(values.shape) == (3,),
            f"{rule.name} observes {name} of shape {tuple(values.shape)}, not (3,) for 3 replicas",
        )
        require(
            bool(torch.isfinite(values).all()), f"{rule.name} observes {name} of {values.tolist()}"
        )
    require_equal(network, before, f"{rule.name} changed the network by observing it")
    require(counters(network) == counters(before), f"{rule.name} counts what it only observes")


@contextmanager
def global_streams_untouched(what: str) -> Generator[None]:
    """Nothing in here may draw from torch's or NumPy's global random numbers."""
    before = _global_streams()
    yield
    for library, ours, theirs in zip(("torch", "NumPy"), before, _global_streams(), strict=True):
        require(
            ours == theirs,
            f"{what} draws from {library}'s global random state; draw from rng instead",
        )


def _global_streams() -> tuple[bytes, str]:
    import torch

    state: Any = np.random.get_state(legacy=False)  # noqa: NPY002 - watched, not used
    key = state["state"]
    numbers = torch.get_rng_state().numpy().tobytes()
    return numbers, f"{key['pos']} {key['key'].tobytes().hex()}"

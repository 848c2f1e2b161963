"""The kit catches rules that break a promise, and says which in one sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from homolog import rules, testing
from homolog.errors import HomologError, bad_value, unstable_step
from homolog.rules.equilibrium_propagation import EquilibriumPropagation
from homolog.testing import _rule_learning

Sound = EquilibriumPropagation
CHECKS = {check.__name__: check for check in testing.CHECKS_OF_RULES}


def broken(**methods: Any) -> Sound:
    """Equilibrium propagation with some of its methods replaced."""
    return type("Broken", (Sound,), {"__doc__": Sound.__doc__, **methods})()


def with_wiring(change: Callable[[Any], Any]) -> Sound:
    """Its newborn networks are put through `change`."""
    return broken(wire=lambda self, *a, **k: change(Sound.wire(self, *a, **k)))


def with_rates(change: Callable[[Any], Any]) -> Sound:
    """The rates of every layer are put through `change`."""
    settle = lambda self, *a: tuple(map(change, Sound.settle(self, *a)))  # noqa: E731
    return broken(settle=settle)


def with_step(change: Callable[[Any, Any], Any]) -> Sound:
    """What a step makes of a network is put through `change`, with the network given."""
    return broken(step=lambda self, n, x, y: change(n, Sound.step(self, n, x, y)))


def with_learning(change: Callable[[Any, Any, Any], Any]) -> Sound:
    """After learning in place, network, stimulus and target are put through `change`."""

    def learn(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
        return change(Sound.learn(self, network, stimulus, target), stimulus, target)

    return broken(learn=learn)


def with_observed(change: Callable[[Any], Any]) -> Sound:
    """Every number that it observes is put through `change`."""
    return broken(
        observe=lambda self, *a: {k: change(v) for k, v in Sound.observe(self, *a).items()}
    )


@dataclass(unsafe_hash=True)
class Thawed:
    """Settings that anyone may change."""

    name: ClassVar[str] = "thawed"
    title: ClassVar[str] = "Thawed"
    source: ClassVar[str] = "https://example.org"
    citation: ClassVar[str] = "@misc{thawed}"
    step_size: float = 0.1

    wire, respond, step = Sound.wire, Sound.respond, Sound.step
    settle, learn, observe = Sound.settle, Sound.learn, Sound.observe


def twins(network: Any) -> Any:
    return network.each(lambda w: w[:1].expand_as(w).clone())


def same_for_any_seed(self: Sound, sizes: Any, rng: Any = 0, **options: Any) -> Any:
    return Sound.wire(self, sizes, 1 if isinstance(rng, int) and rng >= 0 else rng, **options)


def by_global_numbers(self: Sound, *given: Any, **options: Any) -> Any:
    torch.rand(1)
    return Sound.wire(self, *given, **options)


def seeded_by_place(self: Sound, sizes: Any, rng: Any = 0, *, replicas: Any = 1, **o: Any) -> Any:
    count = replicas if isinstance(replicas, int) else len(replicas)
    return Sound.wire(self, sizes, rng, replicas=count, **o)


def noisy(rates: Any) -> Any:
    return rates + 1e-6 * torch.tensor(np.random.default_rng().random(), dtype=rates.dtype)


def in_place(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
    copy = Sound.step(self, network, stimulus, target)
    network.forward[0].copy_(copy.forward[0])
    return copy


def into_the_stimuli(self: Sound, network: Any, stimulus: Any) -> Any:
    rates = Sound.respond(self, network, stimulus)
    if isinstance(stimulus, torch.Tensor):
        stimulus *= 2
    return rates


def keeping_some(network: Any, stepped: Any) -> Any:
    return replace(stepped, biases=network.biases)


def observed_in_place(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
    network.forward[0].mul_(1.001)
    return Sound.observe(self, network, stimulus, target)


def by_place_in_batch(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].add_(1e-3 * stimulus[0, 0, 0])
    return network


def among_replicas(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].copy_(network.biases[0].mean(0, keepdim=True).expand_as(network.biases[0]))
    return network


def with_global_noise(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].add_(1e-3 * torch.rand_like(network.biases[0]))
    return network


def unseeded(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].add_(1e-3 * np.random.default_rng().random())
    return network


def with_a_memory(network: Any, stimulus: Any, target: Any, seen: Any = {}) -> Any:  # noqa: B006
    """What it has seen stands beside the network, not in it."""
    own = seen.setdefault(network.steps, len(seen) + 1)
    seen[network.steps] = own + 1
    network.biases[0].add_(1e-3 * own)
    return network


def first_layer_kept(network: Any, stepped: Any) -> Any:
    return replace(stepped, forward=(network.forward[0].clone(), *stepped.forward[1:]))


def raised(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].add_(1e-3)
    return network


def lowered_for_rates(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
    out = Sound.step(self, network, stimulus, target)
    if torch.as_tensor(target).is_floating_point():
        out.biases[0].sub_(1e-3)
    return out


def opposite(network: Any, stepped: Any) -> Any:
    pairs = zip(network.forward, stepped.forward, strict=True)
    return replace(stepped, forward=tuple(2 * before - after for before, after in pairs))


def deeper(self: Sound, sizes: Any, *given: Any, **options: Any) -> Any:
    return Sound.wire(self, (*sizes[:-1], 9, sizes[-1]), *given, **options)


def dividing(self: Sound, sizes: Any, *given: Any, **options: Any) -> Any:
    assert all(20 // n >= 0 for n in sizes)
    return Sound.wire(self, sizes, *given, **options)


def at_least_one(self: Sound, *given: Any, replicas: Any = 1, **options: Any) -> Any:
    return Sound.wire(self, *given, replicas=replicas or 1, **options)


def unchecked(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
    return replace(network.copy(), steps=network.steps + 1)


def unchecked_response(self: Sound, network: Any, stimulus: Any) -> Any:
    return self.settle(network, torch.as_tensor(stimulus, dtype=network.dtype)[None])


def refusing_otherwise(self: Sound, network: Any, stimulus: Any) -> Any:
    raise HomologError("HM099", "no")


def with_bound(bound: float, told: float) -> Sound:
    """Refuses steps from `bound` on and speaks of another."""

    def check(self: Sound) -> None:
        if not self.step_size > 0:
            raise bad_value("step_size", self.step_size, "above 0")
        if self.step_size >= bound:
            raise unstable_step(self.step_size, told, "so I say")

    return broken(__post_init__=check)


def exploding(self: Sound, network: Any, stimulus: Any) -> Any:
    rates = Sound.settle(self, network, stimulus)
    return tuple(r / (self.step_size < 10) for r in rates)


def positive_only(self: Sound) -> None:
    if not self.step_size > 0:
        raise bad_value("step_size", self.step_size, "above 0")


MISTAKES: dict[str, tuple[Callable[[], Any], str, str]] = {
    "a name with a space": (
        lambda: broken(name="two words"),
        "check_declared",
        r"^the name 'two words' is not an identifier$",
    ),
    "no source": (
        lambda: broken(source="a book"),
        "check_declared",
        r"names no address where it was defined: 'a book'$",
    ),
    "no entry to cite": (
        lambda: broken(citation="Scellier and Bengio (2017)"),
        "check_declared",
        r"has no BibTeX entry: its citation must begin with @$",
    ),
    "no title": (lambda: broken(title=None), "check_declared", r"^Broken has no title$"),
    "no observe": (lambda: broken(observe=None), "check_declared", r"has no method observe$"),
    "settings that change": (
        Thawed,
        "check_declared",
        r"^thawed\.step_size can be changed: freeze the dataclass$",
    ),
    "twins": (
        lambda: with_wiring(twins),
        "check_wiring",
        r"gave two replicas the same forward\[0\]$",
    ),
    "one network for any seed": (
        lambda: broken(wire=same_for_any_seed),
        "check_wiring",
        r"wired the same forward\[0\] from another rng$",
    ),
    "global random numbers": (
        lambda: broken(wire=by_global_numbers),
        "check_wiring",
        r"\.wire draws from torch's global random state; draw from rng instead$",
    ),
    "a network that forgets its rule": (
        lambda: with_wiring(lambda network: replace(network, rule=None)),
        "check_wiring",
        r"has 0 steps, 0 epochs and the rule None$",
    ),
    "one layer too many": (
        lambda: broken(wire=deeper, step=lambda self, network, *batch: network),
        "check_wiring",
        r"wired 3 replicas of \(40, 60, 4\) as 3 of \(40, 60, 9, 4\)$",
    ),
    "rates of one replica": (
        lambda: with_rates(lambda rates: rates[0]),
        "check_responses_of_rule",
        r"\(replica, trial, neuron\) of every layer is \[\(2, 12, 60\), \(2, 12, 4\)\]$",
    ),
    "noisy rates": (
        lambda: with_rates(noisy),
        "check_responses_of_rule",
        r"to the same stimuli a second time: rates of layer 1 differ by \S+$",
    ),
    "rates that depend on other trials": (
        lambda: with_rates(lambda rates: rates - 0.1 * rates.mean(1, keepdim=True)),
        "check_responses_of_rule",
        r"to the same stimuli alone, not among other trials: rates of layer 1 differ by \S+$",
    ),
    "another rate in single precision": (
        lambda: with_rates(lambda r: r + 0.1 * (r.dtype == torch.float32)),
        "check_responses_of_rule",
        r"to the same stimuli in single precision: rates of layer 1 differ by 0\.0\d+$",
    ),
    "observes one number": (
        lambda: with_observed(lambda values: values.mean()),
        "check_observed",
        r"observes energy of shape \(\), not \(3,\) for 3 replicas$",
    ),
    "observes nothing that is a number": (
        lambda: with_observed(lambda values: values * torch.nan),
        "check_observed",
        r"observes energy of \[nan, nan, nan\]$",
    ),
    "changes what it observes": (
        lambda: broken(observe=observed_in_place),
        "check_observed",
        r"changed the network by observing it: forward\[0\] differs by \S+$",
    ),
    "a step in place": (
        lambda: broken(step=in_place),
        "check_untouched",
        r"changed the network given to step: forward\[0\] differs by \S+$",
    ),
    "writes into the stimuli": (
        lambda: broken(respond=into_the_stimuli),
        "check_untouched",
        r"changed the stimuli$",
    ),
    "hands on what it was given": (
        lambda: with_step(keeping_some),
        "check_untouched",
        r"biases\[0\] after a step and biases\[0\] of the network given are the same memory, so",
    ),
    "a step that does not count": (
        lambda: with_step(lambda network, stepped: replace(stepped, steps=network.steps)),
        "check_step_counts",
        r"only the steps must grow, by 1$",
    ),
    "other seeds after a step": (
        lambda: with_step(lambda network, stepped: replace(stepped, seeds=stepped.seeds[::-1])),
        "check_step_counts",
        r"of \(seeds, steps, epochs, rule\) .* by one step .*; only the steps must grow, by 1$",
    ),
    "learns otherwise in place": (
        lambda: with_step(first_layer_kept),
        "check_step_counts",
        r"\.learn does otherwise than step: forward\[0\] differs by \S+$",
    ),
    "learns otherwise from labels": (
        lambda: broken(learn=with_learning(raised).learn.__func__, step=lowered_for_rates),
        "check_step_counts",
        r"learns otherwise from one-hot rates than labels: biases\[0\] differs by 0\.001",
    ),
    "the first trial counts more": (
        lambda: with_learning(by_place_in_batch),
        "check_order_of_trials",
        r"depends on the order of the trials in a batch: biases\[0\] differs by \S+$",
    ),
    "learning by global random numbers": (
        lambda: with_learning(with_global_noise),
        "check_repeatable_learning",
        r"\.step draws from torch's global random state; draw from rng instead$",
    ),
    "learning without a seed": (
        lambda: with_learning(unseeded),
        "check_repeatable_learning",
        r"learned otherwise from the same rng: \S+ differs by \S+$",
    ),
    "replicas born by their place": (
        lambda: broken(wire=seeded_by_place),
        "check_replicas",
        r"wired replica 2 otherwise alone than as the third of 4: forward\[0\] differs by \S+$",
    ),
    "replicas that learn from each other": (
        lambda: with_learning(among_replicas),
        "check_replicas",
        r"taught replica 2 otherwise alone than among 4: \S+ differs by \S+$",
    ),
    "a memory outside the network": (
        lambda: with_learning(with_a_memory),
        "check_saved",
        r"goes on otherwise once it has been saved and loaded: \S+ differs by \S+$",
    ),
    "learns from anything": (
        lambda: broken(step=unchecked),
        "check_unfit_trials",
        r"did not refuse to learn from stimuli with a NaN \(HM043\)$",
    ),
    "responds to anything": (
        lambda: broken(respond=unchecked_response),
        "check_unfit_trials",
        r"did not refuse to respond to stimuli with a NaN \(HM043\)$",
    ),
    "the wrong code": (
        lambda: broken(respond=refusing_otherwise),
        "check_unfit_trials",
        r"refused to respond to stimuli with a NaN as HM099, not HM043: HM099 no$",
    ),
    "a library's error": (
        lambda: broken(wire=dividing),
        "check_unfit_wiring",
        r"asked to wire a layer of nobody, fails with ZeroDivisionError",
    ),
    "any number of replicas": (
        lambda: broken(wire=at_least_one),
        "check_unfit_wiring",
        r"did not refuse to wire no replicas \(HM025\)$",
    ),
    "steps of no size": (
        lambda: broken(__post_init__=lambda self: None),
        "check_unfit_steps",
        r"did not refuse a step_size of 0\.0 \(HM025\)$",
    ),
    "a bound that is another": (
        lambda: with_bound(2.0, 1.5),
        "check_unfit_steps",
        r"no number in the message is where refusals begin: HM045 step_size is 1e\+06;",
    ),
    "steps that explode": (
        lambda: broken(__post_init__=positive_only, settle=exploding),
        "check_unfit_steps",
        r"takes a step_size of 1e6 and settles to rates that are not finite; it must refuse",
    ),
    "learns nothing": (
        lambda: broken(step=unchecked),
        "check_learns",
        r"is right on \d+% of new trials of 8 well separated clusters in 4 classes after 300 steps",
    ),
    "learns the opposite": (
        lambda: with_step(opposite),
        "check_learns",
        r"chance is 25% and 70% are asked for$",
    ),
    "one layer learns nothing": (
        lambda: with_step(first_layer_kept),
        "check_learns",
        r"never changed forward\[0\], from layer 0 to layer 1$",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_caught(
    mistake: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, check, sentence = MISTAKES[mistake]
    rule = make()
    monkeypatch.setattr(_rule_learning, "_MOST_STEPS", 300)
    monkeypatch.setattr(rules, "find", lambda name: type(rule))
    with pytest.raises(AssertionError) as caught:
        CHECKS[check](rule, rng)
    assert re.search(sentence, str(caught.value))


def test_every_check_catches_something() -> None:
    assert {check for _, check, _ in MISTAKES.values()} == set(CHECKS)


def test_a_rule_in_no_file_is_told_that_its_networks_cannot_be_loaded(
    rng: np.random.Generator,
) -> None:
    with pytest.warns(UserWarning, match="saving networks of mine was not checked: no file of"):
        CHECKS["check_saved"](broken(name="mine"), rng)

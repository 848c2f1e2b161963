"""What is given stays as it is, and what is written down comes back bit for bit."""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.testing._populations import require
from homolog.testing._toy import (
    N_CLASSES,
    clusters,
    counters,
    require_equal,
    taught,
    tensors,
    wired,
)

if TYPE_CHECKING:
    from homolog.networks import LayeredNetwork
    from homolog.rules._rule import LearningRule


def check_untouched(rule: LearningRule, rng: np.random.Generator) -> None:
    """Neither stimuli nor targets nor the network given are written into, then or later."""
    import torch

    trials = clusters(rng, 12)[0]
    network = taught(rule, wired(rule, replicas=2), trials)
    given = {
        "the stimuli": torch.as_tensor(trials.stimulus, dtype=network.dtype),
        "the targets": torch.eye(N_CLASSES, dtype=network.dtype)[trials.labels],
    }
    kept, before = {what: tensor.clone() for what, tensor in given.items()}, network.copy()
    rates = rule.respond(network, given["the stimuli"])
    require_equal(network, before, f"{rule.name} changed the network by responding")
    stepped = rule.step(network, *given.values())
    require_equal(network, before, f"{rule.name} changed the network given to step")
    require(counters(network) == counters(before), f"{rule.name} counted in the network given")
    for what, tensor in given.items():
        require(torch.equal(tensor, kept[what]), f"{rule.name} changed {what}")
    _check_nothing_shared(rule, network, stepped, given, rates)


def _check_nothing_shared(
    rule: LearningRule,
    network: LayeredNetwork,
    stepped: LayeredNetwork,
    given: dict[str, Any],
    rates: Any,
) -> None:
    """No memory of what step or respond return belongs to what they were given."""
    old = {f"{name} of the network given": tensor for name, tensor in tensors(network).items()}
    new = {f"{name} after a step": tensor for name, tensor in tensors(stepped).items()}
    new |= {f"the rates of layer {k}": tensor for k, tensor in enumerate(rates, 1)}
    theirs = {_memory(tensor): what for what, tensor in {**old, **given}.items() if tensor.numel()}
    for what, tensor in new.items():
        owner = theirs.get(_memory(tensor))
        require(
            owner is None or not tensor.numel(),
            f"{rule.name}: {what} and {owner} are the same memory, so writing into one changes the"
            " other",
        )


def _memory(tensor: Any) -> int:
    return tensor.untyped_storage().data_ptr()


def check_saved(rule: LearningRule, rng: np.random.Generator) -> None:
    """A network comes back from its file bit for bit, and goes on as if it had never left."""
    from homolog import rules

    if rule.name not in rules.names() or rules.find(rule.name) is not type(rule):
        warnings.warn(
            f"saving networks of {rule.name} was not checked: no file of homolog.rules has it, so"
            " that homolog.rules.load cannot find it",
            stacklevel=2,
        )
        return
    trials, more = clusters(rng, 30)
    for dtype in (_dtype("float64"), _dtype("float32")):
        network = taught(rule, wired(rule, replicas=2, dtype=dtype), trials)
        with TemporaryDirectory() as folder:
            back = rules.load(network.save(Path(folder) / "network.safetensors"))
        require_equal(back, network, f"{rule.name} came back from its file otherwise")
        require(
            counters(back) == counters(network),
            f"{rule.name} came back from its file with (seeds, steps, epochs, rule)"
            f" {counters(back)}, not {counters(network)}",
        )
        require_equal(
            taught(rule, back, more),
            taught(rule, network, more),
            f"{rule.name} goes on otherwise once it has been saved and loaded",
        )


def _dtype(name: str) -> Any:
    import torch

    return getattr(torch, name)

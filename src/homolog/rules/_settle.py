"""Settling: the rates of all layers move, a fixed number of times, towards what drives them.

Whatever the rule, the membrane u of a layer moves by

    u <- (1 - step leak) u + step [gain (from below + from above) + lateral + own r + drive]

and its rates are what the layer's domain leaves of it. Rules differ in who drives whom, in
whether the layers move one after the other or together, and in what a nudge adds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from homolog.rules._domains import Domain, Interneuron, confine

Watch = Callable[[int], None]
"""Told, before a layer moves, which."""


@dataclass(frozen=True)
class Layer:
    """What drives a layer. Synapses are transposed: (replica, n_pre, n_post).

    Attributes
    ----------
    drive
        (replica, trial, neuron): what stays the same while it settles, such as the clamped
        stimulus through its synapses, multiplied once.
    domain
        Of its rates.
    leak
        How fast it forgets.
    gain
        Of the layers below and above.
    below, above, lateral
        Synapses from the neighbours and within; None where there are none.
    lateral_gain
        Of the synapses within.
    refresh
        Iterations after which what comes from within is computed anew.
    own
        What a neuron's own rate adds.
    pull
        How much more of it each replica takes off, (replica, 1, 1); None for nothing.
    """

    drive: Tensor
    domain: Domain
    leak: float = 1.0
    gain: float = 1.0
    below: Tensor | None = None
    above: Tensor | None = None
    lateral: Tensor | None = None
    lateral_gain: float = 1.0
    refresh: int = 1
    own: float = 0.0
    pull: Tensor | None = None


@dataclass
class State:
    """Where the neurons of every layer are; `silent` if none has moved yet."""

    membranes: list[Tensor]
    rates: list[Tensor]
    interneurons: list[Interneuron | None]
    silent: bool = False

    @classmethod
    def at_rest(cls, layers: Sequence[Layer], interneuron_rates: Sequence[float | None]) -> State:
        """All silent."""
        silent = [torch.zeros_like(layer.drive) for layer in layers]
        interneurons = [
            Interneuron.at_rest(rate, layer.drive) if layer.domain.total is not None else None
            for layer, rate in zip(layers, interneuron_rates, strict=True)
        ]
        return cls(silent, [rates.clone() for rates in silent], interneurons, silent=True)

    def handed_over(self) -> State:
        """The state that the next phase begins with: membranes where the rates are."""
        for interneuron in filter(None, self.interneurons):
            interneuron.wake()
        rates = [rates.clone() for rates in self.rates]
        return State([rates.clone() for rates in rates], rates, self.interneurons)


@torch.no_grad()  # What it writes into cannot be followed by autograd.
def settle_upward(
    layers: Sequence[Layer],
    state: State,
    steps: Sequence[float],
    *,
    first: int = 0,
    watch: Watch | None = None,
) -> None:
    """Move layer after layer, each seeing the new rates of the one below.

    Parameters
    ----------
    layers, state
        What drives them, and where they are, which is moved in place.
    steps
        Size of every step.
    first
        How many steps went before in this phase.
    watch
        Told of every move.
    """
    drives = [layer.drive for layer in layers]
    anew = {first, 1} if state.silent else {first}
    for iteration, step in enumerate(steps, first):
        for k, layer in enumerate(layers):
            due = iteration in anew or iteration % layer.refresh == 0
            if layer.lateral is not None and due and not state.silent:
                drives[k] = _with_lateral(layer, state.rates[k])
            if watch:
                watch(k)
            _move(layer, k, state, state.membranes[k], drives[k], step)
            confine(
                layer.domain, state.interneurons[k], state.membranes[k], layer.leak, state.rates[k]
            )
        state.silent = False


@torch.no_grad()
def settle_together(layers: Sequence[Layer], state: State, steps: Sequence[float]) -> None:
    """Move all layers at once, each seeing the old rates of the others, from its own rates."""
    for step in steps:
        for k, layer in enumerate(layers):
            drive = layer.drive
            if layer.lateral is not None and not state.silent:
                drive = _with_lateral(layer, state.rates[k])
            _move(layer, k, state, state.rates[k], drive, step)
        for layer, membranes, rates in zip(layers, state.membranes, state.rates, strict=True):
            torch.clamp(membranes, layer.domain.low, layer.domain.high, out=rates)
        state.silent = False


SMALLEST_STEP = 1e-3


def step_sizes(first: float, decay: float, count: int) -> list[float]:
    """Of one phase: step s is first / (1 + decay s), at least `SMALLEST_STEP`.

    A schedule begins anew with every phase; without decay all steps are the first.
    """
    if not decay:
        return [first] * count
    return [max(first / (1 + decay * s), SMALLEST_STEP) for s in range(count)]


def residual(before: Sequence[Tensor], after: Sequence[Tensor]) -> Tensor:
    """Largest change of any rate, for each replica: how far from settled."""
    changes = [(b - a).abs().amax((1, 2)) for b, a in zip(before, after, strict=True)]
    return torch.stack(changes).amax(0)


def _with_lateral(layer: Layer, rates: Tensor) -> Tensor:
    assert layer.lateral is not None
    return torch.baddbmm(layer.drive, rates, layer.lateral, alpha=layer.lateral_gain)


def _move(layer: Layer, k: int, state: State, start: Tensor, drive: Tensor, step: float) -> None:
    """Move one layer's membranes from `start`."""
    membranes, rates = state.membranes[k], state.rates
    keep, gain = 1 - step * layer.leak, step * layer.gain
    if layer.above is not None:
        torch.baddbmm(start, rates[k + 1], layer.above, beta=keep, alpha=gain, out=membranes)
        start, keep = membranes, 1.0
    if layer.below is not None:
        torch.baddbmm(start, rates[k - 1], layer.below, beta=keep, alpha=gain, out=membranes)
    elif layer.above is None:
        torch.mul(start, keep, out=membranes)
    membranes.add_(drive, alpha=step)
    if layer.own:
        membranes.add_(rates[k], alpha=step * layer.own)
    if layer.pull is not None:
        membranes.addcmul_(rates[k], layer.pull, value=-step)
    interneuron = state.interneurons[k]
    if interneuron is not None and interneuron.rate is not None and layer.domain.low >= 0:
        membranes.sub_(interneuron.inhibition, alpha=step)

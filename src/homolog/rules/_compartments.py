"""What an electrode in each compartment of a neuron would show while the network settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from homolog.networks import LayeredNetwork
from homolog.rules._settle import Layer, State, settle_upward


@dataclass(frozen=True, eq=False)
class Compartments:
    """Potentials of every layer from the first, each (iteration, replica, trial, neuron).

    Attributes
    ----------
    basal
        What the layer below predicts, as it is when the neuron moves.
    apical
        What the layer above predicts and the layer itself adds, then.
    somatic
        The membrane, after the neuron has moved.
    rates
        What the soma gives out, after the neuron has moved.
    """

    basal: tuple[Tensor, ...]
    apical: tuple[Tensor, ...]
    somatic: tuple[Tensor, ...]
    rates: tuple[Tensor, ...]


def traced(
    network: LayeredNetwork,
    layers: Sequence[Layer],
    state: State,
    stimulus: Tensor,
    steps: Sequence[float],
    leak: float,
) -> Compartments:
    """Settle, and note all potentials on the way; lateral drives are computed every time."""
    basal, apical, somatic, rates = ([[] for _ in layers] for _ in range(4))

    def note(k: int) -> None:
        below = state.rates[k - 1] if k else stimulus.expand(network.n_replicas, -1, -1)
        basal[k].append(torch.bmm(below, network.forward[k].mT))
        apical[k].append(_apical(network, layers[k], state, k, leak))

    for iteration, step in enumerate(steps):
        settle_upward(layers, state, (step,), first=iteration, watch=note)
        for k in range(len(layers)):
            somatic[k].append(state.membranes[k].clone())
            rates[k].append(state.rates[k].clone())
    return Compartments(*(tuple(map(torch.stack, one)) for one in (basal, apical, somatic, rates)))


def _apical(network: LayeredNetwork, layer: Layer, state: State, k: int, leak: float) -> Tensor:
    assert layer.lateral is not None
    own = leak * state.rates[k] + layer.lateral_gain * torch.bmm(state.rates[k], layer.lateral)
    if layer.above is None:
        return own
    return torch.bmm(state.rates[k + 1], layer.above) + own / layer.gain

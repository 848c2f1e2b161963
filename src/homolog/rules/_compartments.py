"""Neurons of three compartments: what drives them, and what electrodes in them would show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from homolog.networks import LayeredNetwork
from homolog.rules._settle import Layer, State, settle_upward

if TYPE_CHECKING:
    from homolog.rules.corinfomax import CorInfoMax


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


def stimulus_through(network: LayeredNetwork, stimulus: Tensor) -> Tensor:
    """The clamped stimulus through the first synapses: once for both phases."""
    return torch.bmm(stimulus.expand(network.n_replicas, -1, -1), network.forward[0].mT)


def conductances(
    rule: CorInfoMax,
    network: LayeredNetwork,
    through: Tensor,
    nudge: Tensor | None = None,
    target: Tensor | None = None,
) -> list[Layer]:
    """What drives the membranes of each layer.

    The dendrites of a hidden neuron conduct 1 / epsilon each. At the output the apical
    conductance is 1, the layer's entropy counts once instead of twice, and in place of a layer
    above there is the nudge.

    Parameters
    ----------
    rule, network
        The settings and the weights.
    through
        `stimulus_through`.
    nudge, target
        How strongly the output of each replica is pulled, and to where; None in the free phase.
    """
    last, gain = network.n_layers - 1, 1 / rule.epsilon
    layers: list[Layer] = []
    for k, domain in enumerate(rule.domains(network.n_layers)):
        shape = (*through.shape[:2], network.sizes[k + 1])
        drive = through.new_zeros(shape) if k else through * gain
        pull = nudge if k == last else None
        if pull is not None and target is not None:
            drive = drive + pull * target
        layers.append(
            Layer(
                drive,
                domain,
                leak=rule.leak + gain + (1 if k == last else gain),
                gain=gain,
                below=network.forward[k].mT if k else None,
                above=network.feedback[k].mT if k < last else None,
                lateral=network.lateral[k].mT,
                lateral_gain=rule.gain * (1 if k == last else 2),
                refresh=1 if k == last else rule.lateral_refresh,
                own=rule.leak,
                pull=pull,
            )
        )
    return layers


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


def lateral_share(layer: Layer, rates: Tensor) -> Tensor:
    """Size of what comes to a layer from within, beside what comes from the stimulus."""
    assert layer.lateral is not None
    within = layer.lateral_gain * torch.bmm(rates, layer.lateral)
    return within.norm(dim=(1, 2)) / layer.drive.norm(dim=(1, 2))

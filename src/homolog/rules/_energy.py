r"""Networks that settle to a minimum of an energy: what their two rules share.

.. math:: E = \tfrac{1}{2} \sum_k \|s_k\|^2 - \sum_k s_k^\top (W_k s_{k-1} + b_k)
    + \tfrac{1}{2} \sum_k s_k^\top M_k s_k + \beta \|s_P - y\|^2

All layers move together by :math:`s \leftarrow \mathrm{clip}(s - \eta\, \partial E / \partial s,
0, 1)`; feedback goes through the transpose of the forward synapses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from homolog import errors
from homolog.networks import LayeredNetwork
from homolog.rules._domains import DOMAINS
from homolog.rules._rule import (
    LearningRule,
    NudgeSign,
    nudges,
    one_of,
    per_layer,
    positive,
    rates_of_layers,
)
from homolog.rules._schedule import checked_schedule, scheduled, whole
from homolog.rules._settle import Layer, State, residual, settle_together


class Settings(LearningRule, Protocol):
    """What both rules are set to."""

    @property
    def step_size(self) -> float: ...
    @property
    def free_steps(self) -> int: ...
    @property
    def nudged_steps(self) -> int: ...
    @property
    def nudge(self) -> float: ...
    @property
    def nudge_sign(self) -> NudgeSign: ...
    @property
    def forward_rates(self) -> tuple[float, ...]: ...
    @property
    def rate_decay(self) -> float: ...
    @property
    def decay_every(self) -> int: ...
    @property
    def response_step_size(self) -> float | None: ...


def refuse_unfit(rule: Settings) -> None:
    """Refuse settings that cannot work."""
    rates_of_layers(rule, "forward_rates")
    positive(step_size=rule.step_size, nudge=rule.nudge)
    whole(free_steps=rule.free_steps, nudged_steps=rule.nudged_steps)
    checked_schedule(1.0, rule.rate_decay, decay_every=rule.decay_every)
    one_of("nudge_sign", rule.nudge_sign, ("random", "positive"))
    if rule.response_step_size is not None:
        positive(response_step_size=rule.response_step_size)
    for step_size in (rule.step_size, rule.response_step_size or rule.step_size):
        if step_size >= 2:
            raise errors.unstable_step(step_size, 2, "2 / the leak of 1")


def settle(rule: Settings, network: LayeredNetwork, stimulus: Tensor) -> tuple[Tensor, ...]:
    """Rates after the free phase."""
    layers = _layers(network, _through(network, stimulus))
    state = State.at_rest(layers, [None] * len(layers))
    settle_together(layers, state, [_response_step(rule)] * rule.free_steps)
    return tuple(state.rates)


def contrast(
    rule: Settings, network: LayeredNetwork, stimulus: Tensor, target: Tensor
) -> tuple[Tensor, Sequence[Tensor]]:
    """Learn forward synapses and biases, in place; return the nudge and the nudged rates.

    A synapse grows by what its two neurons do together while nudged, and shrinks by what they
    did together while free: the gradient of the difference of the two energies.
    """
    through = _through(network, stimulus)
    nudge = nudges(network, rule.nudge, rule.nudge_sign)
    layers = _layers(network, through)
    free = State.at_rest(layers, [None] * len(layers))
    settle_together(layers, free, [rule.step_size] * rule.free_steps)
    nudged = free.handed_over()
    pulled = _layers(network, through, nudge, target)
    settle_together(pulled, nudged, [rule.step_size] * rule.nudged_steps)
    factor = rate_factor(rule, network.epochs) / stimulus.shape[1]
    rates = per_layer(rule.forward_rates, network.n_layers, "forward_rates")
    shown = stimulus.expand(network.n_replicas, -1, -1)
    for k, rate in enumerate(rates):
        after, before = nudged.rates[k] / nudge, free.rates[k] / nudge
        if k == 0:
            change, below = after - before, shown
        else:
            change = torch.cat((after, -before), 1)
            below = torch.cat((nudged.rates[k - 1], free.rates[k - 1]), 1)
        network.forward[k].baddbmm_(change.mT, below, alpha=rate * factor)
        network.biases[k].add_((after - before).sum(1), alpha=rate * factor)
    return nudge, nudged.rates


def rate_factor(rule: Settings, epochs: int) -> float:
    """By which learning rates have shrunk after so many epochs."""
    return scheduled(1.0, rule.rate_decay, epochs, rule.decay_every)


def observe(
    rule: Settings, network: LayeredNetwork, stimulus: Tensor, target: Tensor
) -> dict[str, Tensor]:
    """Energy and cost of the free state, mean over trials, and how far it has settled."""
    layers = _layers(network, _through(network, stimulus))
    state = State.at_rest(layers, [None] * len(layers))
    steps = [_response_step(rule)] * rule.free_steps
    settle_together(layers, state, steps[:-1])
    before = [rates.clone() for rates in state.rates]
    settle_together(layers, state, steps[-1:])
    return {
        "energy": energy(network, stimulus, state.rates),
        "cost": (state.rates[-1] - target).square().sum(-1).mean(1),
        "residual": residual(before, state.rates),
    }


def energy(network: LayeredNetwork, stimulus: Tensor, rates: Sequence[Tensor]) -> Tensor:
    """Of a state without a nudge, mean over trials, for each replica."""
    shown = stimulus.expand(network.n_replicas, -1, -1)
    total = torch.zeros(network.n_replicas, dtype=network.dtype, device=network.device)
    for k, s in enumerate(rates):
        below = rates[k - 1] if k else shown
        drive = torch.bmm(below, network.forward[k].mT) + network.biases[k][:, None]
        total += (s * (s / 2 - drive)).sum(-1).mean(1)
    for s, within in zip(rates, network.lateral, strict=False):
        total += (s * torch.bmm(s, within.mT)).sum(-1).mean(1) / 2
    return total


def _response_step(rule: Settings) -> float:
    return rule.response_step_size or rule.step_size


def _through(network: LayeredNetwork, stimulus: Tensor) -> Tensor:
    """What reaches the first layer from the clamped stimulus: once for both phases."""
    shown = stimulus.expand(network.n_replicas, -1, -1)
    return torch.baddbmm(network.biases[0][:, None], shown, network.forward[0].mT)


def _layers(
    network: LayeredNetwork,
    through: Tensor,
    nudge: Tensor | None = None,
    target: Tensor | None = None,
) -> list[Layer]:
    last = network.n_layers - 1
    layers: list[Layer] = []
    for k, biases in enumerate(network.biases):
        drive = biases[:, None].expand(-1, through.shape[1], -1) if k else through
        pull = 2 * nudge if k == last and nudge is not None else None
        if pull is not None and target is not None:
            drive = drive + pull * target
        layers.append(
            Layer(
                drive,
                DOMAINS["box"],
                below=network.forward[k].mT if k else None,
                above=network.forward[k + 1] if k < last else None,
                lateral=network.lateral[k].mT if k < len(network.lateral) else None,
                lateral_gain=-1.0,
                pull=pull,
            )
        )
    return layers

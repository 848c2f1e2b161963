"""Yardsticks: the same updates as textbooks and public code write them, in plain PyTorch.

Each takes a rule's settings and the weights of one network, and returns a step that changes
these weights. Gradients of energies come from autograd, the clamped stimulus is multiplied in
every iteration, and CorInfoMax averages the outer products of single trials, scaling its lateral
synapses anew in every iteration. Nudges always pull, and one rate holds throughout.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, linear, one_hot

from homolog.networks import LayeredNetwork

Weights = dict[str, list[Tensor]]
Step = Callable[[Tensor, Tensor], None]
"""Learns from (trial, input) stimuli and their (trial,) labels."""

FIELDS = ("forward", "feedback", "lateral", "biases")


def weights_of(network: LayeredNetwork) -> Weights:
    """Those of the first replica, copied."""
    return {name: [each[0].clone() for each in getattr(network, name)] for name in FIELDS}


def corinfomax(rule: Any, weights: Weights) -> Step:
    """Rates as (neuron, trial) columns; outer products of every trial, then their mean."""
    up, down, within = (weights[name] for name in ("forward", "feedback", "lateral"))
    gamma = (1 - rule.forgetting) / rule.forgetting

    def step(stimulus: Tensor, labels: Tensor) -> None:
        x, y = stimulus.T, _wanted(labels, up).T
        silent = [x.new_zeros(len(w), x.shape[1]) for w in up]
        free = _relaxed(rule, weights, x, silent, rule.free_steps)
        nudged = _relaxed(rule, weights, x, free, rule.nudged_steps, (rule.nudge, y))
        forward = [_learned(up[k], nudged, free, x, k, k - 1) for k in range(len(up))]
        feedback = [_learned(down[k], nudged, free, x, k, k + 1) for k in range(len(down))]
        changes = [*zip(up, forward, rule.forward_rates, strict=True)]
        changes += zip(down, feedback, rule.feedback_rates, strict=True)
        for synapses, change, rate in changes:
            synapses += rate / rule.nudge * change
        for inverse, r in zip(within, nudged, strict=True):
            z = inverse @ r
            inverse.copy_((inverse - gamma * _outer(z, z)) / rule.forgetting)

    return step


def _relaxed(
    rule: Any,
    weights: Weights,
    x: Tensor,
    start: Sequence[Tensor],
    steps: int,
    nudge: tuple[float, Tensor | float] = (0.0, 0.0),
) -> list[Tensor]:
    """One phase of CorInfoMax in the box."""
    up, down, within = (weights[name] for name in ("forward", "feedback", "lateral"))
    gamma, leak, epsilon = (1 - rule.forgetting) / rule.forgetting, rule.leak, rule.epsilon
    rates, membranes = list(start), list(start)
    for _ in range(steps):
        for k, u in enumerate(membranes):
            basal, r = up[k] @ (rates[k - 1] if k else x), rates[k]
            if k < len(down):
                apical = epsilon * ((2 * gamma * within[k]) @ r + leak * r)
                from_above = (apical + down[k] @ rates[k + 1] - u) / epsilon
            else:
                strength, y = nudge
                from_above = (gamma * within[k]) @ r + leak * r - strength * (r - y) - u
            membranes[k] = u + rule.step_size * (-leak * u + (basal - u) / epsilon + from_above)
            rates[k] = membranes[k].clamp(0, 1)
    return rates


def _learned(
    synapses: Tensor, nudged: Sequence[Tensor], free: Sequence[Tensor], x: Tensor, to: int, by: int
) -> Tensor:
    """Mean over trials of errors of prediction times rates, nudged less free."""
    products: list[Tensor] = []
    for rates in (nudged, free):
        source = rates[by] if by >= 0 else x
        products.append(_outer(rates[to] - synapses @ source, source))
    return products[0] - products[1]


def _outer(a: Tensor, b: Tensor) -> Tensor:
    """Mean over trials of the outer products of (neuron, trial) columns, all of them made."""
    return torch.bmm(a.T[:, :, None], b.T[:, None, :]).mean(0)


def energy_based(rule: Any, weights: Weights) -> Step:
    """Equilibrium propagation, and contrastive similarity matching where there is a lateral."""
    up, within, biases = weights["forward"], weights["lateral"], weights["biases"]
    groups = [
        {"params": [w.requires_grad_(), b.requires_grad_()], "lr": rate}
        for w, b, rate in zip(up, biases, rule.forward_rates, strict=True)
    ]
    optimiser = torch.optim.SGD(groups)

    def step(stimulus: Tensor, labels: Tensor) -> None:
        y = _wanted(labels, up)
        silent = [stimulus.new_zeros(len(stimulus), len(w)) for w in up]
        free = _descended(rule, weights, stimulus, silent, rule.free_steps, 0.0, y)
        nudged = _descended(rule, weights, stimulus, free, rule.nudged_steps, rule.nudge, y)
        optimiser.zero_grad()
        energies = [_energy(weights, stimulus, rates).mean() for rates in (nudged, free)]
        ((energies[0] - energies[1]) / rule.nudge).backward()
        optimiser.step()
        for lateral, s in zip(within, nudged, strict=False):
            growth = rule.lateral_rate / (2 * rule.nudge) * s.T @ s / len(s)
            lateral.copy_((1 - rule.lateral_rate / (2 * rule.nudge)) * (lateral + growth))

    return step


def _descended(
    rule: Any,
    weights: Weights,
    x: Tensor,
    rates: Sequence[Tensor],
    steps: int,
    nudge: float,
    y: Tensor,
) -> list[Tensor]:
    """One phase: down the gradient of the energy, which autograd finds, within the box."""
    states = list(rates)
    for _ in range(steps):
        states = [s.detach().requires_grad_() for s in states]
        missed = (states[-1] - y).square().sum()
        total = _energy(weights, x, states).sum() + nudge * missed
        slopes = torch.autograd.grad(total, states)
        states = [
            (s - rule.step_size * slope).clamp(0, 1)
            for s, slope in zip(states, slopes, strict=True)
        ]
    return [s.detach() for s in states]


def _energy(weights: Weights, x: Tensor, states: Sequence[Tensor]) -> Tensor:
    """Of every trial, without a nudge."""
    total = x.new_zeros(len(x))
    for below, s, w, b in zip(
        (x, *states), states, weights["forward"], weights["biases"], strict=False
    ):
        total = total + 0.5 * s.square().sum(1) - (s * linear(below, w, b)).sum(1)
    for s, lateral in zip(states, weights["lateral"], strict=False):
        total = total + 0.5 * (s * (s @ lateral)).sum(1)
    return total


def predictive_coding(rule: Any, weights: Weights) -> Step:
    """Hidden states down the gradient of squared errors; Adam, epsilon beside the raw root."""
    learned = [each.requires_grad_() for each in (*weights["forward"], *weights["biases"])]
    means, squares = ([torch.zeros_like(each) for each in learned] for _ in range(2))
    so_far = 0

    def step(stimulus: Tensor, labels: Tensor) -> None:
        nonlocal so_far
        so_far += 1
        *hidden, _ = _predicted(weights, stimulus, torch.sigmoid)
        wanted = _wanted(labels, weights["forward"])
        output = rule.target_floor + (1 - 2 * rule.target_floor) * wanted
        for _ in range(rule.settle_steps):
            hidden = [x.detach().requires_grad_() for x in hidden]
            failing = _failing(weights, stimulus, [*hidden, output], torch.sigmoid) / 2
            slopes = torch.autograd.grad(failing, hidden)
            hidden = [x - rule.step_size * slope for x, slope in zip(hidden, slopes, strict=True)]
        hidden = [x.detach() for x in hidden]
        failing = _failing(weights, stimulus, [*hidden, output], torch.sigmoid) / 2
        slopes = torch.autograd.grad(failing / len(stimulus), learned)
        rate = rule.rate * (1 - 0.999**so_far) ** 0.5 / (1 - 0.9**so_far)
        with torch.no_grad():
            for w, slope, m, v in zip(learned, slopes, means, squares, strict=True):
                m.copy_(0.9 * m + 0.1 * slope)
                v.copy_(0.999 * v + 0.001 * slope**2)
                w -= rate * m / (v.sqrt() + 1e-8)

    return step


def predictive_coding_nudge(rule: Any, weights: Weights) -> Step:
    """All states down the gradient of squared errors and a nudge; plain steps of weights."""
    learned = [each.requires_grad_() for each in (*weights["forward"], *weights["biases"])]
    optimiser = torch.optim.SGD(learned, lr=rule.rate)

    def step(stimulus: Tensor, labels: Tensor) -> None:
        wanted = _wanted(labels, weights["forward"])
        states = _predicted(weights, stimulus, torch.relu)
        for _ in range(rule.settle_steps):
            states = [x.detach().requires_grad_() for x in states]
            missed = (states[-1] - wanted).square().sum()
            failing = _failing(weights, stimulus, states, torch.relu) + rule.nudge * missed
            slopes = torch.autograd.grad(failing, states)
            states = [x - rule.step_size * slope for x, slope in zip(states, slopes, strict=True)]
        states = [x.detach() for x in states]
        optimiser.zero_grad()
        (_failing(weights, stimulus, states, torch.relu) / rule.nudge).backward()
        optimiser.step()

    return step


def _predicted(weights: Weights, x: Tensor, transfer: Callable[[Tensor], Tensor]) -> list[Tensor]:
    """The states at which every prediction comes true."""
    states: list[Tensor] = []
    with torch.no_grad():
        for w, b in zip(weights["forward"], weights["biases"], strict=True):
            states.append(linear(transfer(states[-1]) if states else x, w, b))
    return states


def _failing(
    weights: Weights, x: Tensor, states: Sequence[Tensor], transfer: Callable[[Tensor], Tensor]
) -> Tensor:
    """Squared errors of prediction, summed over everything."""
    total = x.new_zeros(())
    below = x
    for state, w, b in zip(states, weights["forward"], weights["biases"], strict=True):
        total = total + (state - linear(below, w, b)).square().sum()
        below = transfer(state)
    return total


class Carried(torch.autograd.Function):
    """A linear layer whose errors go down through synapses of their own."""

    @staticmethod
    def forward(ctx: Any, below: Tensor, w: Tensor, b: Tensor, feedback: Tensor) -> Tensor:
        """As of any linear layer."""
        ctx.save_for_backward(below, feedback)
        return linear(below, w, b)

    @staticmethod
    def backward(ctx: Any, *errors: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """The error of the layer below, through `feedback` in place of the weights."""
        (below, feedback), (error,) = ctx.saved_tensors, errors
        return error @ feedback.T, error.T @ below, error.sum(0), None


def rectified(rule: Any, weights: Weights) -> Step:
    """Backpropagation, and feedback alignment where there are feedback synapses."""
    learned = [each.requires_grad_() for each in (*weights["forward"], *weights["biases"])]
    optimiser = torch.optim.Adam(learned, lr=rule.rate)

    def step(stimulus: Tensor, labels: Tensor) -> None:
        below = stimulus
        for k, (w, b) in enumerate(zip(weights["forward"], weights["biases"], strict=True)):
            below = torch.relu(below) if k else below
            if k and weights["feedback"]:
                below = Carried.apply(below, w, b, weights["feedback"][k - 1])
            else:
                below = linear(below, w, b)
        optimiser.zero_grad()
        cross_entropy(below, labels).backward()
        optimiser.step()

    return step


TEXTBOOK: dict[str, Callable[[Any, Weights], Step]] = {
    "corinfomax": corinfomax,
    "equilibrium_propagation": energy_based,
    "similarity_matching": energy_based,
    "predictive_coding": predictive_coding,
    "predictive_coding_nudge": predictive_coding_nudge,
    "feedback_alignment": rectified,
    "backprop": rectified,
}


def _wanted(labels: Tensor, up: Sequence[Tensor]) -> Tensor:
    return one_hot(labels, len(up[-1])).to(up[-1].dtype)

"""Errors carried down a rectified network: what backpropagation and feedback alignment share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

from homolog.networks import LayeredNetwork
from homolog.rules._rule import Rates, uniform

Loss = Literal["mse", "cross_entropy"]
LOSSES: tuple[Loss, ...] = ("mse", "cross_entropy")


def forward_pass(
    network: LayeredNetwork,
    stimulus: Tensor,
    transfer: Callable[[Tensor], Tensor] = torch.relu_,
) -> Rates:
    """Rates of every layer from the first: hidden ones go through `transfer`, the output not.

    Parameters
    ----------
    network
        With a bias for each neuron.
    stimulus
        (replica or 1, trial, input).
    transfer
        From drive to rate, in place.
    """
    below, rates = stimulus.expand(network.n_replicas, -1, -1), []
    for weights, bias in zip(network.forward, network.biases, strict=True):
        drive = torch.baddbmm(bias[:, None], below, weights.mT)
        below = transfer(drive) if len(rates) < network.n_layers - 1 else drive
        rates.append(below)
    return tuple(rates)


def gradients(
    network: LayeredNetwork,
    stimulus: Tensor,
    target: Tensor,
    down: Sequence[Tensor],
    loss: Loss,
) -> list[Tensor]:
    r"""Change of the loss with every forward weight, then with every bias.

    The error of a layer is what comes down from the next one, where its neurons are active:

    .. math:: \delta_k = (B_k \delta_{k+1}) \circ 1[r_k > 0], \qquad
              \partial W_k = \delta_k r_{k-1}^\top

    Parameters
    ----------
    network, stimulus, target
        As `LearningRule.learn` takes them.
    down
        :math:`B_k`, (replica, layer, next layer) for each hidden layer. The transposed forward
        weights make this the gradient itself.
    loss
        One of `LOSSES`.
    """
    rates = forward_pass(network, stimulus)
    error = output_error(rates[-1], target, loss)
    errors = [error]
    for rate, carried in zip(reversed(rates[:-1]), reversed(down), strict=True):
        error = torch.bmm(error, carried.mT).mul_(torch.sign(rate))
        errors.append(error)
    errors.reverse()
    senders = (stimulus.expand(network.n_replicas, -1, -1), *rates[:-1])
    of_weights = [torch.bmm(error.mT, sent) for error, sent in zip(errors, senders, strict=True)]
    return of_weights + [error.sum(1) for error in errors]


def losses(output: Tensor, target: Tensor, loss: Loss) -> Tensor:
    """(replica,) mean over trials; of squared errors also over the neurons of the output.

    Parameters
    ----------
    output
        (replica, trial, output), linear.
    target
        (replica or 1, trial, output): rates for squared errors, probabilities for cross-entropy,
        which reads the output as log odds.
    loss
        One of `LOSSES`.
    """
    if loss == "mse":
        return (output - target).square().mean((1, 2))
    return -(target * output.log_softmax(-1)).sum(-1).mean(1)


def output_error(output: Tensor, target: Tensor, loss: Loss) -> Tensor:
    """How `losses` change with each output, (replica, trial, output)."""
    n_trials, n_outputs = output.shape[1:]
    if loss == "mse":
        return (output - target).mul_(2 / (n_trials * n_outputs))
    expected = output.softmax(-1).mul_(target.sum(-1, keepdim=True))
    return expected.sub_(target).div_(n_trials)


def linear_layers(
    sizes: Sequence[int], generator: torch.Generator, gain: float = 1.0
) -> dict[str, Sequence[Tensor]]:
    """Newborn weights, uniform within `gain` / √inputs, and biases within 1 / √inputs."""
    forward: list[Tensor] = []
    biases: list[Tensor] = []
    for n_pre, n_post in pairwise(sizes):
        forward.append(uniform(n_post, n_pre, gain / n_pre**0.5, generator))
        biases.append(uniform(1, n_post, 1 / n_pre**0.5, generator)[0])
    return {"forward": forward, "biases": biases}

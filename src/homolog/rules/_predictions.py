"""Layers that predict their neighbours: the errors of prediction, and what is learned from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from homolog.networks import LayeredNetwork

Change = tuple[Tensor, Tensor]
"""Errors and the rates that they come with, (replica, trial, neuron): multiplied over trials."""


def changes(
    network: LayeredNetwork, stimulus: Tensor, before: Sequence[Tensor], after: Sequence[Tensor]
) -> list[Change]:
    """Errors of prediction times rates after, less those before: forward, then feedback.

    All are computed with the weights as they are, before any is changed.
    """
    shown = stimulus.expand(network.n_replicas, -1, -1)
    inner = range(1, network.n_layers)
    return [
        # The stimulus is clamped: what it predicts is the same in both states and cancels.
        (after[0] - before[0], shown),
        *(_change(network.forward[k], before, after, k, k - 1) for k in inner),
        *(_change(network.feedback[k - 1], before, after, k - 1, k) for k in inner),
    ]


def _change(
    weights: Tensor, before: Sequence[Tensor], after: Sequence[Tensor], to: int, by: int
) -> Change:
    """Errors of predicting one layer by another, those before with a minus.

    Trials of both states follow each other, so that their outer products are one product.
    """
    predicting = torch.cat((after[by], before[by]), 1)
    predicted = torch.cat((after[to], before[to]), 1)
    wrong = torch.baddbmm(predicted, predicting, weights.mT, alpha=-1)
    wrong[:, after[to].shape[1] :].neg_()
    return wrong, predicting


def learn(
    network: LayeredNetwork, changes: Sequence[Change], rates: Sequence[float], scale: Tensor
) -> None:
    """Change forward and feedback synapses, in place, by `changes` in their order.

    Each has its rate, and each replica its `scale`, (replica, 1, 1).
    """
    weights = (*network.forward, *network.feedback)
    for weight, (wrong, predicting), rate in zip(weights, changes, rates, strict=True):
        weight.baddbmm_((wrong * scale).mT, predicting, alpha=rate)


def errors(
    network: LayeredNetwork, stimulus: Tensor, rates: Sequence[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """Of predicting each layer from the one below, and each but the last from the one above."""
    below = (stimulus.expand(network.n_replicas, -1, -1), *rates)
    up = zip(rates, below, network.forward, strict=False)
    down = zip(rates, rates[1:], network.feedback, strict=False)
    return _wrong(up), _wrong(down)


def _wrong(predictions: Iterable[tuple[Tensor, Tensor, Tensor]]) -> list[Tensor]:
    return [
        torch.baddbmm(rates, source, weights.mT, alpha=-1) for rates, source, weights in predictions
    ]


def squared(wrong: Sequence[Tensor]) -> Tensor:
    """Summed over layers and neurons, mean over trials, for each replica."""
    return torch.stack([error.square().sum(-1).mean(1) for error in wrong]).sum(0)

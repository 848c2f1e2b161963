"""One step down the gradient, whose norm is limited first."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from homolog.rules._adam import adam_moved
from homolog.training.through_time._plan import Plan
from homolog.training.through_time._weights import Weights


@dataclass(frozen=True, eq=False)
class Learner:
    """Replicas as they are after so many iterations.

    Attributes
    ----------
    weights
        Changed in place by `descend`.
    moments
        Of "adam": running means of the gradient, then of its square; else empty.
    iterations
        Steps taken so far.
    """

    weights: Weights
    moments: tuple[Weights, ...] = ()
    iterations: int = 0


def newborn(weights: Weights, plan: Plan) -> Learner:
    """Replicas that have not learned yet."""
    averages = (weights.each(torch.zeros_like), weights.each(torch.zeros_like))
    return Learner(weights, averages if plan.optimiser == "adam" else ())


def penalise(gradient: Weights, weights: Weights, penalty: float) -> None:
    """Add to the gradient that of `penalty` times the sum of all squared recurrent weights."""
    if penalty:
        gradient.recurrent.add_(weights.recurrent, alpha=2 * penalty)


def norms(gradient: Weights) -> Tensor:
    """(replica,) norm over all parts, in double precision."""
    squares = [
        [part.double().square().sum() for part in gradient.replica(at)]
        for at in range(gradient.n_replicas)
    ]
    return torch.stack([torch.stack(one).sum() for one in squares]).sqrt()


def descend(learner: Learner, gradient: Weights, norm: Tensor, plan: Plan) -> Learner:
    """Change the weights in place, by the gradient shortened to the norm `plan.clip`."""
    if plan.clip is not None:
        scale = (plan.clip / norm).clamp(max=1).to(plan.precision)
        for part in gradient:
            part.mul_(scale.view(-1, *[1] * (part.ndim - 1)))
    if plan.optimiser == "sgd":
        for weights, slope in zip(learner.weights, gradient, strict=True):
            weights.sub_(slope, alpha=plan.rate)
    else:
        for at in range(gradient.n_replicas):  # One by one: alone or beside others the same.
            moments = [part for one in learner.moments for part in one.replica(at)]
            parts = list(learner.weights.replica(at)), list(gradient.replica(at))
            adam_moved(*parts, moments, learner.iterations, plan.rate)
    return Learner(learner.weights, learner.moments, learner.iterations + 1)

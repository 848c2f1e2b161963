"""Logistic regression for many populations, times and folds at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homolog.audit._quasi_newton import minimise
from homolog.audit._targets import Reals
from homolog.statistics import Progress, silent

TOLERANCE = 1e-5  # of the gradient, per row: probabilities are then right to about 1e-4
MOST_STEPS = 500
CHUNK = 2_000_000  # entries of the design that are held at once


def held_out_classes(
    responses: Reals,
    class_of: NDArray[np.int64],
    fold_of: NDArray[np.int64],
    penalty: float = 1.0,
    progress: Progress = silent,
) -> NDArray[np.int64]:
    """The class that a linear readout, fitted to the other folds, gives each condition.

    Parameters
    ----------
    responses
        (population, condition, neuron) array; a time is a population by itself.
    class_of
        Class of each condition, from 0.
    fold_of
        Fold that holds each condition out, from 0.
    penalty
        Weight of half the squared weights beside the summed loss, 1/C in scikit-learn.
    progress
        Told how many populations are done.

    Returns
    -------
    classes
        (population, condition) array.
    """
    responses = in_fewer_columns(responses)
    n_folds = int(fold_of.max()) + 1
    at_once = max(1, CHUNK // (n_folds * responses[0].size))
    found = np.empty(responses.shape[:2], dtype=np.int64)
    for first in range(0, len(responses), at_once):
        part = responses[first : first + at_once]
        chances = held_out_logits(part, class_of, fold_of, penalty)
        found[first : first + at_once] = chances.argmax(-1)
        progress("decode", first + len(part), len(responses))
    return found


def in_fewer_columns(responses: Reals) -> Reals:
    """The same populations turned into as many columns as conditions, if neurons are more.

    Logistic regression with squared weights does not notice a rotation of the neurons.
    """
    centred = responses - responses.mean(1, keepdims=True)
    if centred.shape[2] <= centred.shape[1]:
        return centred
    _, triangle = np.linalg.qr(centred.transpose(0, 2, 1))
    return triangle.transpose(0, 2, 1)


def held_out_logits(
    responses: Reals,
    class_of: NDArray[np.int64],
    fold_of: NDArray[np.int64],
    penalty: float = 1.0,
    tolerance: float = TOLERANCE,
) -> Reals:
    """Logits (population, condition, class), each from a readout that never saw the condition."""
    n_folds, n_classes = int(fold_of.max()) + 1, int(class_of.max()) + 1
    seen = (fold_of != np.arange(n_folds)[:, None]).astype(float)
    fit = _fit(responses, seen, np.eye(n_classes)[class_of], penalty, tolerance)
    logits = fit.design @ fit.weights
    shape = (len(responses), n_folds, *logits.shape[1:])
    held_out = (np.arange(len(class_of)), fold_of)
    return logits.reshape(shape)[:, held_out[1], held_out[0]]


@dataclass(frozen=True)
class _Fit:
    """Readouts in coordinates of their own: (fit, condition, column), (fit, column, class)."""

    design: Reals
    weights: Reals


def _fit(responses: Reals, seen: Reals, members: Reals, penalty: float, tolerance: float) -> _Fit:
    """Fit a readout to every population and fold; `seen` (fold, condition) weighs conditions.

    Two classes share one weight vector in scikit-learn; as two opposite ones they have
    half its squared length, hence twice the penalty.
    """
    n_classes = members.shape[1]
    penalty = penalty * (2.0 if n_classes == 2 else 1.0)
    design, ridge = _conditioned(responses, seen, penalty)
    weigh = np.tile(seen, (len(responses), 1))[:, :, None]
    shape = (len(design), design.shape[2], n_classes)

    def slope(flat: Reals, which: NDArray[np.int64]) -> tuple[Reals, Reals]:
        weights = flat.reshape(-1, *shape[1:])
        x, weighed = (design, weigh) if len(which) == len(design) else (design[which], weigh[which])
        logits = x @ weights
        logits -= logits.max(2, keepdims=True)
        chances = np.exp(logits)
        totals = chances.sum(2, keepdims=True)
        lost = (np.log(totals[:, :, 0]) - (logits * members).sum(2)) * weighed[:, :, 0]
        shrunk = ridge[which, :, None] * weights
        wrong = (chances / totals - members) * weighed
        gradient = x.transpose(0, 2, 1) @ wrong + shrunk
        value = lost.sum(1) + 0.5 * (shrunk * weights).sum((1, 2))
        return value, gradient.reshape(flat.shape)

    scale = tolerance * np.sqrt(seen.sum(1).mean())
    start = np.zeros((shape[0], shape[1] * shape[2]))
    found = minimise(slope, start, steps=MOST_STEPS, tolerance=scale)
    return _Fit(design, found.reshape(shape))


def _conditioned(responses: Reals, seen: Reals, penalty: float) -> tuple[Reals, Reals]:
    """Responses in the axes of what a fold has seen, scaled so that no curvature exceeds 1.

    The Hessian of the loss is at most half the scatter of the responses (Böhning 1992,
    https://doi.org/10.1007/BF00048682). The last column is for the offset.
    """
    n_seen = seen.sum(1)
    means = np.einsum("fr,prn->pfn", seen / n_seen[:, None], responses)
    centred = responses[:, None] - means[:, :, None]
    scatter = np.einsum("fr,pfrm,pfrn->pfmn", seen, centred, centred, optimize=True)
    variances, axes = np.linalg.eigh(scatter)
    most = 0.5 * np.maximum(variances, 0.0) + penalty
    turned = (centred @ axes) / np.sqrt(most)[:, :, None]
    offset = np.broadcast_to(np.sqrt(2.0 / n_seen)[None, :, None, None], (*turned.shape[:3], 1))
    design = np.concatenate([turned, offset], axis=3)
    ridge = np.concatenate([penalty / most, np.zeros((*most.shape[:2], 1))], axis=2)
    flat = (-1, *design.shape[2:])
    return design.reshape(flat), ridge.reshape(-1, ridge.shape[2])

"""Responses to held-out stimuli beside what was predicted of them, and how well that went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    constant_columns,
    inner,
    median,
    namespace,
    root,
    to_numpy,
)

Judged = Literal[
    "variance", "mean_variance", "correlation", "mean_correlation", "median_correlation"
]
"""What a prediction is judged by: over all neurons, or neuron by neuron."""

_TITLES = {
    "mean_variance": "Mean over neurons of R² of what {fit} predicts (uniform average)",
    "correlation": "Correlation of responses with what {fit} predicts",
    "mean_correlation": "Mean over neurons of the correlation with what {fit} predicts",
    "median_correlation": "Median over neurons of the correlation with what {fit} predicts",
}


@dataclass(frozen=True)
class Prediction:
    """The held-out stimuli of one fold.

    Attributes
    ----------
    actual, predicted
        (stimulus, neuron) responses less their mean over the training stimuli, and what was
        predicted of that.
    mean
        (neuron,) that mean, where it is asked for.
    """

    actual: Array
    predicted: Array
    mean: Array | None = None


def by_neuron(judge: str) -> bool:
    """Whether neurons are judged one by one."""
    return judge in ("mean_variance", "mean_correlation", "median_correlation")


def judged(folds: Sequence[Prediction], judge: Judged) -> Array:
    """How well held-out responses were predicted, over all folds."""
    if judge in ("variance", "mean_variance"):
        axis = 0 if judge == "mean_variance" else None
        missed, spread = (_sums(folds, axis, part) for part in (_missed, _spread))
        if axis == 0:
            _check_varies(to_numpy(spread) > 0)
        share = 1 - missed / spread
        return namespace(share).mean(share)
    if judge == "correlation":
        each = [_fold_correlation(fold) for fold in folds]
        return sum(each[1:], each[0]) / len(each)
    found = _neuron_correlations(folds)
    return namespace(found).mean(found) if judge == "mean_correlation" else median(found)


def _sums(folds: Sequence[Prediction], axis: int | None, part: Any) -> Array:
    parts = [namespace(fold.actual).sum(part(fold), axis=axis) for fold in folds]
    return sum(parts[1:], parts[0])


def _missed(fold: Prediction) -> Array:
    return (fold.actual - fold.predicted) ** 2


def _spread(fold: Prediction) -> Array:
    return fold.actual**2


def _fold_correlation(fold: Prediction) -> Array:
    a, b = centre(fold.actual), centre(fold.predicted)
    return _correlation(inner(a, b), inner(a, a), inner(b, b))


def _correlation(shared: Array, square: Array, other: Array) -> Array:
    """At most 1; 0 where one of the two does not vary."""
    xp = namespace(shared)
    size = root(square) * root(other)
    one = xp.ones_like(size)
    return xp.minimum(xp.where(size > 0, shared / xp.where(size > 0, size, one), 0 * one), one)


def _neuron_correlations(folds: Sequence[Prediction]) -> Array:
    """(neuron,) means over the folds in which the neuron varies."""
    xp = namespace(folds[0].actual)
    varies = [~constant_columns(fold.actual) for fold in folds]
    counts = sum(xp.astype(one, folds[0].actual.dtype) for one in varies)
    _check_varies(to_numpy(counts) > 0)
    total = 0 * counts
    for fold, varying in zip(folds, varies, strict=True):
        found = column_correlations(fold.actual, fold.predicted)
        total = total + xp.where(varying, found, 0 * found)
    return total / counts


def column_correlations(x: Array, y: Array) -> Array:
    """(column,) correlations of the columns of two arrays; 0 where one of the two is constant."""
    xp, x, y = namespace(x, y), centre(x), centre(y)
    return _correlation(*(xp.sum(p * q, axis=0) for p, q in ((x, y), (x, x), (y, y))))


def _check_varies(varies: np.ndarray) -> None:
    if not varies.all():
        raise errors.undefined(
            "a score of each neuron",
            f"{np.sum(~varies)} of {len(varies)} predicted neurons vary over the stimuli of no fold"
            f" (first: neuron {np.flatnonzero(~varies)[0]})",
            "Drop such neurons, or give folds of more stimuli.",
        )


def check_judge(judge: object) -> None:
    """HM025 for a way to judge that does not exist."""
    if judge not in get_args(Judged):
        raise errors.bad_value("judge", judge, ", ".join(get_args(Judged)))


def promises(judge: str, fit: str) -> Mapping[str, Any]:
    """What changes with how the predictions of a `fit` are judged."""
    if judge == "variance":
        return {}
    ends = {} if judge == "mean_variance" else {"kind": "correlation", "worst": -1.0}
    return {"title": _TITLES[judge].format(fit=fit), **ends}

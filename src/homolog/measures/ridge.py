"""Held-out linear predictivity: how well y foretells x's responses to new stimuli."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, centre, frobenius, namespace, rounding, to_namespace_of
from homolog.measures._folds import Folds, fold_labels
from homolog.measures._measure import along_stimuli, measure

PENALTIES = tuple(10.0**power for power in np.arange(-4, 4.5, 0.5).tolist())
"""Penalties tried, in units of the mean variance of the candidate's training responses."""


@dataclass(frozen=True)
class _Fold:
    """Ridge regression from the candidate's training stimuli, ready for any target."""

    train: Any
    test: Any
    left: Array
    weights: Array
    predictor: Array


@dataclass(frozen=True)
class _Summary:
    responses: Array = along_stimuli()
    folds: tuple[tuple[np.ndarray, np.ndarray], ...] = ()

    @cached_property
    def fitted(self) -> tuple[_Fold, ...]:
        """Factors of every training set, computed once for a candidate."""
        return tuple(_factor(self.responses, train, test) for train, test in self.folds)


def _summary(x: Array, *, folds: Folds = 5, rng: int = 0) -> _Summary:
    labels = fold_labels(x.shape[0], folds, rng)
    split = tuple(
        (np.flatnonzero(labels != label), np.flatnonzero(labels == label))
        for label in np.unique(labels)
    )
    x = centre(x)
    return _Summary(x / frobenius(x), split)


def _factor(y: Array, train: np.ndarray, test: np.ndarray) -> _Fold:
    """Eigenvectors of the smaller Gram matrix: primal or dual, whichever is less work."""
    xp = namespace(y)
    inside, outside = _split(y, train, test)
    n_train, n_neurons = inside.shape
    primal = n_neurons <= n_train
    squares, vectors = xp.linalg.eigh(inside.T @ inside if primal else inside @ inside.T)
    dropped = int(xp.sum(xp.astype(squares <= 0.1 * rounding(y) * squares[-1], xp.int64)))
    squares, vectors = squares[dropped:], vectors[:, dropped:]
    left = inside @ vectors / xp.sqrt(squares) if primal else vectors
    right = vectors if primal else inside.T @ vectors / xp.sqrt(squares)
    penalties = to_namespace_of(y, np.asarray(PENALTIES)) * (xp.sum(squares) / n_neurons)
    weights = squares[None, :] / (squares[None, :] + penalties[:, None])
    return _Fold(train, test, left, weights, outside @ right / xp.sqrt(squares))


def _split(x: Array, train: np.ndarray, test: np.ndarray) -> tuple[Array, Array]:
    """Training and test stimuli, both less the mean of the training stimuli."""
    xp = namespace(x)
    inside = xp.take(x, to_namespace_of(x, train), axis=0)
    outside = xp.take(x, to_namespace_of(x, test), axis=0)
    mean = xp.mean(inside, axis=0, keepdims=True)
    return inside - mean, outside - mean


def _errors(fold: _Fold, x: Array) -> tuple[Array, Array]:
    """Squared error and squared spread on the test stimuli, best penalty by GCV.

    Generalised cross-validation looks at training stimuli alone and needs only how
    much of the target lies along each left singular vector.
    """
    xp = namespace(x)
    inside, outside = _split(x, fold.train, fold.test)
    along = fold.left.T @ inside
    energy = xp.sum(along * along, axis=1)
    left_over = xp.sum(inside * inside) - (fold.weights * (2 - fold.weights)) @ energy
    freedom = 1 - (1 + xp.sum(fold.weights, axis=1)) / len(fold.train)
    criterion = xp.where(freedom > 0, left_over / freedom**2, xp.asarray(xp.inf, dtype=x.dtype))
    best = int(xp.argmin(criterion))
    missed = outside - fold.predictor @ (fold.weights[best, :][:, None] * along)
    return xp.sum(missed * missed), xp.sum(outside * outside)


@measure(
    summary=_summary,
    best=1.0,
    worst=float("-inf"),
    kind="variance",
    symmetric=False,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    fits=True,
    source="https://doi.org/10.1080/00401706.1979.10489751",
    citation="""
        @article{golub1979generalized,
          author = {Golub, Gene H. and Heath, Michael and Wahba, Grace},
          title = {Generalized Cross-Validation as a Method for Choosing a Good Ridge Parameter},
          journal = {Technometrics},
          volume = {21},
          number = {2},
          pages = {215--223},
          year = {1979},
          url = {https://doi.org/10.1080/00401706.1979.10489751},
        }
    """,
)
def ridge(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Share of the reference's variance that ridge regression from the candidate foretells.

    .. math:: 1 - \sum_f \|X_f - \hat X_f\|_F^2 \,/\, \sum_f \|X_f - \bar X_{-f}\|_F^2

    over held-out folds f, where :math:`\bar X_{-f}` is the mean of the training stimuli.
    The penalty, one for all neurons, is chosen by generalised cross-validation within
    the training stimuli of each fold. Neurons weigh by their variance.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference (predicted) and candidate (predictor)
        to the same stimuli, in any unit; finite.

    Returns
    -------
    score
        At most 1, no unit. 0 is as good as predicting the mean, below 0 worse than that.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 folds.

    Notes
    -----
    Options: ``folds``, a number (5) or one fold label for each stimulus, and ``rng``,
    the seed of the random assignment. Biased downwards: it is fitted on fewer stimuli
    than there are. Stimuli that resemble each other (neighbouring times, frames of one
    movie) must share a fold, or the score measures memory.
    """
    pairs = [_errors(fold, x.responses) for fold in y.fitted]
    missed, spread = (sum(part) for part in zip(*pairs, strict=True))
    return 1 - missed / spread

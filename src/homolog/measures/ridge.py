"""Held-out linear predictivity: how well y foretells x's responses to new stimuli."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog._arrays import (
    Array,
    carries_gradient,
    centre,
    constant,
    frobenius,
    inner,
    namespace,
    narrow,
    rounding,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._folds import Folds, held_out_rows, take_rows
from homolog.measures._measure import along_stimuli, measure

PENALTIES = tuple(10.0**power for power in np.arange(-4, 4.5, 0.5).tolist())
"""Penalties tried, in units of the mean variance of the candidate's training responses."""


@dataclass(frozen=True)
class _Fold:
    """Ridge regression from the candidate's training stimuli, ready for any target.

    Attributes
    ----------
    test
        Rows of the held-out stimuli; all others are for training.
    responses
        The candidate's to the held-out stimuli.
    mean
        Of each neuron over the training stimuli.
    whitening
        (neuron, component) array that makes the training responses orthonormal.
    lost
        (penalty, component) array: the share of a component each penalty takes away.
    predictor
        (test stimulus, component) array of the whitened held-out responses.
    """

    test: Any
    responses: Array
    mean: Array
    whitening: Array
    lost: Array
    predictor: Array


@dataclass(frozen=True)
class _Summary:
    responses: Array = along_stimuli()
    n_neurons: int = 0
    held_out: tuple[NDArray[np.int64], ...] = ()

    @cached_property
    def fitted(self) -> tuple[_Fold, ...]:
        """Factors of every training set, computed once for a candidate."""
        blocks = [take_rows(self.responses, test) for test in self.held_out]
        sums = _of_the_others([namespace(block).sum(block, axis=0) for block in blocks])
        grams = _of_the_others([block.T @ block for block in blocks])
        parts = zip(self.held_out, blocks, sums, grams, strict=True)
        return tuple(self._fit(*part) for part in parts)

    def _fit(self, test: NDArray[np.int64], block: Array, total: Array, gram: Array) -> _Fold:
        xp = namespace(gram)
        n_train = self.responses.shape[0] - len(test)
        mean = total / n_train
        squares, vectors = xp.linalg.eigh(gram - total[:, None] * mean[None, :])
        resolved = 0.1 * rounding(gram) * xp.linalg.trace(gram)
        dropped = int(to_numpy(squares <= resolved).sum())
        squares, vectors = squares[dropped:], vectors[:, dropped:]
        whitening = vectors / xp.sqrt(squares)
        penalties = to_namespace_of(gram, np.asarray(PENALTIES)) * (
            xp.sum(squares) / self.n_neurons
        )
        lost = penalties[:, None] / (squares[None, :] + penalties[:, None])
        return _Fold(test, block, mean, whitening, lost, (block - mean) @ whitening)


def _summary(x: Array, *, folds: Folds = 5, rng: int = 0) -> _Summary:
    held_out = held_out_rows(x.shape[0], folds, rng)
    n_neurons = x.shape[1]
    x = centre(x)
    return _Summary(narrow(x / frobenius(x)), n_neurons, held_out)


def _of_the_others(parts: list[Array]) -> list[Array]:
    """For each part the sum of all others, none of it by subtraction."""
    nothing = 0 * parts[0]
    before = accumulate(parts[:-1], initial=nothing)
    after = list(accumulate(parts[:0:-1], initial=nothing))
    return [early + late for early, late in zip(before, reversed(after), strict=True)]


def _folds(x: _Summary, y: _Summary) -> Iterator[tuple[_Fold, Array, Array, Array, Array, int]]:
    """What `_errors` takes, fold by fold."""
    xp = namespace(x.responses, y.responses)
    targets = [take_rows(x.responses, fold.test) for fold in y.fitted]
    totals = _of_the_others([xp.sum(target, axis=0) for target in targets])
    squares = _of_the_others([inner(target, target) for target in targets])
    crosses = _of_the_others(
        [fold.responses.T @ target for fold, target in zip(y.fitted, targets, strict=True)]
    )
    n_train = [x.responses.shape[0] - len(fold.test) for fold in y.fitted]
    yield from zip(y.fitted, targets, totals, squares, crosses, n_train, strict=True)


def _errors(
    fold: _Fold, x: Array, total: Array, square: Array, cross: Array, n_train: int
) -> tuple[Array, Array]:
    """Squared error and squared spread on the test stimuli, best penalty by GCV.

    Generalised cross-validation looks at training stimuli alone and needs only how
    much of the target lies along each component. `x` are the target's responses to the
    test stimuli, `total`, `square` and `cross` its sums, sum of squares and products
    with the candidate over the training stimuli.
    """
    mean = total / n_train
    along = fold.whitening.T @ (cross - fold.mean[:, None] * total[None, :])
    best = _best(fold, along, square - inner(total, mean), n_train)
    spread = x - mean
    missed = spread - fold.predictor @ ((1 - fold.lost[best, :])[:, None] * along)
    return inner(missed, missed), inner(spread, spread)


def _best(fold: _Fold, along: Array, spread: Array, n_train: int) -> int:
    """Which penalty to take, given the target along each component and its squared spread."""
    xp = namespace(along)
    energy = xp.vecdot(along, along)
    left_over, freedom = (fold.lost * fold.lost) @ energy, xp.sum(fold.lost, axis=1)
    n_out_of_reach = n_train - 1 - energy.shape[0]
    if n_out_of_reach:
        left_over = left_over + spread - xp.sum(energy)
        freedom = freedom + n_out_of_reach
    return int(xp.argmin(left_over / freedom**2))


def _chosen(x: _Summary, y: _Summary) -> Iterator[float]:
    """The penalty of every fold."""
    for fold, _, total, square, cross, n_train in _folds(x, y):
        along = fold.whitening.T @ (cross - fold.mean[:, None] * total[None, :])
        best = _best(fold, along, square - inner(total, total) / n_train, n_train)
        yield PENALTIES[best]


def _differentiable(x: _Summary, y: _Summary) -> Array:
    """The same score by other steps, through which gradients flow at the penalties chosen."""
    held = [replace(one, responses=constant(one.responses)) for one in (x, y)]
    parts = [
        _held_out_error(x.responses, y.responses, test, penalty, y.n_neurons)
        for test, penalty in zip(y.held_out, _chosen(*held), strict=True)
    ]
    missed, spread = (sum(part) for part in zip(*parts, strict=True))
    return 1 - missed / spread


def _held_out_error(
    x: Array, y: Array, test: NDArray[np.int64], penalty: float, n_neurons: int
) -> tuple[Array, Array]:
    """Squared error and squared spread on the test stimuli at one penalty."""
    xp = namespace(x, y)
    train = np.setdiff1d(np.arange(x.shape[0]), test)
    (x_train, x_test), (y_train, y_test) = (
        (take_rows(one, train), take_rows(one, test)) for one in (x, y)
    )
    x_mean, y_mean = (xp.mean(one, axis=0, keepdims=True) for one in (x_train, y_train))
    x_train, y_train = x_train - x_mean, y_train - y_mean
    few = y_train.shape[1] <= y_train.shape[0]
    gram = y_train.T @ y_train if few else y_train @ y_train.T
    identity = to_namespace_of(gram, np.eye(gram.shape[0]))
    eased = gram + penalty * xp.linalg.trace(gram) / n_neurons * identity
    weights = xp.linalg.solve(eased, y_train.T @ x_train if few else x_train)
    spread = x_test - x_mean
    missed = spread - (y_test - y_mean) @ (weights if few else y_train.T @ weights)
    return inner(missed, missed), inner(spread, spread)


@measure(
    summary=_summary,
    best=1.0,
    worst=float("-inf"),
    kind="variance",
    symmetric=False,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=True,
    smooth=True,
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
    movie) must share a fold, or the score measures memory. Piecewise smooth; the gradient
    holds the penalties fixed.
    """
    if carries_gradient(x.responses) or carries_gradient(y.responses):
        return _differentiable(x, y)
    pairs = [_errors(*part) for part in _folds(x, y)]
    missed, spread = (sum(part) for part in zip(*pairs, strict=True))
    return 1 - missed / spread

"""Ridge regressions, each fitted without the stimuli of one fold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import (
    Array,
    carries_gradient,
    constant,
    inner,
    namespace,
    rounding,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._folds import other_rows, take_rows
from homolog.measures._held_out import Prediction
from homolog.measures._measure import along_stimuli

PENALTIES = tuple(10.0**power for power in np.arange(-4, 4.5, 0.5).tolist())
"""Penalties tried, in units of the mean variance of the candidate's training responses."""


@dataclass(frozen=True)
class _Fold:
    """Ridge regression from the predictor's training stimuli, ready for any target.

    Attributes
    ----------
    test
        Rows of the held-out stimuli; all others are for training.
    responses
        The predictor's to the held-out stimuli.
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
class Population:
    """A population as what is predicted and as what predicts.

    Attributes
    ----------
    targets, predictors
        (stimulus, neuron) centred responses; the predictors may be turned or whitened.
    n_neurons
        How many predictors there were before they were turned.
    held_out
        Rows that each fold holds out.
    penalty
        In the square of the predictors' unit; None to choose one of `PENALTIES` in each fold.
    held
        Which of `PENALTIES` each fold takes; empty to choose.
    by_folds
        Whether to choose by leaving out one of the other folds at a time.
    """

    targets: Array = along_stimuli()
    predictors: Array = along_stimuli()
    n_neurons: int = 0
    held_out: tuple[NDArray[np.int64], ...] = ()
    penalty: Array | None = None
    held: tuple[int, ...] = ()
    by_folds: bool = False

    @cached_property
    def fitted(self) -> tuple[_Fold, ...]:
        """Factors of every training set, computed once for a predictor."""
        blocks = [take_rows(self.predictors, test) for test in self.held_out]
        sums = _of_the_others([namespace(block).sum(block, axis=0) for block in blocks])
        grams = _of_the_others([block.T @ block for block in blocks])
        parts = zip(self.held_out, blocks, sums, grams, strict=True)
        return tuple(self._fit(*part) for part in parts)

    @cached_property
    def within(self) -> tuple["Population", ...]:
        """The predictor on the training stimuli of every fold, which the other folds part."""
        n_stimuli = self.predictors.shape[0]
        found: list[Population] = []
        for test in self.held_out:
            rows = other_rows(n_stimuli, test)
            others = (np.searchsorted(rows, one) for one in self.held_out if one is not test)
            predictors = take_rows(self.predictors, rows)
            found.append(replace(self, predictors=predictors, held_out=tuple(others)))
        return tuple(found)

    def _fit(self, test: NDArray[np.int64], block: Array, total: Array, gram: Array) -> _Fold:
        xp = namespace(gram)
        n_train = self.predictors.shape[0] - len(test)
        mean = total / n_train
        squares, vectors = xp.linalg.eigh(gram - total[:, None] * mean[None, :])
        resolved = 0.1 * rounding(gram) * xp.linalg.trace(gram)
        dropped = int(to_numpy(squares <= resolved).sum())
        squares, vectors = squares[dropped:], vectors[:, dropped:]
        whitening = vectors / xp.sqrt(squares)
        penalties = self._penalties(xp.sum(squares))
        lost = penalties[:, None] / (squares[None, :] + penalties[:, None])
        return _Fold(test, block, mean, whitening, lost, (block - mean) @ whitening)

    def _penalties(self, variance: Array) -> Array:
        if self.penalty is not None:
            return namespace(variance).reshape(self.penalty, (1,))
        return to_namespace_of(variance, np.asarray(PENALTIES)) * (variance / self.n_neurons)


def predicted(x: Population, y: Population) -> list[Prediction]:
    """What `y` says of the responses of `x` to the held-out stimuli of every fold."""
    if carries_gradient(x.targets) or carries_gradient(y.predictors):
        return _differentiable(x, y)
    chosen = y.held or (_by_folds(x, y) if y.by_folds else repeat(None))
    return [_predict(*part, best) for part, best in zip(_folds(x, y), chosen, strict=False)]


def holding(x: Population, y: Population) -> Callable[[NDArray[np.bool_], Population], Population]:
    """What makes a predictor of fewer stimuli take the penalties that `y` takes on all.

    Parameters
    ----------
    x, y
        What is predicted, and the predictor.

    Returns
    -------
    held
        From which stimuli are kept, and the predictor's responses to them, to a predictor that
        chooses nothing. A fold of which nothing is kept is gone.
    """
    chosen = list(zip(y.held_out, _chosen(x, y), strict=True))

    def held(kept: NDArray[np.bool_], fewer: Population) -> Population:
        return replace(fewer, held=tuple(best for rows, best in chosen if kept[rows].any()))

    return held


def require_stimuli(y: Population) -> None:
    """HM031 for least squares without a penalty that fit anything."""
    n_train = y.predictors.shape[0] - max(map(len, y.held_out))
    if y.n_neurons >= n_train:
        raise errors.undefined(
            "ridge",
            f"without a penalty, {y.n_neurons} neurons could fit anything at {n_train} training"
            " stimuli",
            "Give a penalty, or None to have one chosen, or fewer neurons.",
        )


def _of_the_others(parts: list[Array]) -> list[Array]:
    """For each part the sum of all others, none of it by subtraction."""
    nothing = 0 * parts[0]
    before = accumulate(parts[:-1], initial=nothing)
    after = list(accumulate(parts[:0:-1], initial=nothing))
    return [early + late for early, late in zip(before, reversed(after), strict=True)]


def _folds(x: Population, y: Population) -> Iterator[tuple[_Fold, Array, Array, Array, Array, int]]:
    """What `_predict` takes, fold by fold."""
    xp = namespace(x.targets, y.predictors)
    targets = [take_rows(x.targets, fold.test) for fold in y.fitted]
    totals = _of_the_others([xp.sum(target, axis=0) for target in targets])
    squares = _of_the_others([inner(target, target) for target in targets])
    crosses = _of_the_others(
        [fold.responses.T @ target for fold, target in zip(y.fitted, targets, strict=True)]
    )
    n_train = [x.targets.shape[0] - len(fold.test) for fold in y.fitted]
    yield from zip(y.fitted, targets, totals, squares, crosses, n_train, strict=True)


def _predict(
    fold: _Fold,
    x: Array,
    total: Array,
    square: Array,
    cross: Array,
    n_train: int,
    best: int | None,
) -> Prediction:
    """The test stimuli of a fold, best penalty by GCV unless it is given.

    Generalised cross-validation looks at training stimuli alone and needs only how
    much of the target lies along each component. `x` are the target's responses to the
    test stimuli, `total`, `square` and `cross` its sums, sum of squares and products
    with the predictor over the training stimuli.
    """
    mean = total / n_train
    along = fold.whitening.T @ (cross - fold.mean[:, None] * total[None, :])
    if best is None:
        best = _best(fold, along, square - inner(total, mean), n_train)
    predicted = fold.predictor @ ((1 - fold.lost[best, :])[:, None] * along)
    return Prediction(x - mean, predicted, mean)


def _best(fold: _Fold, along: Array, spread: Array, n_train: int) -> int:
    """Which penalty to take, given the target along each component and its squared spread."""
    if fold.lost.shape[0] == 1:
        return 0
    xp = namespace(along)
    energy = xp.vecdot(along, along)
    left_over, freedom = (fold.lost * fold.lost) @ energy, xp.sum(fold.lost, axis=1)
    n_out_of_reach = n_train - 1 - energy.shape[0]
    if n_out_of_reach:
        left_over = left_over + spread - xp.sum(energy)
        freedom = freedom + n_out_of_reach
    return int(xp.argmin(left_over / freedom**2))


def _by_folds(x: Population, y: Population) -> Iterator[int]:
    """Which penalty predicts the other folds best, each left out whole, for every fold."""
    for test, within in zip(y.held_out, y.within, strict=True):
        targets = take_rows(x.targets, other_rows(x.targets.shape[0], test))
        parts = _folds(replace(x, targets=targets), within)
        errors_of = sum(_errors(*part) for part in parts)
        yield int(namespace(targets).argmin(errors_of))


def _errors(
    fold: _Fold, x: Array, total: Array, square: Array, cross: Array, n_train: int
) -> Array:
    """(penalty,) squared errors at the test stimuli, less what all penalties share.

    Arguments as of `_predict`.
    """
    xp = namespace(x)
    along = fold.whitening.T @ (cross - fold.mean[:, None] * total[None, :])
    kept, meant = 1 - fold.lost, fold.predictor.T @ (x - total / n_train)
    squares = (fold.predictor.T @ fold.predictor) * (along @ along.T)
    return xp.vecdot(kept @ squares, kept) - 2 * (kept @ xp.vecdot(meant, along))


def _chosen(x: Population, y: Population) -> Iterator[int]:
    """Which penalty every fold takes."""
    if y.held:
        yield from y.held
        return
    if y.by_folds:
        yield from _by_folds(x, y)
        return
    for fold, _, total, square, cross, n_train in _folds(x, y):
        along = fold.whitening.T @ (cross - fold.mean[:, None] * total[None, :])
        yield _best(fold, along, square - inner(total, total) / n_train, n_train)


def _differentiable(x: Population, y: Population) -> list[Prediction]:
    """The same by other steps, through which gradients flow at the penalties chosen."""
    held = [_constant(one) for one in (x, y)]
    return [
        _fold_predicted(x.targets, y, test, best)
        for test, best in zip(y.held_out, _chosen(*held), strict=True)
    ]


def _constant(one: Population) -> Population:
    return replace(
        one,
        targets=constant(one.targets),
        predictors=constant(one.predictors),
        penalty=None if one.penalty is None else constant(one.penalty),
    )


def _fold_predicted(x: Array, y: Population, test: NDArray[np.int64], best: int) -> Prediction:
    """The test stimuli of a fold at one penalty."""
    xp = namespace(x, y.predictors)
    train = other_rows(x.shape[0], test)
    (x_train, x_test), (y_train, y_test) = (
        (take_rows(one, train), take_rows(one, test)) for one in (x, y.predictors)
    )
    x_mean, y_mean = (xp.mean(one, axis=0) for one in (x_train, y_train))
    x_train, y_train = x_train - x_mean, y_train - y_mean
    weights = _weights(y, x_train, y_train, best)
    return Prediction(x_test - x_mean, (y_test - y_mean) @ weights, x_mean)


def _weights(y: Population, x_train: Array, y_train: Array, best: int) -> Array:
    """Of every predictor for every target."""
    xp = namespace(x_train, y_train)
    if y.penalty is not None and float(constant(y.penalty)) == 0:
        return xp.linalg.pinv(y_train) @ x_train
    few = y_train.shape[1] <= y_train.shape[0]
    gram = y_train.T @ y_train if few else y_train @ y_train.T
    penalty = y.penalty
    if penalty is None:
        penalty = PENALTIES[best] * xp.linalg.trace(gram) / y.n_neurons
    eased = gram + penalty * to_namespace_of(gram, np.eye(gram.shape[0]))
    solved = xp.linalg.solve(eased, y_train.T @ x_train if few else x_train)
    return solved if few else y_train.T @ solved

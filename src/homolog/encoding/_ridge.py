"""Ridge regression with a penalty for each neuron, in the smaller of two spaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import require_memory, rounding
from homolog.encoding._fold import Fold
from homolog.encoding._maps import Floats, Predict, Without, rows_less_mean
from homolog.measures._ridge import PENALTIES

Choice = Literal["generalised", "leave-one-out"]

_COLUMNS = 1024
"""Neurons of a layer that are taken at a time, so that no second copy of it is made."""

_ARRAYS = 5
"""Arrays of the size of a Gram matrix that are alive at once."""


@dataclass(frozen=True)
class Ridge:
    """Ridge regression; every neuron has a penalty of its own.

    Parameters
    ----------
    penalty
        One or several to choose from, above 0, in the square of the layer's unit (what
        scikit-learn calls alpha). None: 17 from 1e-4 to 1e4 times the sum of squares of the
        layer's mean neuron, over the training stimuli.
    choice
        How a neuron's penalty is chosen within the training stimuli of a fold: by
        generalised cross-validation, or by leaving out one training stimulus at a time
        (exactly, without fitting anew). Held-out stimuli are never looked at.

    Raises
    ------
    HomologError
        HM025 for penalties that are none above 0, or another choice.

    Notes
    -----
    A layer of more neurons than training stimuli is regressed on in the space of stimuli: its
    Gram matrix is made once for all folds, and each training set is decomposed once for all
    penalties and neurons. Generalised cross-validation then costs next to nothing; leaving out
    single stimuli costs a product for each penalty. They choose much alike. Both take training
    stimuli to be independent: where neighbours resemble each other the penalty comes out too
    small, whatever folds are held out; give one then.
    """

    name: ClassVar[str] = "ridge"
    jointly: ClassVar[bool] = False

    penalty: float | Sequence[float] | None = None
    choice: Choice = "generalised"

    def __post_init__(self) -> None:
        if self.choice not in get_args(Choice):
            raise errors.bad_value("choice", self.choice, ", ".join(get_args(Choice)))
        if self.penalty is None:
            return
        given = np.ravel(np.asarray(self.penalty, dtype=object)).tolist()
        if not given or not all(isinstance(p, Real) and 0 < float(p) < np.inf for p in given):
            raise errors.bad_value("penalty", self.penalty, "None, or numbers above 0")

    def on(self, layer: NDArray[np.floating]) -> Without:
        """Make what the folds share, and say how to fit without one of them."""
        n_stimuli, n_neurons = layer.shape
        if n_neurons < n_stimuli:
            return lambda fold: self._fitted(_primal(layer, fold), n_neurons)
        gram = _gram(layer)
        return lambda fold: self._fitted(_dual(gram, fold), n_neurons)

    def _fitted(self, parts: "_Components", n_neurons: int) -> Predict:
        if self.penalty is None:
            penalties = np.asarray(PENALTIES) * (parts.squares.sum() / n_neurons)
        else:
            penalties = np.ravel(np.asarray(self.penalty, dtype=np.float64))
        kept = parts.squares / (parts.squares + penalties[:, None])

        def predict(y: Floats) -> Floats:
            along = parts.basis.T @ y
            best = self._chosen(parts, kept, y, along)
            return parts.held_out @ (kept[best].T * along)

        return predict

    def _chosen(
        self, parts: "_Components", kept: Floats, y: Floats, along: Floats
    ) -> NDArray[np.int64]:
        """(neuron,) the number of the penalty that each neuron takes."""
        if len(kept) == 1:
            return np.zeros(y.shape[1], dtype=np.int64)
        errors_of = _generalised if self.choice == "generalised" else _left_out
        return np.argmin(errors_of(parts, kept, y, along), axis=0)


@dataclass(frozen=True)
class _Components:
    """The principal components of the training responses of a layer.

    Attributes
    ----------
    squares
        (component,) sums of squares.
    basis
        (training stimulus, component) orthonormal courses.
    held_out
        (held-out stimulus, component) the same components, in units of their own size.
    """

    squares: Floats
    basis: Floats
    held_out: Floats


def _gram(x: NDArray[np.floating]) -> Floats:
    """(stimulus, stimulus) inner products of centred responses, a few neurons at a time."""
    n = len(x)
    remedy = "Average stimuli or take fewer, or take fewer neurons of the layer than stimuli."
    arithmetic = f"{_ARRAYS} arrays of {n:,} × {n:,} in float64"
    require_memory(8 * _ARRAYS * n * n, "ridge regression", arithmetic, remedy)
    gram = np.zeros((n, n))
    for start in range(0, x.shape[1], _COLUMNS):
        part = x[:, start : start + _COLUMNS].astype(np.float64)
        part -= part.mean(axis=0)
        gram += part @ part.T
    return gram


def _dual(gram: Floats, fold: Fold) -> _Components:
    """From inner products of stimuli, made relative to the mean of the training stimuli."""
    train = gram[np.ix_(fold.train, fold.train)]
    across = gram[np.ix_(fold.test, fold.train)]
    mean = train.mean(axis=0)
    across -= across.mean(axis=1, keepdims=True) + mean - mean.mean()
    train -= mean[:, None] + mean - mean.mean()
    squares, basis = _resolved(train)
    return _Components(squares, basis, (across @ basis) / squares)


def _primal(x: NDArray[np.floating], fold: Fold) -> _Components:
    """From products of neurons."""
    train, test = rows_less_mean(x, fold)
    squares, axes = _resolved(train.T @ train)
    whitening = axes / np.sqrt(squares)
    return _Components(squares, train @ whitening, test @ whitening)


def _resolved(gram: Floats) -> tuple[Floats, Floats]:
    """Squares and axes of the components that are more than rounding."""
    squares, axes = np.linalg.eigh(gram)
    first = int(np.searchsorted(squares, 0.1 * rounding(gram) * np.trace(gram), side="right"))
    return squares[first:], axes[:, first:]


def _generalised(parts: _Components, kept: Floats, y: Floats, along: Floats) -> Floats:
    """(penalty, neuron) errors that generalised cross-validation expects.

    Only how much of a neuron lies along each component counts, and what lies along none.
    """
    lost, energy = 1 - kept, along**2
    beyond = len(y) - 1 - len(parts.squares)
    left_over, freedom = lost**2 @ energy, lost.sum(axis=1)
    if beyond:
        left_over += np.maximum((y**2).sum(axis=0) - energy.sum(axis=0), 0)
        freedom += beyond
    return left_over / freedom[:, None] ** 2


def _left_out(parts: _Components, kept: Floats, y: Floats, along: Floats) -> Floats:
    """(penalty, neuron) squared errors at training stimuli left out one at a time."""
    missed = np.empty((len(kept), y.shape[1]))
    pulls = parts.basis**2
    for one, share in zip(missed, kept, strict=True):
        free = 1 - 1 / len(y) - pulls @ share
        error = (y - parts.basis @ (share[:, None] * along)) / free[:, None]
        one[:] = (error**2).sum(axis=0)
    return missed

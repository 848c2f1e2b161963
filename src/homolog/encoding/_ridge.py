"""Ridge regression with a penalty for each neuron, in the smaller of two spaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import require_memory, rounding
from homolog.encoding._choosing import Components, generalised, left_out, parts_left_out
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
        How a neuron's penalty is chosen within the training stimuli of a fold where every
        stimulus stands on its own: by generalised cross-validation, or by leaving out one
        training stimulus at a time (exactly, without fitting anew). Where stimuli are held out
        in groups or blocks it is chosen by leaving out whole groups or blocks of the training
        stimuli, in as many parts as there are folds (exactly as well). Stimuli that the fold
        holds out are never looked at.

    Raises
    ------
    HomologError
        HM025 for penalties that are none above 0, or another choice; when used, HM031 where
        penalties are to be chosen and the training stimuli are a single group.

    Notes
    -----
    A layer of more neurons than training stimuli is regressed on in the space of stimuli: its
    Gram matrix is made once for all folds, and each training set is decomposed once for all
    penalties and neurons. Generalised cross-validation then costs next to nothing; leaving out
    single stimuli, or parts of them, costs a product for each penalty. The first two choose
    much alike, and take training stimuli to be independent: where neighbours resemble each
    other the penalty comes out too small unless `score` is told of groups or blocks.
    """

    name: ClassVar[str] = "ridge"
    jointly: ClassVar[bool] = False
    setting: ClassVar[str] = "penalty"

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

    def tried(self) -> Floats:
        """The penalties there are to choose from, in words of `penalty`."""
        given = PENALTIES if self.penalty is None else self.penalty
        return np.ravel(np.asarray(given, dtype=np.float64))

    def _fitted(self, parts: Components, n_neurons: int) -> Predict:
        tried = self.tried()
        unit = parts.squares.sum() / n_neurons if self.penalty is None else 1.0
        reduced = parts.squares + unit * tried[:, None]
        kept, lost = parts.squares / reduced, unit * tried[:, None] / reduced

        def predict(y: Floats) -> tuple[Floats, Floats]:
            along = parts.basis.T @ y
            best = self._chosen(parts, lost, y, along)
            return parts.held_out @ (kept[best].T * along), tried[best]

        return predict

    def _chosen(
        self, parts: Components, lost: Floats, y: Floats, along: Floats
    ) -> NDArray[np.int64]:
        """(neuron,) the number of the penalty that each neuron takes."""
        if len(lost) == 1:
            return np.zeros(y.shape[1], dtype=np.int64)
        if parts.within is not None:
            return np.argmin(parts_left_out(parts, parts.within, lost, y, along), axis=0)
        errors_of = generalised if self.choice == "generalised" else left_out
        return np.argmin(errors_of(parts, lost, y, along), axis=0)


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


def _dual(gram: Floats, fold: Fold) -> Components:
    """From inner products of stimuli, made relative to the mean of the training stimuli."""
    train = gram[np.ix_(fold.train, fold.train)]
    across = gram[np.ix_(fold.test, fold.train)]
    mean = train.mean(axis=0)
    across -= across.mean(axis=1, keepdims=True) + mean - mean.mean()
    train -= mean[:, None] + mean - mean.mean()
    squares, basis = _resolved(train)
    return Components(squares, basis, (across @ basis) / squares, fold.within)


def _primal(x: NDArray[np.floating], fold: Fold) -> Components:
    """From products of neurons."""
    train, test = rows_less_mean(x, fold)
    squares, axes = _resolved(train.T @ train)
    whitening = axes / np.sqrt(squares)
    return Components(squares, train @ whitening, test @ whitening, fold.within)


def _resolved(gram: Floats) -> tuple[Floats, Floats]:
    """Squares and axes of the components that are more than rounding."""
    squares, axes = np.linalg.eigh(gram)
    first = int(np.searchsorted(squares, 0.1 * rounding(gram) * np.trace(gram), side="right"))
    return squares[first:], axes[:, first:]

"""Scores without many choices of stimuli at once, of measures that are slow one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import rounding
from homolog.measures import find
from homolog.measures._ridge import PENALTIES
from homolog.studies.calibration._planted import Reals

Masks = NDArray[np.bool_]
"""(choice, stimulus) which stimuli are kept; in the first row all."""

AT_ONCE = 20
"""Studies in memory at the same time."""


def _moments(x: Reals, y: Reals, keep: Masks) -> tuple[Reals, Reals, Reals, Reals, Reals, Reals]:
    """Of the stimuli kept: sums of x and y, products of y with y and x, squares, numbers."""
    weights = keep.astype(float)

    def products(one: Reals, other: Reals) -> Reals:
        pairs = one[..., :, None] * other[..., None, :]
        flat = weights @ pairs.reshape(*pairs.shape[:2], -1)
        return flat.reshape(*flat.shape[:2], *pairs.shape[2:])

    squares = (weights @ np.sum(x**2, axis=2)[..., None])[..., 0]
    return (
        weights @ x,
        weights @ y,
        products(y, y),
        products(y, x),
        squares,
        weights.sum(axis=1)[:, None],
    )


def ridge(x: Reals, y: Reals, keep: Masks) -> Reals:
    """(study, choice) scores by `ridge` with the penalties that it chooses on all stimuli."""
    folds = find("ridge").folds(x.shape[1])
    x, y = (one - one.mean(axis=1, keepdims=True) for one in (x, y))
    parts = [_fold(x, y, keep & (folds != f), keep & (folds == f)) for f in np.unique(folds)]
    missed, spread = np.sum(parts, axis=0)
    return 1 - missed / spread


def _fold(x: Reals, y: Reals, train: Masks, test: Masks) -> tuple[Reals, Reals]:
    """Squared errors of a fold's predictions, and of the mean as a prediction."""
    total_x, total_y, yy, yx, xx, n = _moments(x, y, train)
    mean_x, mean_y = total_x / n, total_y / n
    squares, vectors = np.linalg.eigh(yy - total_y[..., :, None] * mean_y[..., None, :])
    traces = squares.sum(axis=-1, keepdims=True)
    resolved = squares > 0.1 * rounding(squares) * traces
    roots = np.sqrt(np.where(resolved, squares, np.inf))
    along = vectors.swapaxes(-1, -2) @ (yx - total_y[..., :, None] * mean_x[..., None, :])
    along = along / roots[..., None]
    penalties = np.array(PENALTIES) * np.sum(squares * resolved, axis=-1, keepdims=True)
    spread = xx - np.sum(total_x * mean_x, axis=-1)
    penalty = _chosen(squares, resolved, along, penalties / y.shape[2], spread, n[:, 0])
    kept = squares / (squares + penalty)
    weights = vectors @ ((kept / roots)[..., None] * along)
    return _errors(_moments(x, y, test), mean_x, mean_y, weights)


def _chosen(
    squares: Reals, resolved: Masks, along: Reals, penalties: Reals, spread: Reals, n: Reals
) -> Reals:
    """(study, choice, 1) penalties, in place those of generalised cross-validation on all."""
    of_all = squares[:, 0, None, :] / penalties[:, 0, :, None]
    lost = resolved[:, 0, None] / (1 + of_all)
    energy = np.sum(along[:, 0] ** 2, axis=-1)
    beyond = n[0] - 1 - resolved[:, 0].sum(axis=-1)
    left_over = (lost**2 @ energy[..., None])[..., 0]
    left_over += np.where(beyond > 0, spread[:, 0] - energy.sum(axis=-1), 0)[:, None]
    best = np.argmin(left_over / (lost.sum(axis=-1) + beyond[:, None]) ** 2, axis=-1)
    return np.take_along_axis(penalties, best[:, None, None], axis=2)


def _errors(
    moments: tuple[Reals, ...], mean_x: Reals, mean_y: Reals, weights: Reals
) -> tuple[Reals, Reals]:
    total_x, total_y, yy, yx, xx, n = moments
    far_x, far_y = total_x - n * mean_x, total_y - n * mean_y
    yy = (
        yy
        - total_y[..., :, None] * mean_y[..., None, :]
        - mean_y[..., :, None] * far_y[..., None, :]
    )
    yx = (
        yx
        - total_y[..., :, None] * mean_x[..., None, :]
        - mean_y[..., :, None] * far_x[..., None, :]
    )
    spread = xx - np.sum((total_x + far_x) * mean_x, axis=-1)
    missed = np.sum(weights * (yy @ weights - 2 * yx), axis=(-1, -2)) + spread
    return missed, spread


def soft_matching_correlation(x: Reals, y: Reals, keep: Masks) -> Reals:
    """(study, choice) scores by `soft_matching_correlation`, by assignment of copies of neurons."""
    from scipy.optimize import linear_sum_assignment

    x, y = (one - one.mean(axis=1, keepdims=True) for one in (x, y))
    total_x, total_y, _, yx, _, n = _moments(x, y, keep)
    products = yx - total_y[..., :, None] * total_x[..., None, :] / n[..., None]
    sizes = [
        np.sqrt(keep.astype(float) @ one**2 - total**2 / n)
        for one, total in ((y, total_y), (x, total_x))
    ]
    alike = products / (sizes[0][..., :, None] * sizes[1][..., None, :])
    n_copies = np.lcm(*alike.shape[2:])
    for axis in (2, 3):
        alike = np.repeat(alike, n_copies // alike.shape[axis], axis=axis)

    def best(one: Reals) -> float:
        return float(one[linear_sum_assignment(one, maximize=True)].mean())

    return np.array([[best(one) for one in study] for study in alike])


MASKED: Mapping[str, Callable[[Reals, Reals, Masks], Reals]] = {
    "ridge": ridge,
    "soft_matching_correlation": soft_matching_correlation,
}


def masked(name: str, x: Reals, y: Reals, keep: Masks) -> Reals:
    """(study, choice) scores by one of `MASKED`.

    Parameters
    ----------
    name
        Of a measure without options.
    x, y
        (study, stimulus, neuron) responses.
    keep
        Which stimuli are kept; in the first row all.
    """
    return np.concatenate([MASKED[name](a, b, keep) for a, b in _few(x, y)])


def _few(x: Reals, y: Reals) -> Iterator[tuple[Reals, Reals]]:
    for start in range(0, len(x), AT_ONCE):
        yield x[start : start + AT_ONCE], y[start : start + AT_ONCE]

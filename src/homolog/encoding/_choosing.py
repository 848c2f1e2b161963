"""How well each penalty of ridge regression does within the training stimuli."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.encoding._maps import Floats


@dataclass(frozen=True)
class Components:
    """The principal components of the training responses of a layer.

    Attributes
    ----------
    squares
        (component,) sums of squares.
    basis
        (training stimulus, component) orthonormal courses.
    held_out
        (held-out stimulus, component) the same components, in units of their own size.
    within
        As in `Fold`.
    """

    squares: Floats
    basis: Floats
    held_out: Floats
    within: tuple[NDArray[np.int64], ...] | None

    def beyond(self) -> int:
        """How many dimensions of the training responses lie along no component."""
        return len(self.basis) - 1 - len(self.squares)


def generalised(parts: Components, lost: Floats, y: Floats, along: Floats) -> Floats:
    """(penalty, neuron) errors that generalised cross-validation expects.

    Only how much of a neuron lies along each component counts, and what lies along none.
    """
    energy = along**2
    freedom = lost.sum(axis=1, keepdims=True) + parts.beyond()
    resolved = freedom > 0
    freedom = np.where(resolved, freedom, 1)
    expected = (lost / freedom) ** 2 @ energy
    if parts.beyond():
        expected += np.maximum((y**2).sum(axis=0) - energy.sum(axis=0), 0) / freedom**2
    # A penalty so small that nothing is lost fits everything: there is nothing to expect of it.
    return np.where(resolved, expected, np.inf)


def left_out(parts: Components, lost: Floats, y: Floats, along: Floats) -> Floats:
    """(penalty, neuron) squared errors at training stimuli left out one at a time."""
    missed = np.empty((len(lost), y.shape[1]))
    pulls, other = parts.basis**2, _along_none(parts, y, along)
    free = 1 - 1 / len(y) - pulls.sum(axis=1) if parts.beyond() else np.zeros(len(y))
    for one, share in zip(missed, lost, strict=True):
        error = other + parts.basis @ (share[:, None] * along)
        one[:] = ((error / (free + pulls @ share)[:, None]) ** 2).sum(axis=0)
    return missed


def parts_left_out(
    parts: Components,
    within: Sequence[NDArray[np.int64]],
    lost: Floats,
    y: Floats,
    along: Floats,
) -> Floats:
    """(penalty, neuron) squared errors at parts of the training stimuli, left out whole."""
    if len(within) < 2:
        raise errors.undefined(
            "the penalty of ridge regression",
            "the training stimuli of a fold are a single group, of which no part can be left out",
            "Give a penalty, as in Ridge(100.0), or folds that leave more groups to fit on.",
        )
    missed = np.zeros((len(lost), y.shape[1]))
    other = _along_none(parts, y, along)
    free = [_free(parts, rows) for rows in within]
    for one, share in zip(missed, lost, strict=True):
        error = other + parts.basis @ (share[:, None] * along)
        for rows, outside in zip(within, free, strict=True):
            basis = parts.basis[rows]
            anew = np.linalg.solve(outside + (share * basis) @ basis.T, error[rows])
            one += (anew**2).sum(axis=0)
    return missed


def _along_none(parts: Components, y: Floats, along: Floats) -> Floats | float:
    """What of the responses lies along no component; exactly nothing where nothing can."""
    return y - parts.basis @ along if parts.beyond() else 0.0


def _free(parts: Components, rows: NDArray[np.int64]) -> Floats:
    """(row, row) of the projection onto what lies along no component, means aside."""
    if not parts.beyond():
        return np.zeros((len(rows), len(rows)))
    basis = parts.basis[rows]
    return np.eye(len(rows)) - 1 / len(parts.basis) - basis @ basis.T

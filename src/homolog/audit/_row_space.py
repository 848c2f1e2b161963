"""Fewer rows in place of many, where a measure cannot tell the difference.

Many measures see a target X and a candidate Y through X'X, X'Y and Y'Y of the centred responses
alone. Whatever these measures reward, the way up stays in what the columns of X and of the first Y
span, and there the products are the same in coordinates: of 160 and 160 neurons, 321 rows stand
for any number of conditions and times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from homolog._arrays import centre
from homolog.audit._objective import Objective
from homolog.audit._targets import Reals

_WELL_CONDITIONED = 1e-4
"""Ratio of the entries of a Cholesky factor's diagonal above which squares lose nothing."""


@dataclass(frozen=True)
class RowSpace:
    """Coordinates of all candidates that steps along gradients can lead to.

    Attributes
    ----------
    climbed
        The same score, of rows in these coordinates.
    start
        (row, neuron) coordinates of the first candidate.
    basis
        (row, coordinate) orthonormal columns; None: rows stay what they are.
    mean
        (neuron,) means of the first candidate, which no gradient changes.
    """

    climbed: Objective
    start: Reals
    basis: Reals | None = None
    mean: Reals | float = 0.0

    def rows(self, y: Reals) -> Reals:
        """The candidate of these coordinates."""
        return y if self.basis is None else self.basis @ _mirrored(y)[1:] + self.mean


def row_space(climbed: Objective, start: Reals) -> RowSpace:
    """The space in which a climb from (row, neuron) responses stays, if that is smaller."""
    x = climbed.rows
    needed = x.shape[1] + start.shape[1] + 1
    if not climbed.measure.of_products or needed >= len(x):
        return RowSpace(climbed, start)
    mean = start.mean(axis=0)
    basis, coordinates = _orthonormal(np.hstack([centre(x), start - mean]))
    # One coordinate more, so that columns can sum to 0: measures centre, and must change nothing.
    level = _mirrored(np.vstack([np.zeros(needed - 1), coordinates]))
    target, first = np.split(level, [x.shape[1]], axis=1)
    shorter = Objective(target, climbed.measure, climbed.farthest, climbed.unit)
    return RowSpace(shorter, first, basis, mean)


def _orthonormal(columns: Reals) -> tuple[Reals, Reals]:
    """A basis of what columns span, and their coordinates: by Cholesky factors if they will do."""
    from scipy.linalg import LinAlgError, cholesky, solve_triangular

    try:
        coordinates = cholesky(columns.T @ columns, check_finite=False)
        sizes = coordinates.diagonal()
        if sizes.min() > _WELL_CONDITIONED * sizes.max():
            basis = solve_triangular(coordinates, columns.T, trans=1, check_finite=False)
            return basis.T, coordinates
    except LinAlgError:
        pass  # columns that depend on each other
    return np.linalg.qr(columns)


def _mirrored(coordinates: Reals) -> Reals:
    """Reflect the first axis to where all coordinates are alike, and back."""
    n = len(coordinates)
    mirror = np.full(n, n**-0.5)
    mirror[0] -= 1
    return coordinates - np.outer(mirror, mirror @ coordinates / (1 - n**-0.5))

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
        (row, coordinate) orthonormal columns, each of mean 0; None: rows stay what they are.
    mean
        (neuron,) means of the first candidate, which no gradient changes.
    """

    climbed: Objective
    start: Reals
    basis: Reals | None = None
    mean: Reals | float = 0.0

    def rows(self, y: Reals) -> Reals:
        """The candidate of these coordinates."""
        return y if self.basis is None else self.basis @ y + self.mean


def row_space(climbed: Objective, start: Reals) -> RowSpace:
    """The space in which a climb from (row, neuron) responses stays, if that is smaller."""
    x = climbed.rows
    needed = x.shape[1] + start.shape[1] + 1
    if not climbed.measure.of_products or needed >= len(x):
        return RowSpace(climbed, start)
    mean = start.mean(axis=0)
    basis, coordinates = np.linalg.qr(np.hstack([centre(x), start - mean]))
    target, first = np.split(_level(coordinates), [x.shape[1]], axis=1)
    return RowSpace(Objective(target, climbed.measure), first, _level(basis.T).T, mean)


def _level(coordinates: Reals) -> Reals:
    """One row more, and columns that sum to 0: measures centre, which must change nothing.

    A reflection that turns the new axis, along which all are 0, to where all rows are alike.
    """
    n = len(coordinates) + 1
    mirror = np.full(n, n**-0.5)
    mirror[0] -= 1
    across = mirror[1:] @ coordinates / (1 - n**-0.5)
    return np.vstack([np.zeros_like(across), coordinates]) - np.outer(mirror, across)

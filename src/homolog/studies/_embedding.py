"""Points in a plane whose distances are, as nearly as can be, those of a matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def in_plane(distances: Reals) -> tuple[Reals, float]:
    """Classical (Torgerson) scaling: the two directions in which points differ most.

    Parameters
    ----------
    distances
        (point, point), symmetric, 0 from each point to itself.

    Returns
    -------
    places
        (point, 2); which way is right or up means nothing.
    share
        How much of all that points differ the plane shows, from 0 to 1; directions in which
        distances are not those of any points count as lost.
    """
    n = len(distances)
    centring = np.eye(n) - 1 / n
    inner = -centring @ distances**2 @ centring / 2
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    first = np.clip(values[::-1][:2], 0, None)
    total = np.abs(values).sum()
    places = np.zeros((n, 2))
    places[:, : len(first)] = vectors[:, ::-1][:, :2] * np.sqrt(first)
    return places, float(first.sum() / total) if total else 1.0

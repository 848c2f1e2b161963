"""Unbiased overlaps of two populations without some stimuli, from what these add.

What they add is taken off again, so that all sets together cost as much as about ten scores.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import Reals, centre, frobenius


def overlaps_without(x: Any, y: Any, left: Sequence[NDArray[np.int64]]) -> Reals:
    """Mean unbiased overlaps: of both, and of each with itself.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses, of which more than three stimuli stay.
    left
        Which stimuli are left out each time, at least one; sets may share stimuli.

    Returns
    -------
    overlaps
        (3, 1 + set) of all stimuli, then without each set, of responses scaled to norm 1.
    """
    x, y = (_few(side / frobenius(side)) for side in (centre(x), centre(y)))
    return np.array([_without(*pair, left) for pair in ((x, y), (x, x), (y, y))])


def _few(x: Reals) -> Reals:
    """The same inner products between stimuli, by no more columns than there are stimuli."""
    if x.shape[1] <= len(x):
        return x
    triangle: Any = np.linalg.qr(x.T, mode="r")
    return triangle.T


def _without(x: Reals, y: Reals, left: Sequence[NDArray[np.int64]]) -> Reals:
    """Mean unbiased overlap of centred responses: of all, and without each set."""
    rows, sizes = np.concatenate(left), np.array([len(one) for one in left])
    starts = np.cumsum(sizes) - sizes

    def of_sets(each: Reals) -> Reals:
        """Sums over no stimulus, and over those of each set."""
        return np.concatenate([np.zeros_like(each[:1]), np.add.reduceat(each[rows], starts)])

    shared, e, f = x.T @ y, np.vecdot(x, x), np.vecdot(y, y)
    met = e @ f - of_sets(e * f)
    # Squared norm of the cross product of those that stay, less the stimuli with themselves.
    through = of_sets(np.vecdot(x @ shared, y))
    within = np.array([0.0, *(_met_within(x[one], y[one]) for one in left)])
    off_diagonal = np.vdot(shared, shared) - 2 * through + within - met
    # The sum over those that stay is minus that of the set.
    gone_x, gone_y = of_sets(x), of_sets(y)
    along = [
        np.vdot(x[one] @ a, y[one] @ b)
        for one, a, b in zip(left, gone_x[1:], gone_y[1:], strict=True)
    ]
    by_row = (
        np.vecdot(gone_x @ shared, gone_y)
        - np.array([0.0, *along])
        + np.vecdot(gone_x, f @ x - of_sets(f[:, None] * x))
        + np.vecdot(gone_y, e @ y - of_sets(e[:, None] * y))
        + met
    )
    totals = (np.vecdot(gone_x, gone_x) - e.sum() + of_sets(e)) * (
        np.vecdot(gone_y, gone_y) - f.sum() + of_sets(f)
    )
    n = len(x) - np.array([0, *sizes])
    whole = off_diagonal + totals / ((n - 1) * (n - 2)) - 2 * by_row / (n - 2)
    return whole / (n * (n - 3))


def _met_within(x: Reals, y: Reals) -> float:
    """Overlap of the similarities between the stimuli of a set, each with itself as well."""
    return float(np.vdot(x @ x.T, y @ y.T))

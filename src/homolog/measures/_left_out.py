"""Unbiased overlaps of two populations without each block of stimuli, from what each block adds.

What a block adds is taken off again, so that all blocks together cost as much as a few scores.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import Reals, centre, frobenius


def overlaps_without(x: Any, y: Any, block: NDArray[np.int64]) -> Reals:
    """(3, block) unbiased overlaps without each block: of both, and of each with itself.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses, of which more than three stimuli stay.
    block
        (stimulus,) the number of its block, from 0.
    """
    order = np.argsort(block, kind="stable")
    sizes = np.bincount(block)
    x, y = (_few(side / frobenius(side))[order] for side in (centre(x), centre(y)))
    return np.array([_without(*pair, sizes) for pair in ((x, y), (x, x), (y, y))])


def _few(x: Reals) -> Reals:
    """The same inner products between stimuli, by no more columns than there are stimuli."""
    if x.shape[1] <= len(x):
        return x
    triangle: Any = np.linalg.qr(x.T, mode="r")
    return triangle.T


def _without(x: Reals, y: Reals, sizes: NDArray[np.int64]) -> Reals:
    """Unbiased overlap without each block, of centred responses with blocks one after another."""
    starts = np.cumsum(sizes) - sizes

    def of_block(each: Reals) -> Reals:
        return np.add.reduceat(each, starts)

    shared, e, f = x.T @ y, np.vecdot(x, x), np.vecdot(y, y)
    met = e @ f - of_block(e * f)
    # Squared norm of the cross product of those that stay, less the stimuli with themselves.
    through = of_block(np.vecdot(x @ shared, y))
    within = [_met_within(*sides) for sides in _split(x, y, starts)]
    off_diagonal = np.vdot(shared, shared) - 2 * through + within - met
    # The sum over those that stay is minus that of the block.
    gone_x, gone_y = of_block(x), of_block(y)
    along = np.vecdot(x, np.repeat(gone_x, sizes, 0)) * np.vecdot(y, np.repeat(gone_y, sizes, 0))
    rows = (
        np.vecdot(gone_x @ shared, gone_y)
        - of_block(along)
        + np.vecdot(gone_x, f @ x - of_block(f[:, None] * x))
        + np.vecdot(gone_y, e @ y - of_block(e[:, None] * y))
        + met
    )
    totals = (np.vecdot(gone_x, gone_x) - e.sum() + of_block(e)) * (
        np.vecdot(gone_y, gone_y) - f.sum() + of_block(f)
    )
    n = len(x) - sizes
    return off_diagonal + totals / ((n - 1) * (n - 2)) - 2 * rows / (n - 2)


def _split(x: Reals, y: Reals, starts: NDArray[np.int64]) -> Iterator[tuple[Reals, Reals]]:
    return zip(np.split(x, starts[1:]), np.split(y, starts[1:]), strict=True)


def _met_within(x: Reals, y: Reals) -> float:
    """Overlap of the similarities between the stimuli of a block, each with itself as well."""
    return float(np.vdot(x @ x.T, y @ y.T))

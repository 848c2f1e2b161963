"""Sums over pairs of stimuli in many orders of the stimuli of one population, without copies."""

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import Reals
from homolog.measures._turns import Turns

Orders = NDArray[np.int64] | Turns
"""(order, stimulus) numbers of stimuli, a permutation in each row; or turns of circles of them."""

_MOST_STIMULI = 1 << 16
"""More could not be numbered in two bytes, and their pairs would need 34 GB."""


def sums_in_orders(square: Reals, pairs: Reals, orders: NDArray[np.int64]) -> Reals | None:
    """Sums of products of two populations' similarities in many orders.

    Parameters
    ----------
    square
        (stimulus, stimulus) symmetric similarities of the population that is reordered.
    pairs
        Those of the other, one entry for each pair of stimuli, in the order of the upper triangle.
    orders
        (order, stimulus) numbers of stimuli, a permutation in each row.

    Returns
    -------
    sums
        For each order o the sum over pairs i < j of ``square[o[i], o[j]]`` times that of
        `pairs`; None without the compiler, where reordering and multiplying is as fast.
    """
    if len(square) > _MOST_STIMULI:
        return None
    try:
        from homolog._compiled import running
        from homolog.measures._gathered import sums
    except ImportError:
        return None
    return running()(sums)(square, pairs, orders.astype(np.uint16))


def upper(square: Reals) -> Reals:
    """One entry for each pair of stimuli."""
    return square[~np.tri(len(square), dtype=bool)]


def from_upper(pairs: Reals, n_stimuli: int) -> Reals:
    """The symmetric matrix of these pairs, zero on the diagonal."""
    square = np.zeros((n_stimuli, n_stimuli))
    square[~np.tri(n_stimuli, dtype=bool)] = pairs
    square += square.T
    return square

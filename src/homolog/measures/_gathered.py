"""The inner loop of permutations: similarities are fetched where an order says, and added up."""

import numpy as np

from homolog._compiled import Reals, Units, compiled, inlined

_ROWS = 64
"""Rows of each matrix at a time: with 2,000 stimuli 1 MB, so that they stay near the processor."""


@compiled
def sums(square: Reals, pairs: Reals, orders: Units) -> Reals:
    """For each order o, the sum over i < j of square[o[i], o[j]] times the entry of pairs.

    Parameters
    ----------
    square
        (stimulus, stimulus) symmetric matrix of the population that is reordered.
    pairs
        One entry for each pair i < j of stimuli of the other, row after row.
    orders
        (order, stimulus) uint16 numbers of stimuli.
    """
    n_orders, n_stimuli = orders.shape
    found = np.zeros(n_orders)
    for first in range(0, n_stimuli, _ROWS):
        for fetched in range(0, n_stimuli, _ROWS):
            for one in range(n_orders):
                order = orders[one]
                for i in range(first, min(first + _ROWS, n_stimuli)):
                    if fetched <= order[i] < fetched + _ROWS:
                        start, later = i * n_stimuli - i * (i + 1) // 2, n_stimuli - 1 - i
                        found[one] += _row(
                            square[order[i]], order[i + 1 :], pairs[start : start + later]
                        )
    return found


@inlined
def _row(row: Reals, places: Units, entries: Reals) -> Reals:
    """The sum of row[places] * entries; four sums side by side, for each waits for its last."""
    a = b = c = d = 0.0
    whole = len(places) // 4 * 4
    for j in range(0, whole, 4):
        a += row[places[j]] * entries[j]
        b += row[places[j + 1]] * entries[j + 1]
        c += row[places[j + 2]] * entries[j + 2]
        d += row[places[j + 3]] * entries[j + 3]
    for j in range(whole, len(places)):
        a += row[places[j]] * entries[j]
    return (a + b) + (c + d)

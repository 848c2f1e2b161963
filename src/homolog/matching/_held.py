"""Costs held as one matrix in memory."""

import numpy as np

from homolog._compiled import Places, Reals, Units, running
from homolog.matching._arguments import NotFiniteError
from homolog.matching._shortlists import empty, list_all, list_rows
from homolog.matching._solver import Problem, room

ENTRIES_A_TIME = 100_000_000
"""Entries read before Ctrl-C is heard."""


@running()
def held(costs: Reals, prices: Reals) -> Problem:
    """A problem from its matrix, read once from end to end.

    Raises
    ------
    NotFiniteError
        If a cost is not finite.
    """
    costs = np.ascontiguousarray(costs)
    n_rows, n_columns = costs.shape
    keep, most = room(n_columns)
    lists = empty(n_rows, most)
    step = max(1, ENTRIES_A_TIME // n_columns)
    parts = [
        list_all(costs[first : first + step], first, prices, keep, lists)
        for first in range(0, n_rows, step)
    ]
    lowest, highest, finite = zip(*parts, strict=True)
    if not all(finite):
        raise NotFiniteError

    def relist(rows: Places, prices: Reals, floors: Reals) -> None:
        for first in range(0, len(rows), step):
            some = slice(first, first + step)
            list_rows(costs, rows[some], rows[some], prices, floors[some], keep, lists)

    def costs_of(rows: Units, columns: Units) -> Reals:
        return costs[rows, columns].astype(np.float64)

    low, high = min(lowest), max(highest)
    return Problem(lists, prices, relist, costs_of, costs, low, high, max(abs(low), abs(high)))

"""Costs held as one matrix in memory."""

import numpy as np

from homolog.matching._matching import Indices, Reals
from homolog.matching._shortlists import Places, Shortlists, empty, list_all, list_rows
from homolog.matching._solver import Problem, room

ENTRIES_A_TIME = 100_000_000
"""Entries read before Ctrl-C is heard."""


def held(costs: Reals, prices: Reals) -> tuple[Problem, bool]:
    """A problem from its matrix, read once from end to end, and whether all costs are finite."""
    n_rows, n_columns = costs.shape
    keep, most = room(n_columns)
    lists = empty(n_rows, most)
    step = max(1, ENTRIES_A_TIME // n_columns)
    parts = [
        list_all(costs, first, min(first + step, n_rows), prices, keep, lists)
        for first in range(0, n_rows, step)
    ]
    lowest, highest, finite = zip(*parts, strict=True)

    def relist(rows: Places, prices: Reals, keep: int, lists: Shortlists) -> None:
        for first in range(0, len(rows), step):
            some = rows[first : first + step]
            list_rows(costs, some, some, prices, keep, lists)

    def costs_of(rows: Indices, columns: Indices) -> Reals:
        return costs[rows, columns].astype(np.float64)

    problem = Problem(lists, prices, relist, costs_of, costs, min(lowest), max(highest))
    return problem, all(finite)

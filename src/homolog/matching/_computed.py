"""Costs computed from tuning curves a few rows at a time: for matrices that would not fit.

The solver asks for the shortlists of some rows; their costs are made by one matrix product,
looked through and forgotten. As a row can not be read again for little, its list is long from the
beginning.
"""

import numpy as np

from homolog import errors
from homolog._compiled import Places, Reals, Units, running
from homolog.matching._shortlists import empty, list_all, list_rows
from homolog.matching._solver import Problem, room

ENTRIES_A_TIME = 4_000_000
"""Costs that exist at the same time."""


@running()
def computed(x: Reals, y: Reals, prices: Reals) -> Problem:
    """A problem whose costs are minus the inner products of tuning curves.

    Parameters
    ----------
    x, y
        (stimulus, neuron) curves of the rows' and the columns' neurons.
    prices
        Column prices to begin with.

    Raises
    ------
    HomologError
        HM025 if a cost is not finite.
    """
    x, y = (np.asarray(curves, np.float64) for curves in (x, y))
    n_rows, n_columns = x.shape[1], y.shape[1]
    step = max(1, min(n_rows, ENTRIES_A_TIME // n_columns))
    room_for_costs = np.empty((step, n_columns))
    most = room(n_columns)[1]
    lists = empty(n_rows, most)

    def block(neurons: Reals) -> Reals:
        with np.errstate(over="ignore", invalid="ignore"):  # refused below
            costs = np.matmul(neurons.T, y, out=room_for_costs[: neurons.shape[1]])
        return np.negative(costs, out=costs)

    ranges = [
        list_all(block(x[:, first : first + step]), first, prices, most, lists)
        for first in range(0, n_rows, step)
    ]
    lowest, highest, finite = zip(*ranges, strict=True)
    if not all(finite):
        raise errors.bad_value("costs", "not finite", "curves whose inner products are finite")
    longest = [float(np.linalg.norm(curves, axis=0).max()) for curves in (x, y)]

    def relist(rows: Places, prices: Reals, floors: Reals) -> None:
        for first in range(0, len(rows), step):
            some = rows[first : first + step]
            places = np.arange(len(some), dtype=np.int32)
            costs = block(x[:, some])
            list_rows(costs, places, some, prices, floors[first : first + step], most, lists)

    def costs_of(rows: Units, columns: Units) -> Reals:
        costs = np.empty(len(rows))
        for first in range(0, len(rows), step):
            some = slice(first, first + step)
            costs[some] = -np.einsum("mp,mp->p", x[:, rows[some]], y[:, columns[some]])
        return costs

    return Problem(
        lists,
        prices,
        relist,
        costs_of,
        matrix=np.empty((0, n_columns)),
        lowest=min(lowest),
        highest=max(highest),
        scale=longest[0] * longest[1],
    )

"""Where numba cannot be installed: the solvers of SciPy and POT, held to the same contract."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from homolog import errors
from homolog.matching._arguments import NotFiniteError
from homolog.matching._matching import Indices, Reals
from homolog.matching._problem import Found


@dataclass(frozen=True)
class Held:
    """All costs, the largest, and the costs of some pairs."""

    matrix: Reals
    scale: float
    costs_of: Callable[[Indices, Indices], Reals]


def held(costs: Reals, prices: Reals) -> Held:
    """The costs in double precision; no solver here can begin with `prices`."""
    matrix = np.asarray(costs, np.float64)
    if not np.isfinite(matrix).all():
        raise NotFiniteError
    return Held(matrix, float(np.abs(matrix).max()), lambda rows, columns: matrix[rows, columns])


def solve(problem: Held, supplies: Indices, demands: Indices, **_: object) -> Found:
    """Cheapest flow from rows to columns, always to the end, and prices that prove it.

    SciPy's assignment where every neuron has one unit, POT's network simplex otherwise.
    """
    if (supplies == 1).all() and (demands == 1).all():
        rows, columns, units, prices = _assigned(problem.matrix)
    else:
        rows, columns, units, prices = _transported(problem.matrix, supplies, demands)
    return Found(rows, columns, units, np.min(problem.matrix - prices, axis=1), prices)


def _assigned(costs: Reals) -> tuple[Indices, Indices, Indices, Reals]:
    from scipy.optimize import linear_sum_assignment

    # Lowering a column as a whole leaves the best assignment the same, and starting at 0 in
    # every column the solver arrives sooner.
    rows, columns = linear_sum_assignment(costs - costs.min(axis=0))
    # The prices are shortest paths over columns: from the partner of a row to any other column
    # by what the row would pay more there. At the optimum there is no path of negative length.
    more = costs - costs[rows, columns][:, None]
    prices = np.zeros(len(columns))
    for _ in range(len(columns)):
        shorter = np.minimum(prices, (prices[columns][:, None] + more).min(axis=0))
        if (shorter >= prices).all():
            break
        prices = shorter
    return rows, columns, np.ones(len(rows), np.int64), prices


def _transported(
    costs: Reals, supplies: Indices, demands: Indices
) -> tuple[Indices, Indices, Indices, Reals]:
    try:
        import ot
    except ImportError as missing:
        raise errors.missing_extra("matching unequal sizes without numba", "POT", "ot") from missing

    total = int(supplies.sum())
    unit = float(np.abs(costs).max()) or 1.0  # the solver's own tolerances are absolute
    plan, log = ot.emd(
        supplies / total, demands / total, costs / unit, numItermax=1_000_000_000, log=True
    )
    rows, columns = np.nonzero(plan)
    units = np.rint(plan[rows, columns] * total).astype(np.int64)
    some = units > 0
    return rows[some], columns[some], units[some], unit * log["v"]

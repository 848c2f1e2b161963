"""Where numba cannot be installed: the solvers of SciPy and POT, held to the same contract."""

import numpy as np

from homolog import errors
from homolog.matching._matching import Indices, Reals


def solved(
    costs: Reals, supplies: Indices, demands: Indices
) -> tuple[Indices, Indices, Indices, Reals]:
    """Cheapest flow from rows to columns, and prices of the columns that prove it.

    SciPy's assignment where every neuron has one unit, POT's network simplex otherwise.

    Returns
    -------
    rows, columns, units, prices
        The pairs that carry flow, how many units each, and the column prices.
    """
    if (supplies == 1).all() and (demands == 1).all():
        return _assigned(costs)
    return _transported(costs, supplies, demands)


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
    return rows[units > 0], columns[units > 0], units[units > 0], unit * log["v"]

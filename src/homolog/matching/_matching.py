"""Which neuron of one population goes with which of another, at the lowest cost."""

from dataclasses import dataclass

import numpy as np

from homolog import errors
from homolog._arrays import check_pair, require_memory, to_numpy, unit_columns

_CERTIFIED_GAP = 1e-9


@dataclass(frozen=True, eq=False)
class Matching:
    """A sparse plan that matches two populations neuron by neuron.

    Attributes
    ----------
    rows, columns
        Neurons of the first and of the second population in each matched pair.
    mass
        Weight of each pair; the weights sum to 1.
    objective
        Mean cost of the matched pairs, sum of ``mass * costs[rows, columns]``.
    """

    rows: np.ndarray
    columns: np.ndarray
    mass: np.ndarray
    objective: float


def assignment(costs: np.ndarray) -> Matching:
    """The cheapest one-to-one matching; neurons of the larger side may stay single.

    Parameters
    ----------
    costs
        (neuron_x, neuron_y) array of finite costs.
    """
    from scipy.optimize import linear_sum_assignment

    costs = _checked(costs)
    # Lowering a column as a whole leaves the best matching of equal sides the same, and
    # starting at 0 in every column the solver arrives sooner.
    square = costs.shape[0] == costs.shape[1]
    rows, columns = linear_sum_assignment(costs - costs.min(axis=0) if square else costs)
    mass = np.full(len(rows), 1 / len(rows))
    return Matching(rows, columns, mass, float(costs[rows, columns].mean()))


def transport(costs: np.ndarray) -> Matching:
    """The cheapest soft matching: every neuron of a side carries the same weight.

    Row sums of the plan are 1/Nx and column sums 1/Ny. For equal sizes this is a
    one-to-one matching; otherwise the transportation problem is solved by a network
    simplex, and its dual prices prove that the plan is optimal.

    Parameters
    ----------
    costs
        (neuron_x, neuron_y) array of finite costs.

    Raises
    ------
    HomologError
        HM038 if the duality gap shows that the solver stopped short of the optimum.
    """
    costs = _checked(costs)
    n_x, n_y = costs.shape
    if n_x == n_y:
        return assignment(costs)
    if min(n_x, n_y) == 1:
        rows, columns = np.divmod(np.arange(costs.size), n_y)
        return Matching(rows, columns, np.full(costs.size, 1 / costs.size), float(costs.mean()))
    return _network_simplex(costs)


def _network_simplex(costs: np.ndarray) -> Matching:
    import ot

    n_x, n_y = costs.shape
    supply, demand = np.full(n_x, 1 / n_x), np.full(n_y, 1 / n_y)
    unit = float(np.abs(costs).max()) or 1.0  # the solver's own tolerances are absolute
    plan, log = ot.emd(supply, demand, costs / unit, numItermax=1_000_000_000, log=True)
    rows, columns = np.nonzero(plan)
    mass = plan[rows, columns]
    objective = float(np.sum(mass * costs[rows, columns]))
    prices = unit * (log["v"] - log["v"].mean())
    dual = float(np.mean((costs - prices).min(axis=1)) + prices.mean())
    if abs(objective - dual) > _CERTIFIED_GAP * unit:
        raise errors.not_optimal(n_x, n_y, objective, dual)
    return Matching(rows, columns, mass, objective)


def match(x: np.ndarray, y: np.ndarray) -> Matching:
    """Pair each neuron of the smaller population with another one's, by correlation.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses to the same stimuli, in any unit.

    Returns
    -------
    matching
        The one-to-one matching with the largest sum of tuning correlations; its
        objective is minus their mean.
    """
    x, y = (to_numpy(unit_columns(population)) for population in check_pair(x, y))
    return assignment(-(x.T @ y))


def cross_costs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Minus the inner product of every pair of tuning curves."""
    require_memory(
        3 * 8 * x.shape[1] * y.shape[1],
        "matching",
        f"3 × {x.shape[1]:,} × {y.shape[1]:,} costs, float64",
        "Match fewer neurons: select some, or reduce them to components first.",
    )
    costs = x.T @ y
    return np.negative(costs, out=costs)


def _checked(costs: np.ndarray) -> np.ndarray:
    costs = np.ascontiguousarray(costs, dtype=np.float64)
    if costs.ndim != 2 or not costs.size or not np.isfinite(costs).all():
        raise errors.bad_value("costs", costs.shape, "a non-empty matrix of finite numbers")
    return costs

"""What makes a matching right, checked from outside: by its own proof and by other solvers."""

import numpy as np
from numpy.typing import NDArray

from homolog.matching import Matching

ROUNDING = 1e-12  # as a share of the largest absolute cost
AGREEMENT = 1e-9  # with other solvers, which stop at tolerances of their own


def scale_of(costs: NDArray) -> float:
    """The largest absolute cost, in whose unit everything is compared; 1 if there is none."""
    return float(np.abs(np.asarray(costs, dtype=np.float64)).max()) or 1.0


def in_unit(costs: NDArray) -> NDArray:
    """The same costs in float64, none beyond 1."""
    return np.asarray(costs, dtype=np.float64) / scale_of(costs)


def dense(found: Matching) -> NDArray:
    """The plan as a matrix."""
    plan = np.zeros(found.shape)
    np.add.at(plan, (found.rows, found.columns), found.mass)
    return plan


def shares(found: Matching) -> tuple[NDArray, NDArray]:
    """How much of the mass each row and each column has."""
    return (
        np.bincount(found.rows, found.mass, found.shape[0]),
        np.bincount(found.columns, found.mass, found.shape[1]),
    )


def check_pairs(costs: NDArray, found: Matching) -> None:
    """Few pairs, none twice, of positive mass, and the objective is what they cost."""
    n_x, n_y = found.shape
    assert (n_x, n_y) == np.shape(costs)
    assert (found.rows.dtype, found.columns.dtype, found.mass.dtype) == (int, int, float)
    assert len(set(zip(found.rows.tolist(), found.columns.tolist(), strict=True))) == len(
        found.rows
    )
    assert len(found.mass) == len(found.rows) == len(found.columns) <= n_x + n_y - 1
    assert (found.mass > 0).all()
    assert abs(found.mass.sum() - 1) <= ROUNDING
    paid = np.sum(found.mass * in_unit(costs)[found.rows, found.columns])
    assert abs(found.objective / scale_of(costs) - paid) <= ROUNDING


def check_plan(costs: NDArray, found: Matching) -> None:
    """A soft matching: every neuron of a side carries the same mass."""
    check_pairs(costs, found)
    for share in shares(found):
        np.testing.assert_allclose(share, 1 / len(share), rtol=0, atol=ROUNDING)


def least(prices: NDArray, fraction: float) -> float:
    """The least that neurons of these prices add, as a mean, if only a fraction takes part."""
    ordered = np.sort(prices)
    taken = np.clip(fraction * len(prices) - np.arange(len(prices)), 0, 1)
    return float(np.sum(ordered * taken) / (fraction * len(prices)))


def proved_bound(costs: NDArray, found: Matching, *, of_x: float, of_y: float) -> float:
    """What no plan can cost less than, from the prices alone, in the unit of `in_unit`.

    A plan costs at least the sum of the prices of those who take part, and they are at least
    the cheapest share: `of_x` of the rows, `of_y` of the columns.
    """
    scale = scale_of(costs)
    row_prices, column_prices = found.row_prices / scale, found.column_prices / scale
    excess = row_prices[:, None] + column_prices - in_unit(costs)
    assert excess.max() <= ROUNDING, f"a pair is priced {excess.max():.2g} above its cost"
    return least(row_prices, of_x) + least(column_prices, of_y)


def check_certificate(
    costs: NDArray, found: Matching, *, of_x: float = 1, of_y: float = 1, gap: float = ROUNDING
) -> None:
    """The plan is within `gap` of the best, in the unit of `in_unit`, and its prices prove it."""
    scale = scale_of(costs)
    proved = proved_bound(costs, found, of_x=of_x, of_y=of_y)
    assert found.bound / scale <= proved + ROUNDING
    assert -ROUNDING <= found.gap / scale <= gap
    assert found.objective / scale - proved <= gap + ROUNDING


def by_pot(costs: NDArray) -> float:
    """The soft optimum by the network simplex of POT, in the unit of `in_unit`."""
    import ot

    n_x, n_y = np.shape(costs)
    weights = np.full(n_x, 1 / n_x), np.full(n_y, 1 / n_y)
    cost, log = ot.emd2(*weights, in_unit(costs), numItermax=10**9, log=True)
    assert log["warning"] is None
    assert log["result_code"] == 1  # proved optimal, by its own count
    return float(cost)


def by_assignment(costs: NDArray) -> float:
    """Mean cost of SciPy's best one-to-one matching, in the unit of `in_unit`."""
    from scipy.optimize import linear_sum_assignment

    unit = in_unit(costs)
    return float(unit[linear_sum_assignment(unit)].mean())


def by_linear_programme(costs: NDArray, fraction: float = 1) -> float:
    """Mean cost of the best match of a fraction, by HiGHS, in the unit of `in_unit`."""
    from scipy.optimize import linprog
    from scipy.sparse import block_array, eye_array, kron

    n_x, n_y = np.shape(costs)
    ones = [np.ones((1, n)) for n in (n_x, n_y)]
    sums = block_array([[kron(eye_array(n_x), ones[1])], [kron(ones[0], eye_array(n_y))]])
    at_most = np.r_[np.full(n_x, 1 / n_x), np.full(n_y, 1 / n_y)] / fraction
    answer = linprog(
        in_unit(costs).ravel(),
        A_ub=sums,
        b_ub=at_most,
        A_eq=np.ones((1, n_x * n_y)),
        b_eq=[1.0],
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert answer.status == 0, answer.message
    return float(answer.fun)


def feasible_plans(costs: NDArray, rng: np.random.Generator) -> list[NDArray]:
    """Soft plans that nobody optimised, and one that Sinkhorn's iterations made."""
    n_x, n_y = np.shape(costs)
    corners = [_corner(n_x, n_y)[rng.permutation(n_x)][:, rng.permutation(n_y)] for _ in range(3)]
    return [np.full((n_x, n_y), 1 / (n_x * n_y)), *corners, _sinkhorn(in_unit(costs))]


def _corner(n_x: int, n_y: int) -> NDArray:
    """Rows and columns as intervals of equal length; a pair's mass is how far they overlap."""
    upper = np.minimum.outer(np.arange(1, n_x + 1) / n_x, np.arange(1, n_y + 1) / n_y)
    lower = np.maximum.outer(np.arange(n_x) / n_x, np.arange(n_y) / n_y)
    return np.maximum(upper - lower, 0)


def _sinkhorn(costs: NDArray) -> NDArray:
    """Entropic plan, then what is missing from its marginals spread evenly."""
    n_x, n_y = costs.shape
    plan = np.exp(-20 * costs)
    for _ in range(30):
        plan /= n_x * plan.sum(axis=1, keepdims=True)
        plan /= n_y * plan.sum(axis=0)
    plan *= np.minimum(1 / (n_x * plan.sum(axis=1, keepdims=True)), 1)
    missing = 1 / n_x - plan.sum(axis=1), 1 / n_y - plan.sum(axis=0)
    short = missing[0].sum()
    return plan + np.outer(*missing) / short if short > ROUNDING else plan

"""Every kind of matching, as one transportation problem with whole numbers of units.

Neurons of the first population supply units, neurons of the second demand them, and moving
one costs what the pair costs:

    soft, Nx x Ny        a row supplies Ny/g units, a column demands Nx/g   (g: their gcd)
    one to one           one unit each; who is left over goes to a row that costs nothing
    partial              a row and a column that cost nothing take what may stay unmatched
"""

from dataclasses import replace
from fractions import Fraction
from math import gcd

import numpy as np

from homolog.matching._arguments import (
    NotFiniteError,
    allowed_gap,
    costs_of_pairs,
    number,
    starting_prices,
    telling_where,
    tolerated_gap,
)
from homolog.matching._matching import Indices, Matching
from homolog.matching._proof import MOST_WORK, TOLERANCE, solved


def transport(
    costs: np.ndarray,
    *,
    tolerance: float = TOLERANCE,
    approximate: float | None = None,
    start: np.ndarray | None = None,
    most_work: float = MOST_WORK,
) -> Matching:
    """The cheapest soft matching: every neuron of a side carries the same weight.

    Row sums of the plan are 1/Nx and column sums 1/Ny; for equal sizes it is a one-to-one
    matching. The plan is optimal, and its dual prices prove it.

    Parameters
    ----------
    costs
        (neuron_x, neuron_y) array of finite costs, float64 or float32, in any unit. Held
        as it is if it is contiguous and has at least as many rows as columns.
    tolerance
        Largest gap between the plan's cost and the lower bound, as a share of the largest
        absolute cost.
    approximate
        Stop as soon as the plan costs at most this much more than the bound, in the unit
        of the costs. Sooner than exact, and the gap is measured all the same.
    start
        Column prices to begin with, such as ``column_prices`` of a similar problem.
    most_work
        How much to look at before the search is ended, as a multiple of the entries of
        `costs` (of 100,000 if there are fewer). The plan is then feasible and certified,
        `Matching.complete` is False and a warning says how far off it may be.

    Returns
    -------
    matching
        At most ``Nx + Ny - 1`` pairs, the objective, the bound and the prices.

    Raises
    ------
    HomologError
        HM025 costs that are no matrix of finite numbers, and options that are no such
        numbers; HM038 if the gap stays above the tolerance, as rounding may have it if costs
        differ by many orders of magnitude.

    Warns
    -----
    RuntimeWarning
        If the work limit ended the search.

    Notes
    -----
    An auction with epsilon scaling, whose plan is made a tree that a network simplex
    improves until no pair of neurons is a bargain. The inner loops are compiled when they
    are first needed, which takes 10 to 20 seconds, is said on the log and happens once for an
    installation. Where numba cannot be installed, SciPy and POT solve the problem, exactly,
    whatever `approximate`, `start` and `most_work` are.

    With ties (duplicated neurons, rings) many plans are optimal: the objective is unique,
    the pairs are not.

    Examples
    --------
    >>> import numpy as np
    >>> from homolog.matching import transport
    >>> found = transport(np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.0]]))
    >>> found.objective, found.complete
    (0.08333333333333333, True)
    """
    costs = costs_of_pairs(costs)
    n_x, n_y = costs.shape
    tolerance, approximate = tolerated_gap(tolerance), allowed_gap(approximate)
    most_work = number("most_work", most_work, lambda work: work > 0, "a number above 0")
    start = None if start is None else starting_prices(start, n_y)
    with telling_where(costs):
        return solved(
            costs,
            *shares(n_x, n_y),
            tolerance=tolerance,
            approximate=approximate,
            start=start,
            most_work=most_work,
        )


def shares(n_x: int, n_y: int) -> tuple[Indices, Indices]:
    """Units that every neuron gives or takes, if all of a side have the same weight."""
    common = gcd(n_x, n_y)
    return np.full(n_x, n_y // common), np.full(n_y, n_x // common)


def assignment(costs: np.ndarray, *, tolerance: float = TOLERANCE) -> Matching:
    """The cheapest one-to-one matching; neurons of the larger side may stay single.

    Parameters
    ----------
    costs
        (neuron_x, neuron_y) array of finite costs.
    tolerance
        As in `transport`.

    Returns
    -------
    matching
        As many pairs as the smaller side has neurons, of equal mass. A bound on the mean
        cost of any one-to-one matching comes with it.
    """
    costs, tolerance = costs_of_pairs(costs), tolerated_gap(tolerance)
    n_x, n_y = costs.shape
    if n_x == n_y:
        return transport(costs, tolerance=tolerance)
    with telling_where(costs):
        if n_x > n_y:
            return _one_to_one(costs.T, tolerance).transposed()
        return _one_to_one(costs, tolerance)


def _one_to_one(costs: np.ndarray, tolerance: float) -> Matching:
    """A partner for each of the fewer rows."""
    n_x, n_y = costs.shape
    anyone = np.zeros((1, n_y))
    one_each = np.ones(n_x + 1, np.int64)
    one_each[-1] = n_y - n_x
    found = solved(
        np.concatenate([costs, anyone]), one_each, np.ones(n_y, np.int64), tolerance=tolerance
    )
    return _without_strangers(found, costs, of_x=1, of_y=n_x / n_y)


def partial(costs: np.ndarray, fraction: float, *, tolerance: float = TOLERANCE) -> Matching:
    """The cheapest soft matching of a fraction of both populations.

    No neuron gives or takes more than its share, 1/Nx or 1/Ny, and the shares that are
    matched add up to `fraction`; the rest, the dearest, may stay unmatched.

    Parameters
    ----------
    costs
        (neuron_x, neuron_y) array of finite costs.
    fraction
        Between a millionth and 1, rounded to a fraction whose denominator is at most a million.
    tolerance
        As in `transport`.

    Returns
    -------
    matching
        Its mass sums to 1, so that the objective is the mean cost of what is matched.
    """
    costs, tolerance = costs_of_pairs(costs), tolerated_gap(tolerance)
    allowed = "a number from a millionth to 1"
    fraction = number("fraction", fraction, lambda part: 1e-6 <= part <= 1, allowed)
    share = Fraction(fraction).limit_denominator(10**6)
    if share == 1:
        return transport(costs, tolerance=tolerance)
    with telling_where(costs):
        return _in_part(costs, share, tolerance)


def _in_part(costs: np.ndarray, share: Fraction, tolerance: float) -> Matching:
    n_x, n_y = costs.shape
    supplies, demands = (share.denominator * units for units in shares(n_x, n_y))
    spare = int(supplies.sum()) // share.denominator * (share.denominator - share.numerator)
    largest = float(np.abs(costs).max())
    if not np.isfinite(largest):
        raise NotFiniteError
    free = np.zeros((n_x + 1, n_y + 1))
    free[:n_x, :n_y] = costs
    # Dearer than leaving any two pairs unmatched, so that no plan pays it.
    free[n_x, n_y] = 2 * largest + np.finfo(float).tiny
    found = solved(
        free,
        np.r_[supplies, spare],
        np.r_[demands, spare],
        tolerance=tolerance,
    )
    return _without_strangers(found, costs, of_x=float(share), of_y=float(share))


def _without_strangers(found: Matching, costs: np.ndarray, *, of_x: float, of_y: float) -> Matching:
    """Leave out the row and the column that stood for staying unmatched, at no cost.

    Objective and bound are of the real pairs alone: with few of them, what the strangers add
    to either side would leave no digit of the difference.
    """
    n_x, n_y = costs.shape
    real = (found.rows < n_x) & (found.columns < n_y)
    rows, columns, mass = found.rows[real], found.columns[real], found.mass[real]
    mass = mass / mass.sum()
    row_prices, column_prices = found.row_prices[:n_x], found.column_prices[:n_y]
    return replace(
        found,
        rows=rows,
        columns=columns,
        mass=mass,
        objective=float(np.sum(mass * costs[rows, columns])),
        bound=_least(row_prices, of_x) + _least(column_prices, of_y),
        row_prices=row_prices,
        column_prices=column_prices,
    )


def _least(prices: np.ndarray, fraction: float) -> float:
    """The least mean price of any such fraction of the neurons, none taking more than its share.

    Whoever they are, those who are matched pay at least this: hence a bound on what any plan
    costs, by the prices of the real neurons alone.
    """
    n_taking = fraction * len(prices)
    taken = np.clip(n_taking - np.arange(len(prices)), 0, 1)
    return float(np.sort(prices) @ (taken / n_taking))

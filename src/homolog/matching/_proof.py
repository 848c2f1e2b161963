"""From costs to a plan with its certificate, whichever solver does the work."""

import warnings
from dataclasses import replace
from types import ModuleType

import numpy as np

from homolog import errors
from homolog.matching._matching import Indices, Matching, Reals
from homolog.matching._problem import Costs, Found

TOLERANCE = 1e-12
"""Largest duality gap of a plan that counts as optimal, as a share of the largest cost."""

MOST_WORK = 1000.0
"""How much may be looked at before a search is ended, in entries of the matrix."""

SMALL_MATRIX = 1e5
"""Entries that a smaller matrix counts as."""

WIDE = 4
"""Columns for a row from which on a matrix is copied to have the columns bid."""

SMALL, LARGE = 1e-250, 1e250
"""Costs beyond are brought to about 1 first, lest a sum of them overflow or vanish."""


def solved(
    costs: Reals,
    supplies: Indices,
    demands: Indices,
    *,
    tolerance: float = TOLERANCE,
    approximate: float | None = None,
    start: Reals | None = None,
    most_work: float = MOST_WORK,
) -> Matching:
    """The cheapest flow of `supplies` to `demands`, with its proof; see `transport`."""
    transposed = _better_transposed(costs)
    if transposed:
        start = None if start is None else (costs - start).min(axis=1)
        costs, supplies, demands = costs.T, demands, supplies
    solver, holder = _solver()
    prices = np.zeros(costs.shape[1]) if start is None else _sensible(-start, costs)
    problem = holder.held(costs, prices)
    scale, exponent = problem.scale, 0
    if scale > 0 and not SMALL < scale < LARGE:
        exponent = int(np.frexp(scale)[1])
        problem = holder.held(np.ldexp(costs, -exponent), np.zeros(costs.shape[1]))
    matching = searched(
        solver,
        problem,
        supplies,
        demands,
        tolerance=tolerance,
        approximate=None if approximate is None else float(np.ldexp(approximate, -exponent)),
        warm=start is not None and not exponent,
        most_work=most_work,
    )
    matching = _in_units_of(matching, exponent) if exponent else matching
    matching = matching.transposed() if transposed else matching
    return vouched_for(matching, tolerance * scale + (approximate or 0))


def searched(
    solver: ModuleType,
    problem: Costs,
    supplies: Indices,
    demands: Indices,
    *,
    tolerance: float,
    approximate: float | None,
    warm: bool,
    most_work: float,
) -> Matching:
    """What a solver finds for a problem, with its cost and the bound that its prices prove."""
    found = solver.solve(
        problem,
        supplies,
        demands,
        tolerance=max(tolerance, 1e-14) * problem.scale,
        approximate=approximate,
        warm=warm,
        most_work=most_work * max(len(supplies) * len(demands), SMALL_MATRIX),
    )
    return _with_bound(problem, found, supplies, demands)


def vouched_for(matching: Matching, most: float) -> Matching:
    """The matching, if its gap is no wider than that, or if it says itself that it may be.

    Raises
    ------
    HomologError
        HM038 if a search that was not ended has left a wider gap.
    """
    n_x, n_y = matching.shape
    if not matching.complete:
        warnings.warn(
            f"matching {n_x} with {n_y} neurons was ended by its work limit: the plan costs"
            f" {matching.gap:.2g} more than the best at most",
            RuntimeWarning,
            stacklevel=4,
        )
    elif matching.gap > most:
        raise errors.not_optimal(n_x, n_y, matching.objective, matching.bound)
    return matching


def _with_bound(problem: Costs, found: Found, supplies: Indices, demands: Indices) -> Matching:
    total = int(supplies.sum())
    mass = found.units / total
    shift = found.column_prices.mean()
    row_prices, column_prices = found.row_prices + shift, found.column_prices - shift
    return Matching(
        found.rows,
        found.columns,
        mass,
        float(problem.costs_of(found.rows, found.columns) @ mass),
        float(row_prices @ (supplies / total) + column_prices @ (demands / total)),
        row_prices,
        column_prices,
        found.complete,
    )


def _better_transposed(costs: Reals) -> bool:
    """Whether the columns had better bid: they lie together, or are many more than the rows.

    The solver wants rows that lie together in memory, and a copy is worth its room only where
    the matrix is much wider than high.
    """
    n_x, n_y = costs.shape
    if max(n_x, n_y) > WIDE * min(n_x, n_y):
        return n_x < n_y
    return costs.flags.f_contiguous and not costs.flags.c_contiguous


def _sensible(prices: Reals, costs: Reals) -> Reals:
    """Prices to begin with that are no further apart than the best ones can be."""
    some = costs[:: max(1, len(costs) // 64)]
    widest = 2 * (float(some.max()) - float(some.min()))
    return np.clip(prices - np.median(prices), -widest, widest)


def _solver() -> tuple[ModuleType, ModuleType]:
    """Our solver and the holder of its costs; where numba is missing, the other ones."""
    try:
        from homolog.matching import _held, _solver
    except ImportError:
        from homolog.matching import _fallback

        return _fallback, _fallback
    return _solver, _held


def _in_units_of(matching: Matching, exponent: int) -> Matching:
    """The same matching with its costs multiplied by a power of two."""
    return replace(
        matching,
        objective=float(np.ldexp(matching.objective, exponent)),
        bound=float(np.ldexp(matching.bound, exponent)),
        row_prices=np.ldexp(matching.row_prices, exponent),
        column_prices=np.ldexp(matching.column_prices, exponent),
    )

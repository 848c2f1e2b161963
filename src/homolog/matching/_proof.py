"""From costs to a plan with its certificate, whichever solver does the work."""

import warnings

import numpy as np

from homolog import errors
from homolog.matching._matching import Indices, Matching, Reals


def solved(
    costs: Reals,
    supplies: Indices,
    demands: Indices,
    *,
    tolerance: float,
    approximate: float | None = None,
    start: Reals | None = None,
    most_work: float = float("inf"),
) -> Matching:
    n_x, n_y = costs.shape
    if n_x < n_y:
        if start is not None:
            start = (costs - start).min(axis=1)
        return solved(
            costs.T,
            demands,
            supplies,
            tolerance=tolerance,
            approximate=approximate,
            start=start,
            most_work=most_work,
        ).transposed()
    from homolog.matching._compiled import announced
    from homolog.matching._held import held
    from homolog.matching._solver import solve

    with announced():
        costs = np.ascontiguousarray(costs)
        prices = np.zeros(n_y) if start is None else -start
        problem, finite = held(costs, prices)
        if not finite:
            raise errors.bad_value("costs", costs.shape, "a non-empty matrix of finite numbers")
        largest = max(abs(problem.lowest), abs(problem.highest))
        found = solve(
            problem,
            supplies,
            demands,
            tolerance=tolerance * largest,
            approximate=approximate,
            warm=start is not None,
            most_work=most_work * costs.size,
        )
    total = int(supplies.sum())
    mass = found.units / total
    shift = found.column_prices.mean()
    u, v = found.row_prices + shift, found.column_prices - shift
    objective = float(problem.costs_of(found.rows, found.columns) @ mass)
    bound = float(u @ (supplies / total) + v @ (demands / total))
    return Matching(found.rows, found.columns, mass, objective, bound, u, v, found.complete)

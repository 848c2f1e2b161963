"""From costs to a plan with its certificate, whichever solver does the work."""

import numpy as np

from homolog import errors
from homolog.matching import _fallback
from homolog.matching._matching import Indices, Matching, Reals


def solved(costs: Reals, supplies: Indices, demands: Indices, *, tolerance: float) -> Matching:
    """The cheapest way to move every row's units to the columns, and the proof."""
    rows, columns, units, prices = _fallback.solved(costs, supplies, demands)
    total = int(supplies.sum())
    row_prices = np.min(costs - prices, axis=1)
    objective = float(np.sum(costs[rows, columns] * units) / total)
    bound = float((row_prices @ supplies + prices @ demands) / total)
    if objective - bound > tolerance * float(np.abs(costs).max()):
        raise errors.not_optimal(*costs.shape, objective, bound)
    return Matching(rows, columns, units / total, objective, bound, row_prices, prices)

"""Exact solvers of the transportation problem between two populations, called alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import ot
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from homolog.matching import transport

Costs = NDArray[np.float64]

OURS = "homolog"
POT = "POT ot.emd"
LSA = "scipy linear_sum_assignment"

ALIKE = 1e-9
"""Largest difference of two objectives that count as the same, as a share of the largest cost."""


@dataclass(frozen=True)
class Solver:
    """A call that is timed, and the mean cost of the plan that it returns."""

    solve: Callable[[Costs], Any]
    objective: Callable[[Any, Costs], float]


def _emd(costs: Costs) -> Any:
    weights = (np.full(n, 1 / n) for n in costs.shape)
    return ot.emd(*weights, costs, numItermax=1_000_000_000)


SOLVERS: dict[str, Solver] = {
    OURS: Solver(transport, lambda matching, _: matching.objective),
    POT: Solver(_emd, lambda plan, costs: float(np.vdot(plan, costs))),
    LSA: Solver(linear_sum_assignment, lambda pairs, costs: float(costs[pairs].mean())),
}


def check_alike(what: str, objectives: dict[str, float], scale: float) -> float:
    """Largest difference of the objectives over the scale; a RuntimeError if they disagree."""
    difference = float(np.ptp([*objectives.values()])) / scale
    if not difference <= ALIKE:
        raise RuntimeError(f"The solvers disagree on {what}, by {difference:.1e}: {objectives}")
    return difference

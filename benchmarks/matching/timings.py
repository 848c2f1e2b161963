"""Times every solver on one problem after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.matching.problems import Problem
from benchmarks.matching.solvers import ALIKE, OURS, SOLVERS, Costs, check_alike
from benchmarks.matching.tuning import costs_of
from benchmarks.timing import timed
from homolog.matching import transport


@dataclass(frozen=True)
class Stopped:
    """An approximate solution.

    Attributes
    ----------
    share
        The gap that was asked for, over the largest cost, like the others.
    seconds
        CPU time.
    gap
        The gap that its certificate proves.
    error
        How much dearer than the optimum it is.
    """

    share: float
    seconds: float
    gap: float
    error: float


@dataclass(frozen=True)
class Row:
    """What solving one problem took.

    Attributes
    ----------
    problem
        Which one.
    seconds
        CPU time of each solver.
    difference
        Largest difference of their objectives over the largest cost.
    gap
        What our certificate leaves open, over the largest cost.
    stopped
        The same problem solved approximately.
    """

    problem: Problem
    seconds: dict[str, float]
    difference: float
    gap: float
    stopped: tuple[Stopped, ...]

    def faster_than(self, peer: str) -> float | None:
        """Their seconds over ours; None where they were not run."""
        return self.seconds[peer] / self.seconds[OURS] if peer in self.seconds else None


def solved(problem: Problem) -> Row:
    """Solve a problem with every solver in turn, and make sure that they agree."""
    costs = costs_of(problem.kind, problem.n_x, problem.n_y)
    scale = float(np.abs(costs).max())
    transport(costs)  # the first call in a process compiles
    exact = timed({name: partial(_run, SOLVERS[name].solve, costs) for name in problem.solvers})
    objectives = {name: SOLVERS[name].objective(exact[name].value, costs) for name in exact}
    matching = exact[OURS].value
    return Row(
        problem=problem,
        seconds={name: each.seconds for name, each in exact.items()},
        difference=check_alike(f"{problem.kind}, {problem}", objectives, scale),
        gap=matching.gap / scale,
        stopped=tuple(
            _stopped(costs, share, scale, matching.objective) for share in problem.shares
        ),
    )


def growth(rows: Sequence[Row], kind: str, solver: str, *, least: int = 1024) -> float | None:
    """Exponent p of CPU time ~ n^p over the square problems of a kind, from `least` neurons up.

    The slope of a straight line through the logarithms; None for fewer than three sizes.
    """
    timings = [
        (row.problem.n_x, row.seconds[solver])
        for row in rows
        if row.problem.kind == kind
        and row.problem.n_x == row.problem.n_y >= least
        and solver in row.seconds
    ]
    if len(timings) < 3:
        return None
    sizes, seconds = np.log(np.array(timings)).T
    return float(np.polyfit(sizes, seconds, 1)[0])


def _stopped(costs: Costs, share: float, scale: float, best: float) -> Stopped:
    run = partial(_run, partial(transport, approximate=share * scale), costs)
    found = timed({"stopped": run})["stopped"]
    gap, error = found.value.gap / scale, (found.value.objective - best) / scale
    if not error - ALIKE <= gap <= share:
        raise RuntimeError(
            f"A gap of {share} was asked for; it is {gap:.1e}, the error {error:.1e}"
        )
    return Stopped(share, found.seconds, gap, error)


def _run(solve: Callable[[Costs], Any], costs: Costs, _: int) -> Any:
    return solve(costs)

"""Seconds for a step of a climb: ours, and by autograd written in two ways."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.audit import goals
from benchmarks.audit.problems import MEASURES, PROBLEMS, Problem, Reals
from benchmarks.audit.yardsticks import LEAN, PUBLIC, RATE, climbed, gradient
from benchmarks.balancing.timings import least
from homolog.audit import maximise, maximise_many, objective

OURS, AS_PUBLISHED, AS_LEAN = "homolog", "public", "lean"
OUT_OF_REACH = 0.999999
"""A score that no climb of so few steps gets to, so that all take the same number of them."""

RESTARTS, PATIENCE_S = 16, 0.5


@dataclass(frozen=True)
class Row:
    """What one measure takes at one size.

    Attributes
    ----------
    measure, problem
        Of what.
    seconds
        CPU seconds for a step, by who does it.
    together
        Ours for a step of one of `RESTARTS` climbs that go on together.
    difference
        Largest difference of the gradients from ours, of the largest entry of ours.
    """

    measure: str
    problem: Problem
    seconds: Mapping[str, float]
    together: float
    difference: float

    def faster_than(self, name: str) -> float:
        """Our steps per second over theirs."""
        return self.seconds[name] / self.seconds[OURS]


@dataclass(frozen=True)
class Measured:
    """Everything that the page shows.

    Attributes
    ----------
    rows
        One for each measure and size.
    load
        Processes that wanted a processor, mean over a minute, before and after.
    """

    rows: tuple[Row, ...]
    load: tuple[float, float]


def measured() -> Measured:
    """Time every measure at every size, and say what comes out on the way."""
    before, threads = os.getloadavg()[0], torch.get_num_threads()
    torch.set_num_threads(1)
    rows: list[Row] = []
    for problem in PROBLEMS:
        for measure in MEASURES:
            rows.append(row(measure, problem))
            print(f"{measure}, {problem.name}: {rows[-1].seconds[OURS]:.3g} s", flush=True)
    torch.set_num_threads(threads)
    return Measured(tuple(rows), (before, os.getloadavg()[0]))


def row(measure: str, problem: Problem) -> Row:
    """Check that all have one gradient, and let them take turns."""
    target, start = problem.target(), problem.start()
    difference = check_alike(measure, target, start)
    # What is compiled or loaded once is not timed.
    maximise(target[:12, :3], measure, steps=2)
    climbed(LEAN[measure], target, start, 1)
    taken = least(_climbs(measure, problem, target, start), PATIENCE_S)
    steps = dict.fromkeys((OURS, AS_LEAN), problem.steps)
    steps |= {AS_PUBLISHED: problem.steps_public}
    together = taken["together"].seconds / problem.steps / RESTARTS
    seconds = {name: taken[name].seconds / count for name, count in steps.items()}
    return Row(measure, problem, seconds, together, difference)


def check_alike(measure: str, target: Reals, at: Reals) -> float:
    """Largest difference of the three gradients; RuntimeError if too large."""
    score, slope = objective(target, measure).slope(at[None])
    differences: list[float] = []
    for scores in (PUBLIC, LEAN):
        theirs = gradient(scores[measure], target, at)
        differences.append(float(np.abs(slope[0] - theirs).max() / np.abs(slope[0]).max()))
        there = float(scores[measure](torch.from_numpy(target), torch.from_numpy(at)))
        differences.append(abs(there - float(score[0])))
    if not max(differences) <= goals.ALIKE:
        raise RuntimeError(f"{measure}: the gradients differ by {max(differences):.1e}")
    return max(differences)


def _climbs(
    measure: str, problem: Problem, target: Reals, start: Reals
) -> dict[str, Callable[[], object]]:
    settings = {"goal": OUT_OF_REACH, "steps": problem.steps, "rate": RATE}
    slow, lean = PUBLIC[measure], LEAN[measure]
    return {
        OURS: lambda: maximise(target, measure, start=start, **settings),
        AS_LEAN: lambda: climbed(lean, target, start, problem.steps),
        AS_PUBLISHED: lambda: climbed(slow, target, start, problem.steps_public),
        "together": lambda: maximise_many(target, measure, seeds=range(RESTARTS), **settings),
    }

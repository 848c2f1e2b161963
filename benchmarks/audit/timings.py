"""Seconds for a step of a climb: ours, and by autograd written in two ways."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from benchmarks.audit import goals
from benchmarks.audit.problems import MEASURES, PROBLEMS, Problem, Reals
from benchmarks.audit.products import products
from benchmarks.audit.yardsticks import (
    LEAN,
    PUBLIC,
    RATE,
    Score,
    climbed,
    climbed_by_lbfgs,
    gradient,
)
from benchmarks.balancing.timings import least
from benchmarks.timing import Timed
from homolog.audit import maximise, maximise_many, objective

OURS, AS_PUBLISHED, AS_LEAN, BY_ADAM = "homolog", "public", "lean", "homolog, Adam"
OUT_OF_REACH = 0.999999
"""A score that no climb of so few steps gets to, so that all take the same number of them."""

RESTARTS, PATIENCE_S, PRODUCTS = 16, 0.5, 20


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
    products
        Seconds for the products of rows that any step needs.
    steps
        To the goal: by our Adam, by L-BFGS.
    climbs
        CPU seconds for a whole climb to the goal, by who does it: ours with Adam, and all with
        L-BFGS.
    difference
        Largest difference of the gradients from ours, of the largest entry of ours.
    """

    measure: str
    problem: Problem
    seconds: Mapping[str, float]
    together: float
    products: float
    steps: tuple[int, int]
    climbs: Mapping[str, float]
    difference: float

    def faster_than(self, name: str) -> float:
        """Our steps of Adam per second over theirs, from one start or from many."""
        return self.seconds[name] / min(self.seconds[OURS], self.together)

    @property
    def sooner(self) -> float:
        """Time to the goal as public code climbs over ours by L-BFGS."""
        return self.public_by_adam / self.climbs[OURS]

    @property
    def public_by_adam(self) -> float:
        """Seconds to the goal as public code climbs: so many steps, each of so many seconds."""
        return self.steps[0] * self.seconds[AS_PUBLISHED]


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
    climbed_by_lbfgs(LEAN[measure], target[:12, :3], start[:12, :3], 0.5)
    taken = least(_climbs(measure, problem, target, start), PATIENCE_S)
    steps = dict.fromkeys((OURS, AS_LEAN), problem.steps)
    steps |= {AS_PUBLISHED: problem.steps_public}
    together = taken["together"].seconds / problem.steps / RESTARTS
    seconds = {name: taken[name].seconds / count for name, count in steps.items()}
    whole = least(_whole_climbs(measure, target, start), PATIENCE_S)
    climbs = {name: one.seconds for name, one in whole.items()}
    alone = taken["products"].seconds / PRODUCTS
    return Row(measure, problem, seconds, together, alone, _steps(whole), climbs, difference)


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
    alone = products(measure, target, start)
    return {
        OURS: lambda: maximise(target, measure, start=start, **settings),
        AS_LEAN: lambda: climbed(lean, target, start, problem.steps),
        AS_PUBLISHED: lambda: climbed(slow, target, start, problem.steps_public),
        "products": lambda: [alone() for _ in range(PRODUCTS)],
        "together": lambda: maximise_many(target, measure, seeds=range(RESTARTS), **settings),
    }


def _whole_climbs(measure: str, target: Reals, start: Reals) -> dict[str, Callable[[], int]]:
    def ours(optimiser: Literal["adam", "lbfgs"]) -> int:
        found = maximise(target, measure, start=start, goal=goals.GOAL, optimiser=optimiser)
        if not found.reached:
            raise RuntimeError(f"{measure}: {found}")
        return found.steps

    def theirs(scores: Mapping[str, Score]) -> int:
        return climbed_by_lbfgs(scores[measure], target, start, goals.GOAL)

    return {
        OURS: lambda: ours("lbfgs"),
        BY_ADAM: lambda: ours("adam"),
        AS_LEAN: lambda: theirs(LEAN),
        AS_PUBLISHED: lambda: theirs(PUBLIC),
    }


def _steps(whole: Mapping[str, Timed]) -> tuple[int, int]:
    """By Adam and by L-BFGS, of which all make as many but for ties at kinks."""
    counts = {name: int(one.value) for name, one in whole.items()}
    for name in (AS_LEAN, AS_PUBLISHED):
        if abs(counts[name] - counts[OURS]) > goals.STEPS_APART:
            raise RuntimeError(f"L-BFGS makes other steps: {counts}")
    return counts[BY_ADAM], counts[OURS]

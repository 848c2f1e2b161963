"""Responses on their way to a high score."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from homolog.audit._targets import Reals
from homolog.measures._measure import Measure


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """Synthetic responses that were made ever more like a target, as one measure sees it.

    Attributes
    ----------
    measure
        What was maximised.
    score
        (point,) from first to last: 1 is the same as the target, for distances
        1 - distance / worst (see `Objective`).
    value
        (point,) the same in the measure's own unit.
    data
        (point, condition, [time,] neuron) responses, in the unit of the target.
    step
        (point,) after how many steps each was seen.
    target
        (condition, [time,] neuron) responses that were imitated.
    goal
        The score at which to stop.
    optimiser
        "adam" or "lbfgs".
    steps
        How many steps were made.
    seed
        Of the start; None where that was given.
    conditions
        Names of the target's conditions; None where they have none.
    """

    measure: Measure
    score: Reals
    value: Reals
    data: Reals
    step: Any
    target: Reals
    goal: float
    optimiser: str
    steps: int
    seed: int | None
    conditions: tuple[int | str, ...] | None = None

    @property
    def reached(self) -> bool:
        """Whether the goal was reached."""
        return bool(self.score[-1] >= self.goal)

    def __repr__(self) -> str:
        """Where it began and ended."""
        ending = "" if self.reached else f", short of {self.goal:g}"
        return (
            f"<Trajectory of {self.measure.label}: {self.score[0]:.3f} to {self.score[-1]:.3f}"
            f" in {self.steps} steps of {self.optimiser}{ending}>"
        )

    def at(self, score: float) -> Reals | None:
        """The first responses kept that score at least so much; None if none do."""
        there = np.flatnonzero(self.score >= score)
        return self.data[there[0]] if len(there) else None

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything to an .npz file, whole or not at all."""
        from homolog.audit._trajectory_files import write

        write(self, path)


def load_trajectory(path: str | PathLike[str]) -> Trajectory:
    """Read what `Trajectory.save` wrote.

    Raises
    ------
    HomologError
        HM032 where there is no such file, HM021 where it is none of ours.
    """
    from homolog.audit._trajectory_files import read

    return read(path)

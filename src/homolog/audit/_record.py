"""What is kept of an optimisation: the first responses at or above each score of a grid."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from homolog.audit._row_space import RowSpace
from homolog.audit._targets import Reals, Target
from homolog.audit._trajectory import Trajectory


class Record:
    """Points of one trajectory while it is being made.

    Parameters
    ----------
    space
        What is maximised, and where.
    goal
        The score at which to stop.
    grid
        Scores in ascending order at which responses are kept.
    """

    def __init__(self, space: RowSpace, goal: float, grid: Reals) -> None:
        self.steps = -1
        self._space, self._goal, self._grid = space, goal, grid.tolist()
        self._next = -np.inf
        self._points: list[tuple[int, float, Reals]] = []
        self._score = -np.inf

    def see(self, score: float, y: Reals) -> bool:
        """Take note of the responses after the next step; True when the goal is reached."""
        self.steps += 1
        done = score >= self._goal
        if done:  # the slope's score is a little less exact than the measure's own
            score = float(self._space.climbed.score(y[None])[0])
            done = score >= self._goal
        self._score = score
        if done or score >= self._next:
            self._keep(y)
        return done

    def end(self, y: Reals) -> None:
        """Keep the responses seen last, if they score higher than any that were kept."""
        if self._score > self._points[-1][1]:
            self._keep(y)

    def _keep(self, y: Reals) -> None:
        self._points.append((self.steps, self._score, y.copy()))
        self._next = next(iter(self._grid[bisect_right(self._grid, self._score) :]), np.inf)

    def trajectory(
        self, target: Target, unit: float, optimiser: str, seed: int | None
    ) -> Trajectory:
        """Everything that was kept, in the unit of the target."""
        step, score, responses = zip(*self._points, strict=True)
        shape = (*target.shape[:-1], responses[0].shape[1])
        scores = np.array(score)
        climbed = self._space.climbed
        data = np.empty((len(scores), *shape))
        for place, one in zip(data, responses, strict=True):
            np.multiply(self._space.rows(one).reshape(shape), unit, out=place)
        return Trajectory(
            measure=climbed.measure,
            score=scores,
            value=climbed.value(scores),
            data=data,
            step=np.array(step),
            target=target.responses,
            goal=self._goal,
            optimiser=optimiser,
            steps=self.steps,
            seed=seed,
            conditions=target.conditions,
        )

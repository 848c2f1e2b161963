"""Responses that score high and say as little of a variable as they can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from homolog.audit._objective import Objective
from homolog.audit._quasi_newton import minimise
from homolog.audit._targets import Reals, Target
from homolog.statistics import Progress, silent

RIDGE = 4.0  # logistic loss with C = 1 is, near 0, least squares with this penalty
ROUNDS = 8  # each with its share of the steps
FIRST_WEIGHT = 10.0  # of a score that falls short
GROWTH = 4.0  # of that weight, from one round to the next
MARGIN = 1e-4  # of what is missing to 1: aimed at above the least score


@dataclass(frozen=True)
class Least:
    """A score that responses must not fall short of."""

    objective: Objective
    score: float

    @property
    def aim(self) -> float:
        """A little above, so that what is found holds when it is measured."""
        return self.score + MARGIN * (1 - self.score)


@dataclass(frozen=True)
class Readout:
    """How well a ridge regression at each time tells the classes, and how to make it worse.

    Attributes
    ----------
    members
        (condition, class) 1 for members of a class, 0 for others.
    shape
        (condition, [time,] neuron) of the target: responses are decoded at its total variance.
    ridge
        Penalty on squared weights for responses of variance 1.
    """

    members: Reals
    shape: tuple[int, ...]
    ridge: float = RIDGE

    @cached_property
    def _wanted(self) -> Reals:
        return self.members - self.members.mean(0)

    @property
    def _n_times(self) -> int:
        return self.shape[1] if len(self.shape) == 3 else 1

    def slope(self, y: Reals) -> tuple[Reals, Reals]:
        """Share of variance told (candidate,), and its gradient, of (candidate, row, neuron).

        The gradient of what is left of the classes by a regression with penalty λ is
        -2/λ R Rᵀ Y, with R the residuals: those directions matter that the readout uses.
        """
        centred = y - y.mean(1, keepdims=True)
        n_rows = y.shape[1]
        size = np.sqrt(np.square(centred).sum((1, 2)) / (n_rows * self.shape[-1]))[:, None, None]
        told, gradient = self._of_times(centred / size)
        # Scale is free: only what changes the shape of the responses counts.
        along = (gradient * centred).sum((1, 2), keepdims=True) / np.square(centred).sum(
            (1, 2), keepdims=True
        )
        gradient -= along * centred
        return told, gradient / size

    def _of_times(self, y: Reals) -> tuple[Reals, Reals]:
        timed = y.reshape(len(y), len(self.members), self._n_times, -1).transpose(0, 2, 1, 3)
        timed = timed - timed.mean(2, keepdims=True)
        residuals = self._residuals(timed)
        whole = np.square(self._wanted).sum() * self._n_times
        told = 1 - (self._wanted * residuals).sum((1, 2, 3)) / whole
        gradient = (2 / (self.ridge * whole)) * residuals @ (residuals.swapaxes(2, 3) @ timed)
        return told, gradient.transpose(0, 2, 1, 3).reshape(y.shape)

    def _residuals(self, timed: Reals) -> Reals:
        n_conditions, n_neurons = timed.shape[2:]
        turned = timed.swapaxes(2, 3)
        if n_conditions <= n_neurons:
            inner = timed @ turned + self.ridge * np.eye(n_conditions)
            wanted = np.broadcast_to(self._wanted, (*timed.shape[:3], self._wanted.shape[1]))
            return np.asarray(self.ridge * np.linalg.solve(inner, wanted), dtype=np.float64)
        inner = turned @ timed + self.ridge * np.eye(n_neurons)
        weights = np.linalg.solve(inner, turned @ self._wanted)
        return np.asarray(self._wanted - timed @ weights, dtype=np.float64)


def adverse(
    readout: Readout,
    least: Sequence[Least],
    start: Reals,
    steps: int,
    progress: Progress = silent,
) -> Reals:
    """Responses (candidate, row, neuron) that tell least, with the scores asked for.

    Falling short of a score costs more each round, until it does not pay; then what is still
    short is made up for, whatever it tells.

    Parameters
    ----------
    readout
        What is to be made worse.
    least
        Scores that must be reached, all of them.
    start
        (candidate, row, neuron) responses to set out from.
    steps
        About how many steps.
    progress
        Told of every round.
    """
    whole = float(readout.slope(least[0].objective.rows[None])[0][0])  # that of the target

    def slope(y: Reals, weight: float) -> tuple[Reals, Reals]:
        told, gradient = readout.slope(y)
        short, rise = _short(least, y)
        return told / whole + weight * short, gradient / whole + weight * rise

    found = start
    for number in range(ROUNDS):
        paid = partial(slope, weight=FIRST_WEIGHT * GROWTH**number)
        found = _descended(paid, found, steps // ROUNDS, tolerance=1e-4 / start[0].size)
        progress("search", number + 1, ROUNDS + 1)
    return _descended(partial(_short, least), found, steps, tolerance=1e-12)


def _short(least: Sequence[Least], y: Reals) -> tuple[Reals, Reals]:
    """Half the squares of what candidates are short of each score, and their gradient."""
    value, gradient = np.zeros(len(y)), np.zeros(y.shape)
    for one in least:
        score, rise = one.objective.slope(y)
        lacking = np.maximum(0, one.aim - score)
        value += lacking**2 / 2
        gradient -= lacking[:, None, None] * rise
    return value, gradient


def _descended(
    slope: Callable[[Reals], tuple[Reals, Reals]], start: Reals, steps: int, tolerance: float
) -> Reals:
    """Candidates led downhill, each by itself."""

    def flat_slope(flat: Reals, _which: NDArray[np.int64]) -> tuple[Reals, Reals]:
        value, gradient = slope(flat.reshape(-1, *start.shape[1:]))
        return value, gradient.reshape(flat.shape)

    flat = minimise(flat_slope, start.reshape(len(start), -1), steps=steps, tolerance=tolerance)
    return flat.reshape(start.shape)


def erased(target: Target, members: Reals, left: float = 0.0) -> Reals:
    """The target's rows with the class means of each time moved to their common mean.

    `left` is the share of the way that they stay apart.
    """
    timed = target.rows.reshape(target.shape[0], -1)
    of_class = members / members.sum(0)
    apart = members @ (of_class.T @ timed) - timed.mean(0)
    return (timed - (1 - left) * apart).reshape(target.rows.shape)

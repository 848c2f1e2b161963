"""Responses that score high and say as little of a variable as they can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from homolog.audit._objective import Objective
from homolog.audit._quasi_newton import minimise
from homolog.audit._targets import Reals, Target

RIDGE = 4.0  # logistic loss with C = 1 is, near 0, least squares with this penalty
ROUNDS = 8  # of multipliers, each with its share of the steps
FIRST_WEIGHT = 10.0  # of a score that falls short
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


def adverse(readout: Readout, least: Sequence[Least], start: Reals, steps: int) -> Reals:
    """Responses (candidate, row, neuron) that tell least, with the scores asked for.

    An augmented Lagrangian: falling short of a score costs more each round, until it does
    not pay; then what is still short is made up for, whatever it tells.

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
    """
    found = start
    whole = float(readout.slope(least[0].objective.rows[None])[0][0])  # that of the target
    price = np.zeros((len(least), len(start)))
    weight = np.full(len(start), FIRST_WEIGHT)
    before = np.full(len(start), np.inf)
    for _ in range(ROUNDS):
        found = _round(readout, least, found, price, weight, steps // ROUNDS, whole)
        lacking = np.array([one.aim - one.objective.slope(found)[0] for one in least])
        price = np.maximum(0, price + weight * lacking)
        short = lacking.max(0)
        weight = np.where(short > 0.25 * before, 4 * weight, weight)
        before = np.minimum(before, np.maximum(short, 1e-9))
    return _made_up(least, found, steps)


def _round(
    readout: Readout,
    least: Sequence[Least],
    start: Reals,
    price: Reals,
    weight: Reals,
    steps: int,
    whole: float,
) -> Reals:
    def slope(flat: Reals, which: NDArray[np.int64]) -> tuple[Reals, Reals]:
        y = flat.reshape(-1, *start.shape[1:])
        value, gradient = readout.slope(y)
        value, gradient = value / whole, gradient / whole
        for one, paid in zip(least, price[:, which], strict=True):
            score, rise = one.objective.slope(y)
            due = np.maximum(0, paid + weight[which] * (one.aim - score))
            value = value + (due**2 - paid**2) / (2 * weight[which])
            gradient = gradient - due[:, None, None] * rise
        return value, gradient.reshape(flat.shape)

    flat = minimise(
        slope, start.reshape(len(start), -1), steps=steps, tolerance=1e-4 / start[0].size
    )
    return flat.reshape(start.shape)


def _made_up(least: Sequence[Least], start: Reals, steps: int) -> Reals:
    """The nearest way up for candidates that fall short of a score."""

    def slope(flat: Reals, which: NDArray[np.int64]) -> tuple[Reals, Reals]:
        y = flat.reshape(-1, *start.shape[1:])
        value, gradient = np.zeros(len(y)), np.zeros(y.shape)
        for one in least:
            score, rise = one.objective.slope(y)
            lacking = np.maximum(0, one.aim - score)
            value += lacking**2 / 2
            gradient -= lacking[:, None, None] * rise
        return value, gradient.reshape(flat.shape)

    flat = minimise(slope, start.reshape(len(start), -1), steps=steps, tolerance=1e-12)
    return flat.reshape(start.shape)


def erased(target: Target, members: Reals, left: float = 0.0) -> Reals:
    """The target's rows with the class means of each time moved to their common mean.

    `left` is the share of the way that they stay apart.
    """
    timed = target.rows.reshape(target.shape[0], -1)
    of_class = members / members.sum(0)
    apart = members @ (of_class.T @ timed) - timed.mean(0)
    return (timed - (1 - left) * apart).reshape(target.rows.shape)

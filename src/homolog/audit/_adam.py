"""Adam: steps of about one size whatever the slope."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from homolog.audit._objective import Objective
from homolog.audit._record import Record
from homolog.audit._targets import Reals

_KEPT_MEAN, _KEPT_SQUARE = 0.9, 0.999
_EPSILON = 1e-8

_AT_ONCE = 8192
"""Entries moved together, so that all they need stays in the cache."""


class Adam:
    """Climbs (candidate, row, neuron) responses in place.

    Parameters
    ----------
    shape
        Of the responses.
    rate
        About how far an entry moves in a step.
    """

    def __init__(self, shape: Sequence[int], rate: float) -> None:
        self.rate = rate
        self.steps = 0
        self._mean, self._square = np.zeros(shape), np.zeros(shape)
        self._room = np.empty(_AT_ONCE)

    def step(self, y: Reals, gradient: Reals) -> None:
        """Move `y`, in C order, up the gradient, which is overwritten."""
        self.steps += 1
        whole = [one.reshape(-1) for one in (y, gradient, self._mean, self._square)]
        for start in range(0, y.size, _AT_ONCE):
            self._move(*(one[start : start + _AT_ONCE] for one in whole))

    def _move(self, y: Reals, gradient: Reals, mean: Reals, square: Reals) -> None:
        room = self._room[: y.size]
        np.multiply(gradient, 1 - _KEPT_MEAN, out=room)
        mean *= _KEPT_MEAN
        mean += room
        gradient *= gradient
        gradient *= 1 - _KEPT_SQUARE
        square *= _KEPT_SQUARE
        square += gradient
        np.sqrt(square, out=room)
        room /= np.sqrt(1 - _KEPT_SQUARE**self.steps)
        room += _EPSILON
        np.divide(mean, room, out=room)
        room *= self.rate / (1 - _KEPT_MEAN**self.steps)
        y += room

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Go on with some of the candidates."""
        self._mean, self._square = self._mean[which], self._square[which]


def climb(
    climbed: Objective,
    start: Reals,
    records: Sequence[Record],
    steps: int,
    rate: float,
    told: Callable[[int], None],
) -> None:
    """Move all candidates up until each has reached its goal, or for so many steps."""
    y, records = np.array(start, order="C"), list(records)
    adam = Adam(y.shape, rate)
    for done in range(steps + 1):
        score, gradient = climbed.slope(y)
        going = [not one.see(*seen) for one, *seen in zip(records, score, y, strict=True)]
        told(done)
        if done == steps or not any(going):
            for record, last in zip(records, y, strict=True):
                record.end(last)
            return
        if not all(going):
            records = [one for one, on in zip(records, going, strict=True) if on]
            y, gradient = y[going], gradient[going]
            adam.keep(np.array(going))
        adam.step(y, gradient)

"""What an audit is about: responses as rows, and the shape they came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import centre, check_responses, frobenius, to_numpy
from homolog.representation import Representation

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """Responses that are imitated.

    Attributes
    ----------
    rows
        (row, neuron) array, as measures see it: every time of every condition is a row.
    shape
        (condition, neuron) or (condition, time, neuron).
    name
        What messages and tables call it.
    conditions
        Label of every condition; None where there are none.
    times
        Seconds of every time; None where there are none.
    """

    rows: Reals
    shape: tuple[int, ...]
    name: str = "the target"
    conditions: tuple[int | str, ...] | None = None
    times: tuple[float, ...] | None = None

    @property
    def unit(self) -> float:
        """Root mean square of the rows about the mean of every neuron."""
        return float(frobenius(centre(self.rows))) / self.rows.size**0.5

    @property
    def responses(self) -> Reals:
        """The rows in their own shape."""
        return self.rows.reshape(self.shape)


def target_of(target: Any, name: str = "the target") -> Target:
    """Bring a population or an array into rows.

    Parameters
    ----------
    target
        A `Representation`, whose trials are averaged, or an array of (condition, neuron) or
        (condition, time, neuron).
    name
        What to call an array.

    Raises
    ------
    HomologError
        HM028 for responses that are missing or have other axes, HM004 not finite, HM006
        without variance, HM007 for an array of other than two or three axes.
    """
    if isinstance(target, Target):
        return target
    if isinstance(target, Representation):
        return _of_representation(target)
    shape = tuple(np.shape(target))
    if len(shape) == 3:
        target = to_numpy(target).reshape(-1, shape[2])
    rows = to_numpy(check_responses(target, name)).astype(np.float64, copy=False)
    return Target(rows, shape if len(shape) == 3 else rows.shape, name)


def _of_representation(given: Representation) -> Target:
    means = given.condition_means()
    if means.missing is not None and means.missing.any():
        raise errors.missing_left(given.called, int(means.missing.sum()))
    responses = np.asarray(means.responses, dtype=np.float64)
    rows = responses.reshape(-1, responses.shape[-1])
    return Target(rows, responses.shape, given.called, means.stimuli, means.times)

"""Soft matching that is not judged on the stimuli it was found on."""

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import unit_columns
from homolog.matching import match

Reals = NDArray[np.float64]


def held_out(x: Reals, y: Reals, first: NDArray[np.bool_]) -> float:
    """Mean tuning correlation of neurons that were matched on other stimuli.

    Neurons are matched on one half of the stimuli and their correlations taken on the
    other half; then the other way round, and the mean of both.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses to the same stimuli.
    first
        Which stimuli are in the first half. Stimuli that resemble each other (frames of
        one movie) belong in one half.

    Returns
    -------
    score
        0 on average for unrelated populations of any size; on average never above the
        score with endlessly many stimuli, for no plan is better than the best one.
    """
    return float(np.mean([_scored(x, y, half) for half in (first, ~first)]))


def _scored(x: Reals, y: Reals, seen: NDArray[np.bool_]) -> float:
    # A neuron silent on one half could neither be matched there nor scored.
    x, y = (side[:, _varies(side[seen]) & _varies(side[~seen])] for side in (x, y))
    plan = match(x[seen], y[seen])
    a, b = unit_columns(x[~seen]), unit_columns(y[~seen])
    return float(np.sum(plan.mass * np.sum(a[:, plan.rows] * b[:, plan.columns], axis=0)))


def _varies(x: Reals) -> NDArray[np.bool_]:
    return np.ptp(x, axis=0) > 0

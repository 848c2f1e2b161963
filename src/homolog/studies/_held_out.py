"""Soft matching that is not judged on the stimuli it was found on."""

import numpy as np
from numpy.typing import NDArray

from homolog.measures import find

Reals = NDArray[np.float64]


def held_out(x: Reals, y: Reals, first: NDArray[np.bool_]) -> float:
    """`soft_matching_correlation` of neurons matched on one half, judged on the other, both ways.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses to the same stimuli.
    first
        Which stimuli are in the first half. Stimuli that resemble each other (frames of
        one movie) belong in one half.
    """
    return float(find("soft_matching_correlation").using(folds=first)(x, y))

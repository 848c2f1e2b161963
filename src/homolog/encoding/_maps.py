"""What a map from a layer to neurons is: fitted on some stimuli, asked about others."""

from collections.abc import Callable
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from homolog.encoding._fold import Fold

Floats = NDArray[np.float64]

Predict = Callable[[Floats], tuple[Floats, Floats]]
"""From (training stimulus, neuron) responses less their means to what is predicted of the
(held-out stimulus, neuron) responses, less the same means; and to the setting that every neuron
took, in `Map.setting`'s words."""

Without = Callable[[Fold], Predict]
"""The map fitted without the stimuli that a fold holds out."""


class Map(Protocol):
    """A way to predict neurons from a layer.

    Attributes
    ----------
    name
        What the command line calls it.
    jointly
        Whether what is predicted of a neuron depends on the others of its region.
    setting
        What is chosen for each neuron within the training stimuli; empty for nothing.
    """

    name: ClassVar[str]
    jointly: ClassVar[bool]
    setting: ClassVar[str]

    def on(self, layer: NDArray[np.floating]) -> Without:
        """Do once for a (stimulus, neuron) layer what all folds have in common."""
        ...


def rows_less_mean(x: NDArray[np.floating], fold: Fold) -> tuple[Floats, Floats]:
    """Training and held-out rows in float64, less the means over the training rows."""
    train = x[fold.train].astype(np.float64)
    mean = train.mean(axis=0)
    train -= mean
    return train, x[fold.test] - mean

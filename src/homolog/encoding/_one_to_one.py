"""Every neuron from the one neuron of the layer that goes with it best."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import constant_columns
from homolog.encoding._fold import Fold
from homolog.encoding._maps import Floats, Predict, Without, rows_less_mean


@dataclass(frozen=True)
class OneToOne:
    """Every neuron from the single neuron of the layer that correlates best with it.

    The partner is the one whose correlation over the training stimuli is highest, sign
    included; how strong and from where it predicts is fitted, by least squares, on the same
    stimuli. A neuron of the layer may be the partner of several.
    """

    name: ClassVar[str] = "one-to-one"
    jointly: ClassVar[bool] = False
    setting: ClassVar[str] = "partner"

    def on(self, layer: NDArray[np.floating]) -> Without:
        """Say how to find partners without a fold; folds have nothing in common."""
        return lambda fold: _partnered(layer, fold)


def _partnered(layer: NDArray[np.floating], fold: Fold) -> Predict:
    train, test = rows_less_mean(layer, fold)
    size = np.sqrt((train**2).sum(axis=0))
    size[constant_columns(layer[fold.train])] = np.inf
    train /= size
    test /= size

    def predict(y: Floats) -> tuple[Floats, Floats]:
        slopes = train.T @ y
        best = np.argmax(slopes, axis=0)
        predicted = test[:, best] * slopes[best, np.arange(y.shape[1])]
        return predicted, best.astype(np.float64)

    return predict

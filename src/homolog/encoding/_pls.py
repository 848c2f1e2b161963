"""Partial least squares: a region from the few components of a layer that covary most with it."""

from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import narrow
from homolog.encoding._fold import Fold
from homolog.encoding._maps import Floats, Predict, Without, rows_less_mean
from homolog.measures._component_regression import component_regression


@dataclass(frozen=True)
class PartialLeastSquares:
    """Regression on the components of a layer that covary most with the neurons of a region.

    All neurons of a region share the components, so that regions matter to what is predicted.

    Parameters
    ----------
    n_components
        How many; all there are where a layer has fewer.

    Raises
    ------
    HomologError
        HM025 for other than a whole number from 1.

    Notes
    -----
    The components are those of scikit-learn's ``PLSRegression(scale=False)`` run to
    convergence. Unlike the penalties of `Ridge` their number is not chosen for each neuron.
    """

    name: ClassVar[str] = "pls"
    jointly: ClassVar[bool] = True
    setting: ClassVar[str] = ""

    n_components: int = 25

    def __post_init__(self) -> None:
        if not isinstance(self.n_components, Integral) or self.n_components < 1:
            raise errors.bad_value("n_components", self.n_components, "a whole number from 1")

    def on(self, layer: NDArray[np.floating]) -> Without:
        """Turn the layer so that it has no more columns than rows, once for all folds."""
        turned: Floats = narrow(layer.astype(np.float64))
        return lambda fold: self._fitted(turned, fold)

    def _fitted(self, x: Floats, fold: Fold) -> Predict:
        train, test = rows_less_mean(x, fold)

        def predict(y: Floats) -> tuple[Floats, Floats]:
            predicted = component_regression(train, y, test, self.n_components)
            return predicted, np.zeros(y.shape[1])

        return predict

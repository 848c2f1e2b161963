"""Memory that is used again: the pages of a fresh array may cost more than what is done in it."""

import numpy as np

from homolog._arrays import Reals


class Room:
    """Place for what is needed within one step and not after it."""

    def __init__(self) -> None:
        self._kept = np.empty(0)

    def like(self, x: Reals) -> Reals:
        """An array of the shape of another, with whatever the last one of that shape held."""
        if self._kept.shape != x.shape:
            self._kept = np.empty(x.shape)
        return self._kept

    def centred(self, y: Reals) -> Reals:
        """(…, stimulus, neuron) responses without the means of neurons."""
        means = y.sum(axis=-2, keepdims=True)
        means /= y.shape[-2]
        return np.subtract(y, means, out=self.like(y))

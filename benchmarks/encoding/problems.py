"""Layers and recordings of a size, planted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homolog.encoding import Fold, folds_of

N_FOLDS = 5
N_SIGNALS = 40

Pair = tuple[NDArray[np.floating], NDArray[np.floating]]


@dataclass(frozen=True)
class Problem:
    """How many stimuli, neurons of the layer, and neurons that are predicted."""

    n_stimuli: int
    n_layer: int
    n_brain: int

    def __str__(self) -> str:
        """In words."""
        return f"{self.n_stimuli:,} stimuli, {self.n_layer:,} → {self.n_brain:,} neurons"

    def pair(self) -> Pair:
        """(stimulus, neuron) responses of layer and recording, both with noise of their own."""
        rng = np.random.default_rng(0)
        signals = rng.normal(size=(self.n_stimuli, N_SIGNALS))
        layer = rng.normal(size=(self.n_stimuli, self.n_layer))
        layer += signals @ rng.normal(size=(N_SIGNALS, self.n_layer)) / 4
        brain = signals @ rng.normal(size=(N_SIGNALS, self.n_brain))
        return layer, brain + 5 * rng.normal(size=brain.shape)

    def folds(self) -> tuple[Fold, ...]:
        """The same for all."""
        return folds_of(self.n_stimuli, N_FOLDS, "random", None, 0)


LARGEST = Problem(2_000, 10_000, 2_000)

PROBLEMS = (LARGEST, Problem(1_000, 10_000, 2_000), Problem(2_000, 200, 1_000))

"""Planted populations to time on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Responses = NDArray[np.float64]

N_POPULATIONS = 20


@dataclass(frozen=True)
class Size:
    """How many stimuli and neurons every population has."""

    n_stimuli: int
    n_neurons: int

    def __str__(self) -> str:
        """Stimuli × neurons."""
        return f"{self.n_stimuli} × {self.n_neurons}"


NARROW, MIDDLE, WIDE = Size(2000, 128), Size(2000, 512), Size(500, 2048)
SIZES = (NARROW, MIDDLE, WIDE)


def planted(size: Size) -> list[Responses]:
    """Populations that share forty latent signals of falling strength, each with noise of its own.

    Neurons differ in mean and in noise, so that no matrix is better conditioned than it
    would be in a recording.
    """
    rng = np.random.default_rng(0)
    latent = rng.normal(size=(size.n_stimuli, 40)) / np.sqrt(np.arange(1, 41))
    noise = 0.5 * np.arange(1, size.n_neurons + 1) ** -0.25
    return [
        latent @ rng.normal(size=(40, size.n_neurons))
        + noise * rng.normal(size=(size.n_stimuli, size.n_neurons))
        + rng.normal(size=size.n_neurons)
        for _ in range(N_POPULATIONS)
    ]

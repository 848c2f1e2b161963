"""Populations whose similarity is planted: what they share, and what each has of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

NOISE = 0.5
"""Variance of a neuron's own noise, beside that of 1 which latents give it on average."""

SPECTRA = {"low": 0.5 ** np.arange(5), "high": 0.9 ** np.arange(40)}
"""Variances of latents; their participation ratios are 2.8 and 19."""


@dataclass(frozen=True)
class Planted:
    """Two populations of Gaussian neurons, of which CKA is known.

    Every neuron reads latents with random weights. Both populations read the shared latents, and
    each as many of its own, with the same spectrum; the part of the kernel that is shared is CKA.

    Attributes
    ----------
    cka
        That of infinitely many neurons over infinitely many stimuli, from 0 to 1.
    dimensions
        ``"low"`` or ``"high"``, a key of `SPECTRA`.
    """

    cka: float
    dimensions: str

    @property
    def variances(self) -> tuple[Reals, Reals]:
        """(latent,) of reference and candidate: shared latents, and their own, of sum 1."""
        spectrum = SPECTRA[self.dimensions]
        shared, own = np.sqrt(self.cka) * spectrum, np.sqrt(1 - self.cka) * spectrum
        none, whole = np.zeros(len(spectrum)), shared.sum() + own.sum()
        x, y = (shared, own, none), (shared, none, own)
        return np.concatenate(x) / whole, np.concatenate(y) / whole

    def study(self, n_stimuli: int, n_neurons: int, rng: np.random.Generator) -> Recorded:
        """What one study records: stimuli and neurons drawn anew."""
        roots = [np.sqrt(one)[:, None] for one in self.variances]
        latents = rng.normal(size=(n_stimuli, len(roots[0])))
        weights = [root * rng.normal(size=(len(root), n_neurons)) for root in roots]
        x, y = (
            latents @ one + np.sqrt(NOISE) * rng.normal(size=(n_stimuli, n_neurons))
            for one in weights
        )
        return Recorded(x, y, latents, (weights[0], weights[1]), self)


@dataclass(frozen=True)
class Recorded:
    """One study: responses, and what they were made of.

    Attributes
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate.
    latents
        (stimulus, latent) what the stimuli hold.
    weights
        (latent, neuron) of the neurons of each.
    planted
        What was drawn from.
    """

    x: Reals
    y: Reals
    latents: Reals
    weights: tuple[Reals, Reals]
    planted: Planted

    @property
    def covariances(self) -> tuple[Reals, Reals, Reals]:
        """Of these neurons over infinitely many stimuli: of both, of each with itself."""
        x, y = self.weights
        own = NOISE * np.eye(x.shape[1])
        return x.T @ y, x.T @ x + own, y.T @ y + own

"""Planted populations whose scores at infinitely many stimuli are known exactly."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_REFERENCE, N_CANDIDATE, N_LATENT = 12, 8, 6


@dataclass(frozen=True)
class Planted:
    """Jointly Gaussian populations of 12 and 8 neurons that share six latents."""

    covariance: NDArray[np.float64]

    def draw(self, n_stimuli: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
        """Responses of both to so many stimuli, drawn at random."""
        root = np.linalg.cholesky(self.covariance)
        both = rng.normal(size=(n_stimuli, len(root))) @ root.T
        return both[:, :N_REFERENCE], both[:, N_REFERENCE:]

    def truth(self) -> dict[str, float]:
        """Scores of the covariances themselves: the limit of many stimuli."""
        x = self.covariance[:N_REFERENCE, :N_REFERENCE]
        y = self.covariance[N_REFERENCE:, N_REFERENCE:]
        cross = self.covariance[:N_REFERENCE, N_REFERENCE:]
        kernel = np.sum(cross**2) / (np.linalg.norm(x) * np.linalg.norm(y))
        cosine = np.linalg.norm(cross, "nuc") / np.sqrt(np.trace(x) * np.trace(y))
        return {"unbiased_cka": kernel, "cka": kernel, "procrustes": float(np.arccos(cosine))}


def planted(rng: np.random.Generator, *, related: bool = True) -> Planted:
    """A pair with decaying spectra and private noise, of the same latents or of its own each."""
    n_neurons = N_REFERENCE + N_CANDIDATE
    mixing = rng.normal(size=(n_neurons, N_LATENT)) * 0.8 ** np.arange(N_LATENT)
    covariance = mixing @ mixing.T + 0.5 * np.eye(n_neurons)
    if not related:
        covariance[:N_REFERENCE, N_REFERENCE:] = 0
        covariance[N_REFERENCE:, :N_REFERENCE] = 0
    return Planted(covariance)


def studies(
    n_studies: int, n_stimuli: int, seed: int, *, related: bool = True
) -> Iterator[tuple[NDArray, NDArray, dict[str, float]]]:
    """Independent studies: responses of a fresh planted pair, and the true scores."""
    for rng in np.random.default_rng(seed).spawn(n_studies):
        pair = planted(rng, related=related)
        yield *pair.draw(n_stimuli, rng), pair.truth()

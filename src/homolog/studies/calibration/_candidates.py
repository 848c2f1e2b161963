"""Candidates that are equally far from a reference and unlike each other; or not quite equally."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from homolog.measures._measure import Measure
from homolog.studies.calibration._batched import scores
from homolog.studies.calibration._planted import Reals

N_LATENTS, N_REFERENCE = 5, 12
NOISE = 1.0
"""Standard deviation of a candidate's own noise; a latent gives a neuron 1 at most."""

STUDIES_TO_TUNE = 400
"""Their mean difference is known to 0.05 standard deviations of one, which moves 5 % by 0.05."""


@dataclass(frozen=True)
class Halves:
    """A reference that reads two sets of latents alike; each candidate reads one of them.

    The reference's halves have the same weights, so that nothing but the names of the latents
    changes if candidates of one size and noise trade places: every measure expects them equally
    far. Yet they have nothing to do with each other.

    Attributes
    ----------
    n_neurons
        Of both candidates.
    noise
        Standard deviations of their own noise.
    seed
        Of the neurons' weights, the same in every study; None: drawn anew in each. Candidates of
        unlike numbers are equally far only for the neurons for which they were `tuned`.
    """

    n_neurons: tuple[int, int] = (12, 12)
    noise: tuple[float, float] = (NOISE, NOISE)
    seed: int | None = None

    def study(self, n_stimuli: int, rng: np.random.Generator) -> tuple[Reals, Mapping[str, Reals]]:
        """Responses of the reference, and of the candidates by name."""
        latents = rng.normal(size=(2, n_stimuli, N_LATENTS)) * 0.8 ** np.arange(N_LATENTS)
        of_neurons = rng if self.seed is None else np.random.default_rng(self.seed)
        weights = of_neurons.normal(size=(N_LATENTS, N_REFERENCE // 2))
        read = of_neurons.normal(size=(N_LATENTS, max(self.n_neurons))) / np.sqrt(N_LATENTS)
        reference = np.concatenate(list(latents @ weights), axis=1)
        reference += 0.5 * rng.normal(size=reference.shape)
        candidates = {
            name: own @ read[:, :n] + noise * rng.normal(size=(n_stimuli, n))
            for name, own, n, noise in zip(
                ("first", "second"), latents, self.n_neurons, self.noise, strict=True
            )
        }
        return reference, candidates


@dataclass(frozen=True)
class Copies:
    """Candidates that are turned copies of the reference's latents, with noise of one size.

    Attributes
    ----------
    n_candidates
        How many.
    same_neurons
        Whether all are turned alike, so that they are the same neurons in other noise.
    """

    n_candidates: int = 2
    same_neurons: bool = False

    def study(self, n_stimuli: int, rng: np.random.Generator) -> tuple[Reals, Mapping[str, Reals]]:
        """Responses of the reference, and of the candidates by name."""
        latents = 2 * rng.normal(size=(n_stimuli, N_LATENTS)) * 0.8 ** np.arange(N_LATENTS)
        turns = [_turn(rng) for _ in range(self.n_candidates + 1)]
        noise = rng.normal(size=(self.n_candidates + 1, n_stimuli, N_REFERENCE))
        candidates = {
            f"copy {i}": latents @ turns[1 if self.same_neurons else i] + NOISE * noise[i]
            for i in range(1, self.n_candidates + 1)
        }
        return latents @ turns[0] + 0.5 * noise[0], candidates


def _turn(rng: np.random.Generator) -> Reals:
    """(latent, neuron) orthonormal rows."""
    return np.linalg.qr(rng.normal(size=(N_REFERENCE, N_LATENTS)))[0].T


def many(
    planted: Halves | Copies, n_stimuli: int, rngs: Sequence[np.random.Generator]
) -> tuple[Reals, dict[str, Reals]]:
    """(study, stimulus, neuron) responses of several studies."""
    drawn = [planted.study(n_stimuli, rng) for rng in rngs]
    names = list(drawn[0][1])
    of_candidates = {
        name: np.array([candidates[name] for _, candidates in drawn]) for name in names
    }
    return np.array([reference for reference, _ in drawn]), of_candidates


def tuned(planted: Halves, measure: Measure, n_stimuli: int, rng: np.random.Generator) -> Halves:
    """The candidates with noise in the second such that both score alike on average, 0.2 to 5.

    Of a measure whose score depends on how many neurons there are, candidates of unlike
    numbers are equally far at one number of stimuli only.
    """
    seeds = rng.integers(2**32, size=STUDIES_TO_TUNE)

    def closer(noise: float) -> bool:
        """Whether the second is closer, on the same draws each time."""
        drawn = [np.random.default_rng(seed) for seed in seeds]
        x, candidates = many(replace(planted, noise=(NOISE, noise)), n_stimuli, drawn)
        first, second = (scores(measure, x, y).mean() for y in candidates.values())
        return bool(second > first) == measure.higher_is_closer

    low, high = 0.2, 5.0
    for _ in range(8):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if closer(middle) else (low, middle)
    return replace(planted, noise=(NOISE, float(np.sqrt(low * high))))

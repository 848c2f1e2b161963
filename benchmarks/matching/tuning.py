"""Pairs of populations to match: the kinds of tuning that make a matching easy or hard."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.fft import dct

Responses = NDArray[np.float64]
Pair = tuple[Responses, Responses]

N_STIMULI = 500
N_LATENTS = 10
GRID = 24
"""The animal of the place-like tuning stands at each point of a grid so many points wide."""


def permuted(rng: Generator, n_x: int, n_y: int) -> Pair:
    """Half of the smaller population are noisy neurons of the other, in another order."""
    x = _network(rng, _stimuli(rng), n_x)
    y = _network(rng, _stimuli(rng), n_y)
    n_kept = min(n_x, n_y) // 2
    kept = x[:, rng.permutation(n_x)[:n_kept]]
    y[:, :n_kept] = kept + 0.3 * kept.std(axis=0) * rng.normal(size=kept.shape)
    return x, y[:, rng.permutation(n_y)]


def low_rank(rng: Generator, n_x: int, n_y: int) -> Pair:
    """Rectified mixtures of the same ten latent signals.

    Thresholds are small beside the mixtures, so that no neuron of many thousands is silent.
    """
    latent = rng.normal(size=(N_STIMULI, N_LATENTS))
    x, y = (
        np.maximum(latent @ rng.normal(size=(N_LATENTS, n)) + 0.3 * rng.normal(size=n), 0)
        for n in (n_x, n_y)
    )
    return x, y


def independent(rng: Generator, n_x: int, n_y: int) -> Pair:
    """Two random networks that see the same stimuli."""
    stimuli = _stimuli(rng)
    return _network(rng, stimuli, n_x), _network(rng, stimuli, n_y)


def rotated(rng: Generator, n_x: int, n_y: int) -> Pair:
    """A random network, and the same population along other orthogonal directions.

    The rotation is a cosine transform between random signs and a random choice of its
    directions, for a rotation drawn evenly would take longer than all matchings of it.
    """
    x = _network(rng, _stimuli(rng), n_x)
    n = max(n_x, n_y)
    padded = np.zeros((N_STIMULI, n))
    padded[:, :n_x] = x - x.mean(axis=0)
    turned = dct(padded * rng.choice([-1.0, 1.0], size=n), axis=1, norm="ortho")
    return x, turned[:, rng.permutation(n)[:n_y]]


def ring(rng: Generator, n_x: int, n_y: int) -> Pair:
    """Bumps of one width on a circle, centred anywhere."""
    angles = np.linspace(0, 2 * np.pi, N_STIMULI, endpoint=False)
    x, y = (
        np.exp(4 * (np.cos(angles[:, None] - rng.uniform(0, 2 * np.pi, size=n)) - 1))
        for n in (n_x, n_y)
    )
    return x, y


def places(rng: Generator, n_x: int, n_y: int) -> Pair:
    """Two-dimensional bumps of one width in a square box, centred anywhere."""
    points = np.linspace(0, 1, GRID)
    x, y = (
        (_bumps(points, rng.random(n))[:, None] * _bumps(points, rng.random(n))).reshape(-1, n)
        for n in (n_x, n_y)
    )
    return x, y


KINDS: dict[str, Callable[[Generator, int, int], Pair]] = {
    "permuted": permuted,
    "low rank": low_rank,
    "independent": independent,
    "rotated": rotated,
    "ring": ring,
    "places": places,
}


def responses(kind: str, n_x: int, n_y: int) -> Pair:
    """(stimulus, neuron) responses of a pair of populations, the same at every call."""
    seed = [list(KINDS).index(kind), n_x, n_y]
    return KINDS[kind](np.random.default_rng(seed), n_x, n_y)


def tuning_costs(x: Responses, y: Responses) -> NDArray[np.float64]:
    """Minus the correlation of every pair of tuning curves."""
    costs = _unit(x).T @ _unit(y)
    return np.negative(costs, out=costs)


def costs_of(kind: str, n_x: int, n_y: int) -> NDArray[np.float64]:
    """What the pairs of neurons of two such populations cost."""
    return tuning_costs(*responses(kind, n_x, n_y))


def _stimuli(rng: Generator) -> Responses:
    return rng.normal(size=(N_STIMULI, 100))


def _network(rng: Generator, stimuli: Responses, n_neurons: int) -> Responses:
    """Rates of the second layer of a random network."""
    hidden = np.maximum(stimuli @ rng.normal(size=(stimuli.shape[1], 200)), 0)
    # Centred, or else half of the neurons would never fire.
    return np.maximum((hidden - hidden.mean(axis=0)) @ rng.normal(size=(200, n_neurons)), 0)


def _bumps(points: Responses, centres: Responses) -> Responses:
    return np.exp(-((points[:, None] - centres) ** 2) / (2 * 0.15**2))


def _unit(x: Responses) -> Responses:
    centred = x - x.mean(axis=0)
    return centred / np.linalg.norm(centred, axis=0)

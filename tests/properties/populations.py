"""Pairs of populations as large as those people compare, of six kinds, as costs."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Pair = tuple[NDArray, NDArray]
N_STIMULI = 200


def reordered(rng: Rng, n_x: int, n_y: int) -> Pair:
    """Half of the second population: noisy neurons of the first, in another order."""
    x = rng.normal(size=(N_STIMULI, n_x))
    y = rng.normal(size=(N_STIMULI, n_y))
    n_shared = min(n_x, n_y) // 2
    y[:, :n_shared] = x[:, rng.permutation(n_x)[:n_shared]] + 0.3 * y[:, :n_shared]
    return x, y[:, rng.permutation(n_y)]


def low_rank(rng: Rng, n_x: int, n_y: int) -> Pair:
    """Rectified tuning to the same ten latents."""
    latents = rng.normal(size=(N_STIMULI, 10))
    x, y = (np.maximum(latents @ rng.normal(size=(10, n)), 0) for n in (n_x, n_y))
    return x, y


def independent(rng: Rng, n_x: int, n_y: int) -> Pair:
    """Rectified layers of two random networks that see the same stimuli."""
    stimuli = rng.normal(size=(N_STIMULI, 100))
    x, y = (np.maximum(stimuli @ rng.normal(size=(100, n)), 0) for n in (n_x, n_y))
    return x, y


def rotated(rng: Rng, n_x: int, n_y: int) -> Pair:
    """The first population rotated at random, and as many of its dimensions as fit."""
    n_neurons = max(n_x, n_y)
    x = rng.normal(size=(N_STIMULI, n_neurons))
    basis, _ = np.linalg.qr(rng.normal(size=(n_neurons, n_neurons)))
    return x[:, :n_x], (x @ basis)[:, :n_y]


def ring(rng: Rng, n_x: int, n_y: int) -> Pair:
    """Bumps on a circle, evenly spaced in both: two-dimensional and full of ties."""
    angles = np.arange(N_STIMULI) / N_STIMULI * 2 * np.pi
    x, y = (np.exp(2 * np.cos(angles[:, None] - np.arange(n) / n * 2 * np.pi)) for n in (n_x, n_y))
    return x, y


def places(rng: Rng, n_x: int, n_y: int) -> Pair:
    """Bumps at random places of a square room."""
    room = rng.uniform(size=(N_STIMULI, 2))
    x, y = (
        np.exp(-np.sum((room[:, None] - rng.uniform(size=(n, 2))) ** 2, axis=2) / 0.08)
        for n in (n_x, n_y)
    )
    return x, y


PAIRS: dict[str, Callable[[Rng, int, int], Pair]] = {
    pair.__name__: pair for pair in (reordered, low_rank, independent, rotated, ring, places)
}


def curves_of(kind: str, n_x: int, n_y: int) -> Pair:
    """Centred tuning curves of norm 1."""
    x, y = PAIRS[kind](np.random.default_rng([n_x, n_y]), n_x, n_y)
    x, y = (curves - curves.mean(axis=0) for curves in (x, y))
    return x / np.linalg.norm(x, axis=0), y / np.linalg.norm(y, axis=0)


def costs_of(kind: str, n_x: int, n_y: int) -> NDArray:
    """Minus the correlation of every neuron of the one with every neuron of the other."""
    x, y = curves_of(kind, n_x, n_y)
    return -x.T @ y

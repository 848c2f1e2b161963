"""Known changes to a recording: one thing becomes another, and the rest stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from homolog._arrays import haar
from homolog.studies.families._recordings import Reals

Change = Callable[[Reals, np.random.Generator], Reals]

LARGEST = 3
"""Components that are kept where the small ones go."""


def reordered(x: Reals, rng: np.random.Generator) -> Reals:
    """The neurons in another order."""
    return x[:, rng.permutation(x.shape[1])]


def other_rates(x: Reals, rng: np.random.Generator) -> Reals:
    """The mean rates of neurons dealt to others."""
    means = x.mean(0)
    return x - means + rng.permutation(means)


def other_gains(x: Reals, rng: np.random.Generator) -> Reals:
    """Neurons around their means multiplied by log-normal gains, s.d. of the logarithm 1."""
    return x.mean(0) + (x - x.mean(0)) * rng.lognormal(0, 1, x.shape[1])


def turned(x: Reals, rng: np.random.Generator) -> Reals:
    """Neurons rotated at random around their means."""
    return x.mean(0) + (x - x.mean(0)) @ haar(x.shape[1], rng)


def mixed(x: Reals, rng: np.random.Generator) -> Reals:
    """Every neuron a random weighted sum of all: a linear map, with an inverse."""
    return x @ rng.normal(size=(x.shape[1], x.shape[1])) / np.sqrt(x.shape[1])


def flattened(x: Reals, rng: np.random.Generator) -> Reals:
    """All components of one size."""
    left, sizes, right = np.linalg.svd(x - x.mean(0), full_matrices=False)
    kept = sizes > 1e-9 * sizes[0]
    return x.mean(0) + left[:, kept] @ right[kept] * np.sqrt(np.mean(sizes**2))


def without_largest(x: Reals, rng: np.random.Generator) -> Reals:
    """The largest component gone."""
    left, sizes, right = np.linalg.svd(x - x.mean(0), full_matrices=False)
    return x.mean(0) + (left[:, 1:] * sizes[1:]) @ right[1:]


def largest_only(x: Reals, rng: np.random.Generator) -> Reals:
    """All but the largest components gone, a trace left so that no neuron is constant."""
    left, sizes, right = np.linalg.svd(x - x.mean(0), full_matrices=False)
    small = np.where(np.arange(len(sizes)) < LARGEST, 1, 1e-3)
    return x.mean(0) + (left * sizes * small) @ right


def without_drive(x: Reals, rng: np.random.Generator) -> Reals:
    """What goes with the population's mean response gone."""
    shared = (x - x.mean(0)).mean(1)
    shared = shared / np.linalg.norm(shared)
    return x - np.outer(shared, shared @ x)


def half_of_neurons(x: Reals, rng: np.random.Generator) -> Reals:
    """Every other neuron gone, drawn at random."""
    return x[:, rng.permutation(x.shape[1])[::2]]


def noisy(x: Reals, rng: np.random.Generator) -> Reals:
    """Every neuron with noise of its own, as large as its signal."""
    return x + rng.normal(size=x.shape) * x.std(0)


def curved(x: Reals, rng: np.random.Generator) -> Reals:
    """Every neuron's deviation from its lowest response squared."""
    return (x - x.min(0)) ** 2


def few_swapped(x: Reals, rng: np.random.Generator) -> Reals:
    """The responses to a tenth of the rows dealt among these."""
    chosen = rng.permutation(len(x))[: max(2, len(x) // 10)]
    y = x.copy()
    y[chosen] = x[np.roll(chosen, 1)]
    return y


CHANGES: Mapping[str, Change] = {
    "neurons reordered": reordered,
    "other mean rates": other_rates,
    "other gains": other_gains,
    "rotated": turned,
    "mixed linearly": mixed,
    "components of one size": flattened,
    "largest component gone": without_largest,
    "only the 3 largest": largest_only,
    "shared drive gone": without_drive,
    "half of the neurons": half_of_neurons,
    "noise in each neuron": noisy,
    "each neuron squared": curved,
    "a tenth of rows swapped": few_swapped,
}

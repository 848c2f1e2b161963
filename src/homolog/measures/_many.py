"""Overlaps among many populations in one go, which is less work than pair by pair."""

from collections.abc import Sequence

import numpy as np

from homolog._arrays import Array, namespace, to_namespace_of

_ROW_ENTRIES = 4_000_000
"""Entries of Gram matrices held at once."""

_CROSS_ENTRIES = 16_000_000
"""Products of neurons with neurons that may be held at once."""

_SLOWER = 1.7
"""How much longer one multiplication takes by stimuli, where products are small."""


def overlaps(a: Sequence[Array], b: Sequence[Array]) -> Array | None:
    """The squared norm of ``x.T @ y`` for every x in `a` and y in `b`.

    Parameters
    ----------
    a, b
        (stimulus, neuron) arrays of the same stimuli; may be one and the same list.

    Returns
    -------
    overlaps
        (population of `a`, population of `b`) array; None if it would need much memory
        and save no work.
    """
    n_stimuli = a[0].shape[0]
    n_a, n_b = (sum(x.shape[1] for x in populations) for populations in (a, b))
    everyone, n_neurons = (a, n_a) if a is b else ([*a, *b], n_a + n_b)
    by_neurons = n_stimuli * n_a * n_b / (2 if a is b else 1)
    by_stimuli = n_stimuli**2 / 2 * (n_neurons + len(everyone) ** 2 / 2)
    if _SLOWER * by_stimuli < by_neurons:
        return _by_stimuli(everyone)[: len(a), -len(b) :]
    return _by_neurons(a, b) if n_a * n_b <= _CROSS_ENTRIES else None


def _by_neurons(a: Sequence[Array], b: Sequence[Array]) -> Array:
    """One product of all neurons with all neurons."""
    xp = namespace(*a)
    x = xp.concat(list(a), axis=1)
    cross = x.T @ (x if a is b else xp.concat(list(b), axis=1))
    return _membership(a).T @ (cross * cross) @ _membership(b)


def _membership(populations: Sequence[Array]) -> Array:
    """(neuron, population) array, 1 where the neuron belongs to the population."""
    sizes = [x.shape[1] for x in populations]
    return to_namespace_of(populations[0], np.repeat(np.eye(len(sizes)), sizes, axis=0))


def _by_stimuli(populations: Sequence[Array]) -> Array:
    """Sums of products of Gram matrices ``x @ x.T``, each made once.

    They come a few rows at a time and without their lower triangles, then are dropped.
    """
    n_stimuli = populations[0].shape[0]
    step = max(1, _ROW_ENTRIES // (n_stimuli * len(populations)))
    total: Array = 0.0
    for start in range(0, n_stimuli, step):
        stop = min(start + step, n_stimuli)
        rows, later = slice(start, stop), slice(stop, n_stimuli)
        within = _stacked([x[rows, :] @ x[rows, :].T for x in populations])
        beyond = _stacked([x[rows, :] @ x[later, :].T for x in populations])
        total = total + within @ within.T + 2 * (beyond @ beyond.T)
    return total


def _stacked(grams: Sequence[Array]) -> Array:
    xp = namespace(*grams)
    return xp.stack([xp.reshape(gram, (-1,)) for gram in grams])

"""Overlaps among many populations in one go, where that is less work than pair by pair."""

from collections.abc import Sequence

from homolog._arrays import Array, namespace

_ENTRIES_HELD = 4_000_000


def work(populations: Sequence[Array]) -> float:
    """Multiplications that `overlaps` takes."""
    n_stimuli = populations[0].shape[0]
    n_neurons = sum(x.shape[1] for x in populations)
    return n_stimuli**2 / 2 * (n_neurons + len(populations) ** 2 / 2)


def overlaps(populations: Sequence[Array]) -> Array:
    """The squared norm of ``x.T @ y`` for every pair of populations.

    It is the sum over pairs of stimuli of the product of two Gram matrices, ``x @ x.T``
    and ``y @ y.T``. These are made once for a population instead of one product for a
    pair, a few rows at a time and without their lower triangles, then dropped.

    Parameters
    ----------
    populations
        (stimulus, neuron) arrays of the same stimuli.

    Returns
    -------
    overlaps
        (population, population) array.
    """
    xp = namespace(*populations)
    n_stimuli = populations[0].shape[0]
    step = max(1, _ENTRIES_HELD // (n_stimuli * len(populations)))
    total = xp.zeros((len(populations), len(populations)), dtype=populations[0].dtype)
    for start in range(0, n_stimuli, step):
        rows, later = slice(start, start + step), slice(start + step, None)
        within = _stacked([x[rows, :] @ x[rows, :].T for x in populations])
        beyond = _stacked([x[rows, :] @ x[later, :].T for x in populations])
        total = total + within @ within.T + 2 * (beyond @ beyond.T)
    return total


def _stacked(grams: Sequence[Array]) -> Array:
    xp = namespace(*grams)
    return xp.stack([xp.reshape(gram, (-1,)) for gram in grams])

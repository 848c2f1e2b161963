"""What stimuli and neurons move of debiased CKA: S is what is shared, G the mean of the own."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import centre
from homolog._moves import Moves, Spread, covaried, of_pairs, told_from_nothing
from homolog.sampling._given import Floats
from homolog.sampling._neurons import Neurons, of_neurons, of_ratio
from homolog.sampling._overlaps import Overlaps, less_neurons, of_stimuli

MOST = 100
"""So many stimuli tell what pairs of them move."""


class Moved(NamedTuple):
    """Moves of stimuli; of neurons at these stimuli; and of neurons at infinitely many."""

    stimuli: Moves
    neurons: Neurons
    neurons_alone: Neurons


def moved(
    x: Floats,
    y: Floats,
    samples: Sequence[bool],
    block: NDArray[np.int64],
    found: Overlaps,
    less: Sequence[Overlaps],
    with_itself: tuple[float, float],
) -> Moved:
    """All moves, from mean overlaps and those without each block of stimuli and each neuron.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses, centred.
    samples
        Of which population the neurons might have been others.
    block
        The number of the block of each stimulus.
    found, less
        From `overlaps`.
    with_itself
        How much pairs of a neuron with itself add to the overlaps of each population with itself.
    """
    order = np.argsort(np.bincount(block, np.vecdot(x, x) + np.vecdot(y, y)), kind="stable")
    sides = [(centre(x[half]), centre(y[half])) for half in _halves(order, block)]
    less_halves = [less_neurons(*side, samples) for side in sides]
    return Moved(
        _of_stimuli(x, y, samples, block, _in_turn(order), found, less[0]),
        of_neurons(samples, found, with_itself, [less[1:]] * 2),
        of_neurons(samples, found, with_itself, less_halves),
    )


def _halves(order: NDArray[np.int64], block: NDArray[np.int64]) -> list[NDArray[np.bool_]]:
    """Two halves of the stimuli that are alike: of blocks in order 1st, 4th, 5th, 8th and so on.

    By their energy in both populations, not as they came: rows often alternate between two kinds
    of stimuli, and halves of one kind each would not show what neurons move at both.
    """
    late = np.empty(len(order), dtype=np.bool_)
    late[order] = (np.arange(len(order)) + 1) // 2 % 2 == 1
    return [~late[block], late[block]]


def _in_turn(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most so many of them, at equal steps."""
    step = -(-len(order) // MOST)
    return np.sort(order[step // 2 :: step])


def _of_stimuli(
    x: Floats,
    y: Floats,
    samples: Sequence[bool],
    block: NDArray[np.int64],
    some: NDArray[np.int64],
    found: Overlaps,
    less: Overlaps,
) -> Moves:
    sizes, n = np.bincount(block), len(x)
    terms = of_ratio(found, Overlaps(*_between_blocks(x, y, samples, block, some)))
    weight = (np.sum(sizes**2) ** 2 - np.sum(sizes**4)) * 2 / (n * (n - 3)) ** 2
    variance = weight * of_pairs(terms, terms)
    in_pairs = Spread(variance[0, 0], variance[0, 1], variance[1, 1])
    moves = of_ratio(found, less) - of_ratio(found, found)[:, None]
    alone = covaried(moves, moves, sizes).plus(in_pairs, -2)
    own = float(np.sqrt(found.reference * found.candidate))
    return Moves(alone, in_pairs, len(sizes) - 1, told_from_nothing(in_pairs, own))


def _between_blocks(
    x: Floats,
    y: Floats,
    samples: Sequence[bool],
    block: NDArray[np.int64],
    some: NDArray[np.int64],
) -> Floats:
    """(3, block, block) mean terms of pairs of stimuli of some blocks."""
    rows = np.flatnonzero(np.isin(block, some))
    if len(rows) == len(some):
        return of_stimuli(x, y, samples, rows, rows)
    member = (block[rows, None] == some) / np.bincount(block)[some]
    means = np.zeros((3, len(some), len(some)))
    for few in np.array_split(np.arange(len(rows)), -(-len(rows) // MOST)):
        terms = of_stimuli(x, y, samples, rows[few], rows)
        means += member[few].T @ terms @ member
    return means

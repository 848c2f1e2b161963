"""What stimuli and neurons move of debiased CKA: S is what is shared, G the mean of the own."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import centre
from homolog._moves import Moves, Spread, covaried, of_meetings, of_pairs
from homolog.sampling._given import Floats
from homolog.sampling._overlaps import Overlaps, less_neurons, of_neurons, of_stimuli

MOST = 100
"""So many stimuli or neurons tell what pairs of them move."""


class Moved(NamedTuple):
    """Moves of stimuli; of neurons at these stimuli; and of neurons at infinitely many."""

    stimuli: Moves
    neurons: Moves
    neurons_alone: Moves


def moved(
    x: Floats,
    y: Floats,
    samples: Sequence[bool],
    block: NDArray[np.int64],
    found: Overlaps,
    less: Sequence[Overlaps],
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
    """
    order = np.argsort(np.bincount(block, np.vecdot(x, x) + np.vecdot(y, y)), kind="stable")
    sides = [(centre(x[half]), centre(y[half])) for half in _halves(order, block)]
    less_halves = [less_neurons(*side, samples) for side in sides]
    some = _some(x), _some(y)
    return Moved(
        _of_stimuli(x, y, samples, block, _in_turn(order), found, less[0]),
        _of_neurons([(x, y)] * 2, samples, some, found, [less[1:]] * 2),
        _of_neurons(sides, samples, some, found, less_halves),
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


def _some(x: Floats) -> NDArray[np.int64]:
    """The neurons of which pairs are looked at, of every energy."""
    return _in_turn(np.argsort(np.sum(x * x, axis=0), kind="stable"))


def _ratio(found: Overlaps, moves: Overlaps) -> Floats:
    """(2, …) moves of S, and of G to first order."""
    own = moves.reference / found.reference + moves.candidate / found.candidate
    half = np.sqrt(found.reference * found.candidate) / 2
    return np.stack(np.broadcast_arrays(moves.shared, half * own))


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
    terms = _ratio(found, Overlaps(*_between_blocks(x, y, samples, block, some)))
    weight = (np.sum(sizes**2) ** 2 - np.sum(sizes**4)) * 2 / (n * (n - 3)) ** 2
    variance = weight * of_pairs(terms, terms)
    in_pairs = Spread(variance[0, 0], variance[0, 1], variance[1, 1])
    moves = _ratio(found, less) - _ratio(found, found)[:, None]
    alone = covaried(moves, moves, sizes).plus(in_pairs, -2)
    return Moves(alone, in_pairs, len(sizes) - 1, follows=True)


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


def _of_neurons(
    sides: Sequence[tuple[Floats, Floats]],
    samples: Sequence[bool],
    some: tuple[NDArray[np.int64], NDArray[np.int64]],
    found: Overlaps,
    less: Sequence[Sequence[Overlaps]],
) -> Moves:
    """Of neurons of both populations; twice the same responses, or those of halves of stimuli."""
    own = np.sqrt(found.reference * found.candidate) / 2
    populations = [(0, found.reference), (1, found.candidate)]
    jackknife, in_pairs, freedoms = Spread(), Spread(), list[tuple[float, int]]()
    for which, mean in populations:
        if not samples[which]:
            continue
        n = sides[0][which].shape[1]
        one, other = (_ratio(found, side[which]) for side in less)
        single = covaried(one, other, np.ones(n, dtype=np.int64))
        few = [side[which][:, some[which]] for side in sides]
        terms = [of_neurons(one, one) for one in few]
        pairs = of_pairs(terms[0][None], terms[1][None])[0, 0] * 2 / (n * (n - 1))
        in_pairs += Spread(own=max(0.0, (own / mean) ** 2 * pairs))
        jackknife += single
        freedoms.append((single.at(found.shared / (2 * own)), n - 1))
    if all(samples):
        terms = [of_neurons(x[:, some[0]], y[:, some[1]]) for x, y in sides]
        pairs = sides[0][0].shape[1] * sides[0][1].shape[1]
        in_pairs += Spread(shared=max(0.0, of_meetings(*terms) / pairs))
    return Moves(jackknife.plus(in_pairs, -2), in_pairs, _freedom(freedoms))


def _freedom(parts: Sequence[tuple[float, int]]) -> float:
    """Degrees of freedom of variances that add up (Satterthwaite); that of the least if none."""
    total = sum(variance for variance, _ in parts)
    if not total > 0:
        return float(min((n for _, n in parts), default=1))
    return total**2 / sum(variance**2 / n for variance, n in parts)

"""Sums over stimuli, and over pairs of them, in a thousand random orders at once.

Stimuli are put in a circle in random order; to turn it by each number of places gives as many
orders. Sums for all of its turns are a circular correlation, for which a Fourier transform takes
about as long as one of them. The turns of one circle are a group, and those of further circles its
cosets, so that p is as exact as with orders drawn one by one (see `drawn_turns`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from homolog._arrays import Reals

Stimuli = NDArray[np.int64]
Block = Callable[[slice, slice], Reals]
"""Similarities of some stimuli with others, by their places in some order."""

Similarities = Callable[[Stimuli], Block]
"""From an order of stimuli to their similarities in it."""

_ENTRIES = 1 << 20
"""Numbers that are transformed at a time: 8 MB."""

_PRODUCTS = 2
"""More products of neurons than so many times stimuli times rows of a place take longer than
pairs of stimuli."""

_ROWS = 64
"""Stimuli of which similarities are computed at a time."""


@dataclass(frozen=True)
class Turns:
    """Orders of the stimuli of a reference, drawn as turns of circles.

    Attributes
    ----------
    reference
        (place, row) numbers of the reference's stimuli in their circle; all rows of a place, a
        group of stimuli, stay together.
    candidate
        (circle, place, row) those of the candidate's, in each of some circles.
    chosen
        (order,) which of all turns of all circles were drawn: circle * places + turn.
    """

    reference: Stimuli
    candidate: Stimuli
    chosen: Stimuli

    def __len__(self) -> int:
        """How many orders there are."""
        return len(self.chosen)

    def __iter__(self) -> Iterator[Stimuli]:
        """Each order: which of the reference's stimuli is paired with each of the candidate's."""
        places = len(self.reference)
        for circle, turn in zip(*divmod(self.chosen, places), strict=True):
            order = np.empty(self.reference.size, dtype=np.int64)
            order[self.candidate[circle]] = np.roll(self.reference, -turn, axis=0)
            yield order


def drawn_turns(rows: Stimuli, n: int, rng: np.random.Generator) -> Turns:
    """Random orders in which a score is exchangeable with that of the given order.

    The first circle is the same on both sides, so that the given order is among its turns, which
    are a group; every other circle is a random coset of it. Were the stimuli of the reference in
    random order, each of all these turns could have been the given one, and would have had the
    same others beside it: the given score is as likely as any other to be the most extreme
    (Hemerik and Goeman 2018, Exact testing with random permutations).

    Parameters
    ----------
    rows
        (place, row) numbers of stimuli; places are exchanged.
    n
        How many orders, drawn from all turns but the given order without repetition.
    rng
        Where they are drawn from.
    """
    places = len(rows)
    n_circles = -(-(n + 1) // places)
    reference = rows[rng.permutation(places)]
    others = [rows[rng.permutation(places)] for _ in range(n_circles - 1)]
    chosen = 1 + rng.choice(n_circles * places - 1, n, replace=False)
    return Turns(reference, np.stack([reference, *others]), chosen)


def sums_in_turns(x: Reals, y: Reals, turns: Turns) -> Reals:
    """(order,) sums over stimuli of (stimulus,) numbers of the reference times the candidate's."""
    first = _spectrum(x[turns.reference])
    spectra = [_met(first, _spectrum(y[circle])) for circle in turns.candidate]
    return _all_turns(np.array(spectra), turns)


def squares_in_turns(x: Reals, y: Reals, turns: Turns) -> Reals:
    """(order,) squared norms of X'Y, of (stimulus, neuron) responses, by the shorter way."""
    if x.shape[1] * y.shape[1] > _PRODUCTS * len(x) * turns.reference.shape[1]:
        return pairs_in_turns(of_responses(x), of_responses(y), turns)
    places = len(turns.reference)
    first = _spectrum(x[turns.reference])
    step = max(1, _ENTRIES // (places * y.shape[1]))
    found = np.zeros((len(turns.candidate), places))
    for circle, order in zip(found, turns.candidate, strict=True):
        second = _spectrum(y[order])
        for start in range(0, x.shape[1], step):
            some = first[:, :, start : start + step]
            cross = _back(some.swapaxes(1, 2) @ second.conj(), places).reshape(places, -1)
            circle += np.vecdot(cross, cross)
    return found.reshape(-1)[turns.chosen]


def of_responses(x: Reals) -> Similarities:
    """Products of the (stimulus, neuron) responses to two stimuli."""

    def ordered(order: Stimuli) -> Block:
        responses = x[order]
        return lambda rows, columns: responses[rows] @ responses[columns].T

    return ordered


def of_square(x: Reals) -> Similarities:
    """Entries of a symmetric (stimulus, stimulus) matrix."""
    return lambda order: lambda rows, columns: x[np.ix_(order[rows], order[columns])]


def pairs_in_turns(x: Similarities, y: Similarities, turns: Turns) -> Reals:
    """(order,) sums over all pairs of stimuli, also of one with itself, of two similarities."""
    places, rows = turns.reference.shape
    apart = places // 2 + 1  # places further apart are nearer to each other the other way round
    step = max(1, _ENTRIES // (places * rows * rows))
    weight = np.full(apart, 2.0)
    weight[0] = 1
    weight[places - apart + 1 :] = 1  # half of an even circle away is the same both ways
    first = x(_twice(turns.reference))
    found = np.zeros((len(turns.candidate), apart), dtype=np.complex128)
    for start in range(0, apart, step):
        some = range(start, min(start + step, apart))
        reference = _spectrum(_apart(first, turns, some) * weight[some][:, None, None])
        for circle, order in zip(found, turns.candidate, strict=True):
            circle += _met(reference, _spectrum(_apart(y(_twice(order)), turns, some)))
    return _all_turns(found, turns)


def _twice(circle: Stimuli) -> Stimuli:
    """Once around, and around again."""
    return np.concatenate([circle, circle]).reshape(-1)


def _apart(similar: Block, turns: Turns, distances: range) -> Reals:
    """(place, distance, row, row) similarities of each place with those some places further on."""
    places, rows = turns.reference.shape
    found = np.empty((places, len(distances), rows, rows))
    step = max(1, _ROWS // rows)
    for start in range(0, places, step):
        stop = min(start + step, places)
        block = similar(
            slice(start * rows, stop * rows),
            slice((start + distances[0]) * rows, (stop + distances[-1]) * rows),
        )
        down, right = block.strides
        found[start:stop] = as_strided(
            block,
            (stop - start, len(distances), rows, rows),
            (rows * (down + right), rows * right, down, right),
        )
    return found


def _spectrum(x: Reals) -> NDArray[np.complex128]:
    from scipy.fft import rfft

    return np.asarray(rfft(x, axis=0))


def _back(spectrum: NDArray[np.complex128], places: int) -> Reals:
    from scipy.fft import irfft

    return np.asarray(irfft(spectrum, places, axis=0))


def _met(first: NDArray[np.complex128], second: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """(frequency,) spectrum of the sum of all correlations."""
    n = len(first)
    return np.vecdot(second.reshape(n, -1), first.reshape(n, -1))


def _all_turns(spectra: NDArray[np.complex128], turns: Turns) -> Reals:
    return _back(spectra.T, len(turns.reference)).T.reshape(-1)[turns.chosen]

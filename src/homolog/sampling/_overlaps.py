"""Mean overlaps of two populations, of pairs of different neurons, and what they are made of."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from homolog.measures._left_out import overlaps_without
from homolog.sampling._given import Floats
from homolog.sampling._unbiased import Sums, overlap, with_themselves, with_themselves_less


class Overlaps(NamedTuple):
    """Mean overlaps over pairs of different neurons: of both, of each with itself."""

    shared: Any
    reference: Any
    candidate: Any


def overlaps(
    x: Floats, y: Floats, samples: Sequence[bool]
) -> tuple[Overlaps, Overlaps, list[Overlaps]]:
    """Mean overlaps; the same with all pairs of neurons; and without each stimulus or neuron."""
    shared, reference, candidate = sums = _sums(x, y, samples)
    pairs = x.shape[1] * y.shape[1]
    one, fewer = (n * (n - 3) for n in (len(x), len(x) - 1))
    found = Overlaps(shared.whole / pairs / one, reference.mean / one, candidate.mean / one)
    stimuli = Overlaps(
        shared.less_stimulus / pairs / fewer,
        reference.less_stimulus / fewer,
        candidate.less_stimulus / fewer,
    )
    return (
        found,
        Overlaps(found.shared, reference.uncorrected / one, candidate.uncorrected / one),
        [stimuli, *_less_neurons(x, y, samples, sums)],
    )


def less_neurons(x: Floats, y: Floats, samples: Sequence[bool]) -> list[Overlaps]:
    """Mean overlaps without each neuron of the reference, and without each of the candidate.

    Of four stimuli or more; `overlaps` needs one more, to leave one out.
    """
    return _less_neurons(x, y, samples, _sums(x, y, samples))


def _sums(x: Floats, y: Floats, samples: Sequence[bool]) -> "tuple[Sums, _Own, _Own]":
    return overlap(x, y), _Own(x, samples[0]), _Own(y, samples[1])


def _less_neurons(
    x: Floats, y: Floats, samples: Sequence[bool], sums: "tuple[Sums, _Own, _Own]"
) -> list[Overlaps]:
    """Of a population that is no sample all neurons stay, so that the overlaps are the same."""
    shared, reference, candidate = sums
    n_x, n_y, one = x.shape[1], y.shape[1], len(x) * (len(x) - 3)
    less_x, less_y = (np.full(n, shared.whole / (n_x * n_y)) for n in (n_x, n_y))
    if samples[0]:
        less_x = (shared.whole - shared.of_neuron) / ((n_x - 1) * n_y)
    if samples[1]:
        less_y = (shared.whole - overlap(y, x).of_neuron) / (n_x * (n_y - 1))
    return [
        Overlaps(less_x / one, reference.less_neuron / one, candidate.mean / one),
        Overlaps(less_y / one, reference.mean / one, candidate.less_neuron / one),
    ]


class _Own:
    """Mean overlap of a population with itself, over pairs of different neurons if a sample."""

    def __init__(self, x: Floats, is_sample: bool) -> None:
        n, all_pairs, same = x.shape[1], overlap(x, x), with_themselves(x)
        self.uncorrected = all_pairs.whole / n**2
        if not is_sample:
            self.mean, self.less_stimulus = self.uncorrected, all_pairs.less_stimulus / n**2
            self.less_neuron = np.full(n, self.mean)
            return
        different = all_pairs.whole - same.whole
        self.mean = different / (n * (n - 1))
        self.less_stimulus = (all_pairs.less_stimulus - same.less_stimulus) / (n * (n - 1))
        of_neuron = 2 * (all_pairs.of_neuron - same.of_neuron)
        self.less_neuron = (different - of_neuron) / ((n - 1) * (n - 2))


def less_blocks(
    x: Floats, y: Floats, samples: Sequence[bool], block: NDArray[np.int64]
) -> Overlaps:
    """Mean overlaps without each block of stimuli, of centred responses of norm 1."""
    left = [np.flatnonzero(block == one) for one in range(int(block.max()) + 1)]
    shared, *owns = overlaps_without(x, y, left)[:, 1:]
    n_left = len(x) - np.bincount(block)
    own = [
        (mean - with_themselves_less(side, block) / (n_left * (n_left - 3))) / (n * (n - 1))
        if is_sample
        else mean / n**2
        for mean, side, is_sample, n in zip(
            owns, (x, y), samples, (x.shape[1], y.shape[1]), strict=True
        )
    ]
    return Overlaps(shared / (x.shape[1] * y.shape[1]), *own)


def between_blocks(
    found: Overlaps, less: Overlaps, sizes: NDArray[np.int64]
) -> tuple[Overlaps, Overlaps]:
    """Mean overlaps, and those without each block, less what stimuli of one block bring together.

    Stimuli that are nearly alike are nearly one stimulus that is met with itself, which makes
    everything look alike. The jackknife takes off what goes with the number of blocks.
    """
    whole, without = np.array(found), np.array(less)
    bias = (1 - len(sizes)) * whole + without @ (1 - sizes / sizes.sum())
    return Overlaps(*(whole - bias)), Overlaps(*(without - bias[:, None]))


def of_stimuli(
    x: Floats,
    y: Floats,
    samples: Sequence[bool],
    rows: NDArray[np.int64],
    others: NDArray[np.int64],
) -> Floats:
    """(3, row, other) what pairs of stimuli add to each of the mean overlaps, to leading order.

    Of centred responses; with the sums over neurons that `overlaps` leaves out left out.
    """
    sizes = x.shape[1], y.shape[1]
    grams = [_u_centred(side, rows, others) for side in (x, y)]
    own = [
        (gram * gram - side[rows] ** 2 @ (side[others] ** 2).T) / (n * (n - 1))
        if is_sample
        else gram * gram / n**2
        for gram, side, is_sample, n in zip(grams, (x, y), samples, sizes, strict=True)
    ]
    return np.array([grams[0] * grams[1] / (sizes[0] * sizes[1]), *own])


def _u_centred(x: Floats, rows: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
    """Entries off the diagonal of the U-centred Gram matrix of centred responses."""
    n, energy = len(x), np.vecdot(x, x)
    apart = (energy[rows, None] + energy[others]) / (n - 2)
    return x[rows] @ x[others].T + apart - energy.sum() / ((n - 1) * (n - 2))

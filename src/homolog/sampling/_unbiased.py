"""Overlaps of similarity structures as averages over different stimuli and different neurons.

The overlap U(K, L) of two Gram matrices is the sum of the products of their U-centred entries;
divided by M(M - 3) it is an average over quadruples of different stimuli, and so unbiased over
stimuli. A Gram matrix is a sum over neurons, K = sum of k_a with k_a = x_a x_a', and so is U. What
a few neurons distort are the terms U(k_a, k_a) of a population with itself: pairs of a neuron with
itself, of which a few neurons have many and a whole population next to none.

Everything comes from X, LX with L = YY', and power sums: nothing larger than the responses is held.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """A sum over neurons, whole and without each stimulus, and what each neuron adds.

    Attributes
    ----------
    whole
        The sum.
    less_stimulus
        (stimulus,) the sum over neurons when a stimulus is left out.
    of_neuron
        (neuron,) the terms that contain a neuron of the first population.
    """

    whole: float
    less_stimulus: Floats
    of_neuron: Floats


def overlap(x: Floats, y: Floats) -> Sums:
    """U(K, L) of two centred populations, with the terms of every neuron of the first."""
    shares = x * _through(y, x)
    one, other = _Rows(x), _Rows(y)
    n_stimuli = len(x)
    met = one.energy * other.energy
    off_diagonal = shares.sum() - met.sum()
    whole = _u(off_diagonal, one.total * other.total, one.rows @ other.rows, n_stimuli)
    of_stimulus = shares.sum(axis=1) - met
    rows = (
        one.rows @ other.rows
        - one.rows * other.rows
        - (y @ (y.T @ one.rows) - one.rows * other.energy)
        - (x @ (x.T @ other.rows) - other.rows * one.energy)
        + of_stimulus
    )
    totals = (one.total - 2 * one.rows) * (other.total - 2 * other.rows)
    less = _u(off_diagonal - 2 * of_stimulus, totals, rows, n_stimuli - 1)
    return Sums(float(whole), less, _of_neurons(x, shares.sum(axis=0), other))


def with_themselves(x: Floats) -> Sums:
    """The sum over neurons of U(k_a, k_a): every neuron's overlap with itself."""
    powers = [x**p for p in range(1, 5)]
    sums = [power.sum(axis=0) for power in powers]
    each = _with_itself(sums, len(x))
    less = [total - power for total, power in zip(sums, powers, strict=True)]
    return Sums(float(each.sum()), _with_itself(less, len(x) - 1).sum(axis=1), each)


def with_themselves_less(x: Floats, block: NDArray[np.int64]) -> Floats:
    """(block,) the same without each block of stimuli."""
    sizes = np.bincount(block)
    member = (block == np.arange(len(sizes))[:, None]).astype(np.float64)
    less = [power.sum(axis=0) - member @ power for power in (x**p for p in range(1, 5))]
    return _with_itself(less, (len(x) - sizes)[:, None]).sum(axis=1)


class _Rows:
    """Sums over the rows of a Gram matrix without its diagonal."""

    def __init__(self, x: Floats) -> None:
        self.energy = np.vecdot(x, x)
        self.rows = x @ x.sum(axis=0) - self.energy
        self.total = self.rows.sum()


def _through(y: Floats, x: Floats) -> Floats:
    """YY'X, by the smaller of YY' and Y'X."""
    return (y @ y.T) @ x if y.shape[1] > y.shape[0] else y @ (y.T @ x)


def _u(
    off_diagonal: Floats, totals: Floats, rows: Floats, n_stimuli: int | NDArray[np.int64]
) -> Floats:
    """The overlap of U-centred matrices from sums over their entries, rows and products."""
    n = n_stimuli
    return off_diagonal + totals / ((n - 1) * (n - 2)) - 2 * rows / (n - 2)


def _of_neurons(x: Floats, through: Floats, other: _Rows) -> Floats:
    """U(k_a, L) for every neuron, from x_a'Lx_a."""
    squares = x * x
    first = x.sum(axis=0)
    rows = first * (other.rows @ x) - other.rows @ squares
    totals = (first * first - squares.sum(axis=0)) * other.total
    return _u(through - other.energy @ squares, totals, rows, len(x))


def _with_itself(sums: list[Floats], n_stimuli: int | NDArray[np.int64]) -> Floats:
    """U(k_a, k_a) from sums of the first four powers of a neuron's responses."""
    one, two, three, four = sums
    rows = one * one * two - 2 * one * three + four
    return _u(two * two - four, (one * one - two) ** 2, rows, n_stimuli)

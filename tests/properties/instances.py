"""Costs of every kind that a matching has to get right, from sizes 1 × 1 to 80 × 80.

Each kind is a function of random numbers and a size. Half of them are what populations give
(correlations, rings, twins); the others are what breaks solvers: ties without end, scales at the
edge of what a float can hold, and arrays laid out in memory in unusual ways.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Rng = np.random.Generator
Kind = Callable[[Rng, int, int], NDArray]

# Equal, coprime, one a multiple of the other, sharing a divisor, and a single neuron on a side.
SIZES = [
    *[(1, 1), (2, 2), (17, 17), (64, 64), (80, 80)],
    *[(2, 3), (3, 2), (79, 80), (80, 79), (64, 63), (31, 80), (73, 8)],
    *[(2, 80), (40, 80), (72, 9), (80, 16), (12, 18), (75, 50)],
    *[(1, 2), (1, 80), (80, 1), (3, 1)],
]
LARGEST = 80


def responses(rng: Rng, n_neurons: int, n_stimuli: int = 24) -> NDArray:
    """Tuning curves drawn at random, each of mean 0 and norm 1."""
    curves = rng.normal(size=(n_stimuli, n_neurons))
    curves -= curves.mean(axis=0)
    return curves / np.linalg.norm(curves, axis=0)


def correlations(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Two populations that have nothing to do with each other."""
    return -responses(rng, n_x).T @ responses(rng, n_y)


def related(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """The second population: neurons of the first in another order, and noise."""
    x = responses(rng, n_x)
    y = x[:, rng.integers(n_x, size=n_y)] + 0.1 * responses(rng, n_y)
    return -x.T @ y


def duplicated(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Few distinct neurons on either side, each there many times."""
    distinct = responses(rng, 5), responses(rng, 4)
    x, y = (
        curves[:, rng.integers(len(curves.T), size=n)]
        for curves, n in zip(distinct, (n_x, n_y), strict=True)
    )
    return -x.T @ y


def indifferent(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Half of the rows and half of the columns cost the same with everyone."""
    costs = rng.normal(size=(n_x, n_y))
    costs[:, : n_y // 2] = rng.normal()
    costs[: n_x // 2] = rng.normal()
    return costs


def additive(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """A price for every row and for every column: all plans cost the same, up to rounding."""
    return rng.normal(size=(n_x, 1)) + rng.normal(size=(1, n_y))


def ties(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Zeros, ones and twos."""
    return rng.integers(0, 3, size=(n_x, n_y)).astype(float)


def nearly_ties(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Zeros, ones and twos that differ in the fifteenth digit."""
    return ties(rng, n_x, n_y) + 1e-15 * rng.normal(size=(n_x, n_y))


def rare(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Almost every pair costs 1; one in ten is free."""
    return (rng.random(size=(n_x, n_y)) < 0.9).astype(float)


def ring(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Cosine tuning, evenly spaced on a circle: every rotation of the plan is as good."""
    x, y = (np.arange(n) / n * 2 * np.pi for n in (n_x, n_y))
    return -np.cos(x[:, None] - y)


def identical(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """The same population twice, neurons repeated until there are enough."""
    x = responses(rng, n_x)
    return -x.T @ x[:, np.arange(n_y) % n_x]


def product(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Costs of rank one."""
    return np.outer(rng.normal(size=n_x), rng.normal(size=n_y))


def rectified(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Rectified tuning to the same two latents: many costs are exactly 0."""
    latents = rng.normal(size=(6, 2))
    x, y = (np.maximum(latents @ rng.normal(size=(2, n)), 0) for n in (n_x, n_y))
    return -x.T @ y


def zeros(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Nothing costs anything."""
    return np.zeros((n_x, n_y))


def equal(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Everything costs the same, a number that binary fractions do not hold."""
    return np.full((n_x, n_y), -0.1)


def huge(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Close to the largest float."""
    return 1e300 * rng.normal(size=(n_x, n_y))


def tiny(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Close to the smallest normal float."""
    return 1e-300 * rng.normal(size=(n_x, n_y))


def subnormal(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Below the smallest normal float, where digits are lost one by one."""
    return 1e-309 * rng.normal(size=(n_x, n_y))


def far_from_zero(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Small differences on top of a large number."""
    return 1e6 + rng.normal(size=(n_x, n_y))


def spread(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Twelve orders of magnitude in one matrix."""
    return 10.0 ** rng.uniform(-6, 6, size=(n_x, n_y)) * rng.choice([-1, 1], size=(n_x, n_y))


def whole_numbers(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Integers, of an integer type."""
    return rng.integers(-1000, 1000, size=(n_x, n_y))


def single_precision(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Correlations of type float32."""
    return correlations(rng, n_x, n_y).astype(np.float32)


def single_precision_ties(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """A ring of type float32, by columns in memory."""
    return np.asfortranarray(ring(rng, n_x, n_y).astype(np.float32))


def by_columns(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Column after column in memory."""
    return np.asfortranarray(correlations(rng, n_x, n_y))


def strided(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """Every other entry of every third row of something larger, from the end."""
    return rng.normal(size=(3 * n_x, 2 * n_y))[::-3, ::-2]


def single_precision_strided(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """The same of type float32."""
    return rng.normal(size=(2 * n_x, 3 * n_y)).astype(np.float32)[::2, 1::3]


def broadcast(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """One row in memory that stands for all of them."""
    return np.broadcast_to(rng.normal(size=n_y), (n_x, n_y))


def read_only(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """An array that must not be written to."""
    costs = rng.normal(size=(n_x, n_y))
    costs.flags.writeable = False
    return costs


def other_byte_order(rng: Rng, n_x: int, n_y: int) -> NDArray:
    """As read from a file that another kind of computer wrote."""
    return rng.normal(size=(n_x, n_y)).astype(np.dtype(np.float64).newbyteorder())


KINDS: dict[str, Kind] = {
    kind.__name__: kind
    for kind in (
        *(zeros, equal, ties, correlations, related, duplicated, indifferent, additive),
        *(nearly_ties, rare, ring, identical, product, rectified, huge, tiny, subnormal),
        *(far_from_zero, spread, whole_numbers, single_precision, single_precision_ties),
        *(by_columns, strided, single_precision_strided, broadcast, read_only, other_byte_order),
    )
}


@dataclass(frozen=True)
class Instance:
    """One problem, small to print and the same whenever it is drawn."""

    kind: str
    n_x: int
    n_y: int
    seed: int

    def costs(self) -> NDArray:
        """The (neuron_x, neuron_y) costs, made anew at each call."""
        rng = np.random.default_rng([crc32(self.kind.encode()), self.n_x, self.n_y, self.seed])
        return KINDS[self.kind](rng, self.n_x, self.n_y)


def batch(kind: str, n_instances: int, *, largest: int = LARGEST) -> Iterator[Instance]:
    """Every size of `SIZES` that is small enough, then sizes at random."""
    rng = np.random.default_rng(crc32(kind.encode()))
    sizes = [size for size in SIZES if max(size) <= largest]
    at_random = rng.integers(1, largest + 1, size=(n_instances, 2)).tolist()
    for seed, (n_x, n_y) in enumerate([*sizes, *at_random][:n_instances]):
        yield Instance(kind, n_x, n_y, seed)


def instances(largest: int = LARGEST) -> st.SearchStrategy[Instance]:
    """Any instance; a failing one shrinks to few neurons and to the plainest kind."""
    n_neurons = st.integers(1, largest)
    return st.builds(Instance, st.sampled_from(list(KINDS)), n_neurons, n_neurons, st.integers(0))


@contextmanager
def about(instance: Instance) -> Iterator[None]:
    """Say which of many instances it was that failed."""
    try:
        yield
    except Exception as failure:
        failure.add_note(f"in {instance}")
        raise

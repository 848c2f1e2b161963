"""Unbiased moments of the singular values of a cross-covariance.

With C = E[x y'] of centred responses, the sum of its singular values to the power 2p is
tr (C C')^p. A product of 2p different stimuli, x1 y1' y2 x2' x3 y3' ..., has that trace for its
mean. Averaged over all increasing sequences of stimuli it is a product of triangular matrices.
Differences of two stimuli stand for stimuli: their mean is 0 without anything being subtracted.
"""

from math import comb

import numpy as np
from numpy.typing import NDArray

from homolog.sampling._given import Floats

Blocks = list[NDArray[np.int64]]


def blocks_of(n_stimuli: int, n_blocks: int, rng: np.random.Generator) -> Blocks:
    """Stimuli in random blocks of nearly equal size."""
    order = rng.permutation(n_stimuli)
    return [order[one::n_blocks] for one in range(n_blocks)]


def differences(x: Floats, y: Floats, order: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Differences of neighbours in an order, of the variance of one stimulus; one may be left."""
    pairs = order[: len(order) // 2 * 2].reshape(-1, 2)
    dx, dy = ((side[pairs[:, 0]] - side[pairs[:, 1]]) / np.sqrt(2) for side in (x, y))
    return dx, dy


def moments(dx: Floats, dy: Floats, degree: int) -> Floats:
    """(degree,) unbiased estimates of sums of squared singular values to the power 1, 2, ….

    Parameters
    ----------
    dx, dy
        (difference, neuron) responses whose mean is 0, at least twice as many as `degree`.
    degree
        The highest power.
    """
    n, between_x = len(dx), dx @ dx.T
    later_x, later_y = np.triu(between_x, 1), np.triu(dy @ dy.T, 1)
    path, found = later_y, np.empty(degree)
    for p in range(1, degree + 1):
        found[p - 1] = np.vdot(path, between_x) / comb(n, 2 * p)
        if p < degree:
            path = path @ later_x @ later_y
    return found


def moments_and_without(
    x: Floats, y: Floats, blocks: Blocks, degree: int, n_orders: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Moments over several orders of the stimuli, and without each block of them.

    Differences are of stimuli of one block, so that a block can leave by itself.
    """
    whole, without = np.zeros(degree), np.zeros((len(blocks), degree))
    for _ in range(n_orders):
        drawn = [differences(x, y, rng.permutation(block)) for block in blocks]
        block = np.repeat(np.arange(len(blocks)), [len(dx) for dx, _ in drawn])
        order = rng.permutation(len(block))
        dx, dy = (np.concatenate(side)[order] for side in zip(*drawn, strict=True))
        whole += moments(dx, dy, degree)
        for one in range(len(blocks)):
            kept = block[order] != one
            without[one] += moments(dx[kept], dy[kept], degree)
    return whole / n_orders, without / n_orders

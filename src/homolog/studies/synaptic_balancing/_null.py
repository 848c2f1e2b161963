"""How large neural gradients would be if in-costs had nothing to do with out-costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS_A_TIME = 500


def permuted_norms(
    incoming: Floats, outgoing: Floats, draws: int, rng: np.random.Generator
) -> Floats:
    r"""Norms of the neural gradients when the rows of the cost matrix are permuted.

    .. math:: \|r_\pi - s\|

    A permutation of rows leaves every out-cost as it is and gives every neuron the in-cost of
    another, so that no more than the two sums are needed. It asks whether neurons with costly
    inputs have costly outputs.

    Parameters
    ----------
    incoming, outgoing
        (neuron,) r and s.
    draws
        Permutations.

    Returns
    -------
    norms
        (draw,), in the unit of cost.
    """
    squares = float(incoming @ incoming + outgoing @ outgoing)
    products = np.empty(draws)
    for first in range(0, draws, DRAWS_A_TIME):
        n = min(DRAWS_A_TIME, draws - first)
        shuffled = rng.permuted(np.broadcast_to(incoming, (n, len(incoming))), axis=1)
        products[first : first + n] = shuffled @ outgoing
    return np.sqrt(np.maximum(squares - 2 * products, 0.0))


def against(norm: float, norms: Floats) -> dict[str, float]:
    """Mean and deviation of the null, how many deviations away a norm is, and its share below.

    ``p`` counts the norm among the permuted ones: small where it is smaller than chance has it.
    """
    mean, std = float(norms.mean()), float(norms.std(ddof=1))
    below = float((norms <= norm).sum())
    return {
        "null_mean": mean,
        "null_std": std,
        "z": (norm - mean) / std if std > 0 else 0.0,
        "p": (1 + below) / (1 + len(norms)),
    }

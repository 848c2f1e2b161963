"""Least squares from many candidates at once, whatever their rank."""

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

_RESOLVED = 1e-12
"""Squared singular values below this fraction of the largest are rounding."""


def fitted(y: Reals, x: Reals) -> Reals:
    """Weights (candidate, neuron, reference neuron) of the least-squares fit of `x` from `y`.

    Parameters
    ----------
    y
        (candidate, stimulus, neuron) centred responses.
    x
        (stimulus, reference neuron) centred responses.
    """
    turned = y.swapaxes(1, 2)
    if y.shape[2] < y.shape[1]:
        return inverse(turned @ y) @ (turned @ x)
    return turned @ (inverse(y @ turned) @ x)


def inverse(gram: Reals) -> Reals:
    """Pseudo-inverses of (candidate, i, i) Gram matrices."""
    root = inverse_root(gram)
    return root @ root


def inverse_root(gram: Reals) -> Reals:
    """Symmetric square roots of the pseudo-inverses of Gram matrices."""
    squares, vectors = np.linalg.eigh(gram)
    kept = squares > _RESOLVED * squares[:, -1:]
    roots = np.where(kept, 1 / np.sqrt(np.where(kept, squares, 1)), 0)
    return (vectors * roots[:, None, :]) @ vectors.swapaxes(1, 2)

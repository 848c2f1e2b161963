"""Least squares from many candidates at once, whatever their rank."""

import numpy as np

from homolog._arrays import Reals

_RESOLVED = 1e-12
"""Squared singular values below this fraction of the largest are rounding."""

_WELL_CONDITIONED = 1e-4
"""Ratio of the entries of a Cholesky factor's diagonal above which no rank is in question."""


def fitted(y: Reals, x: Reals) -> tuple[Reals, Reals]:
    """Weights (candidate, neuron, reference neuron) of the least-squares fit of `x` from `y`.

    Beside them Y'X, of the same shape.

    Parameters
    ----------
    y
        (candidate, stimulus, neuron) centred responses.
    x
        (stimulus, reference neuron) centred responses.
    """
    turned = y.swapaxes(1, 2)
    cross = turned @ x
    if y.shape[2] < y.shape[1]:
        parts = zip(turned @ y, cross, strict=True)
        return np.stack([_solved(*part) for part in parts]), cross
    return turned @ np.stack([_solved(gram, x) for gram in y @ turned]), cross


def _solved(gram: Reals, cross: Reals) -> Reals:
    """The pseudo-inverse of a Gram matrix times a matrix, by Cholesky factors if they will do."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    try:
        factor = cho_factor(gram, lower=True, check_finite=False)
        sizes = factor[0].diagonal()
        if sizes.min() > _WELL_CONDITIONED * sizes.max():
            return cho_solve(factor, cross, check_finite=False)
    except LinAlgError:
        pass  # a rank below the number of neurons
    root = inverse_root(gram[None])[0]
    return root @ (root @ cross)


def inverse_root(gram: Reals) -> Reals:
    """Symmetric square roots of the pseudo-inverses of Gram matrices."""
    squares, vectors = np.linalg.eigh(gram)
    kept = squares > _RESOLVED * squares[:, -1:]
    roots = np.where(kept, 1 / np.sqrt(np.where(kept, squares, 1)), 0)
    return (vectors * roots[:, None, :]) @ vectors.swapaxes(1, 2)

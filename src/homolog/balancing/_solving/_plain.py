"""The inner loops of balancing without a compiler: as `_kernels`, by NumPy and SciPy.

Sweeps are not among them: neuron after neuron, they would be slow. `_simultaneous` takes their
place.
"""

import numpy as np
from scipy.sparse import csr_array

from homolog.balancing._graph import Reals


def products_dense(costs: Reals, right: Reals, left: Reals, inward: Reals, outward: Reals) -> None:
    """The matrix times `right`, and `left` times the matrix."""
    np.matmul(costs, right, out=inward)
    np.matmul(left, costs, out=outward)


def products_sparse(
    starts: Reals,
    places: Reals,
    costs: Reals,
    right: Reals,
    left: Reals,
    inward: Reals,
    outward: Reals,
) -> None:
    """As `products_dense`, for a sparse matrix."""
    starts, places = (one.view(f"i{one.itemsize}") for one in (starts, places))  # as SciPy has them
    matrix = csr_array((costs, places, starts), shape=(len(right), len(right)))
    inward[:] = matrix @ right
    outward[:] = matrix.T @ left


def widest_dense(costs: Reals, values: Reals) -> float:
    """The largest difference of `values` between two neurons that a synapse joins."""
    rows = (np.abs(values - here)[row > 0] for row, here in zip(costs, values, strict=True))
    return float(max(row.max(initial=0.0) for row in rows))


def widest_sparse(starts: Reals, places: Reals, costs: Reals, values: Reals) -> float:
    """As `widest_dense`, for a sparse matrix."""
    differences = np.abs(values[places] - np.repeat(values, np.diff(starts)))
    return float(differences[costs > 0].max(initial=0.0))

"""Square matrices, dense or CSR: checked once, and gone through a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog import errors

Floats = NDArray[np.floating[Any]]
Matrix = Any  # an array, or a CSR one of scipy, which publishes no types

ENTRIES_A_TIME = 1 << 20
"""Entries in hand at once, so that what is computed of a matrix costs no second one."""

ALLOWED = "finite real weights (neuron, neuron), an array or scipy CSR, of at least one neuron"


class Block(NamedTuple):
    """Some rows of a matrix: entries, and the row and column of each, broadcast."""

    where: slice  # of the first axis of `stored`
    values: Floats
    rows: NDArray[np.integer[Any]]
    columns: NDArray[np.integer[Any]]


def weight_matrix(given: Any, name: str = "recurrent") -> Matrix:
    """Weights of recurrent synapses, float32 or float64; anything else is HM053."""
    matrix = _read(given, name)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.shape[0]:
        raise errors.recurrent_misfit(name, f"of shape {tuple(matrix.shape)}", ALLOWED)
    if matrix.dtype not in (np.float32, np.float64):
        matrix = with_values(matrix, stored(matrix).astype(np.float64))
    if sparse.issparse(matrix) and not matrix.has_canonical_format:
        matrix = matrix.copy()  # what was given is left as it was
        matrix.sum_duplicates()
    for block in blocks(matrix):
        bad = ~np.isfinite(block.values)
        if bad.any():
            row, column = place(block, bad)
            got = f"{float(block.values[bad][0])} at ({row}, {column})"
            raise errors.recurrent_misfit(name, got, ALLOWED)
    return matrix


def stored(matrix: Matrix) -> Floats:
    """All entries of a dense matrix, (neuron, neuron), or the stored ones of CSR."""
    return matrix.data if sparse.issparse(matrix) else matrix


def with_values(matrix: Matrix, values: NDArray[Any]) -> Matrix:
    """The matrix with other entries at the same places."""
    if not sparse.issparse(matrix):
        return values
    return sparse.csr_array((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def blocks(matrix: Matrix) -> Iterator[Block]:
    """Go through the entries of a matrix, some rows at a time."""
    n_neurons = matrix.shape[0]
    if not sparse.issparse(matrix):
        step = max(1, ENTRIES_A_TIME // n_neurons)
        columns = np.arange(n_neurons)[None, :]
        for first in range(0, n_neurons, step):
            rows = np.arange(first, min(first + step, n_neurons))[:, None]
            where = slice(first, first + step)
            yield Block(where, matrix[where], rows, columns)
        return
    first = 0
    while first < n_neurons:
        most = matrix.indptr[first] + ENTRIES_A_TIME
        last = max(first + 1, int(np.searchsorted(matrix.indptr, most, side="right")) - 1)
        rows = np.repeat(np.arange(first, last), np.diff(matrix.indptr[first : last + 1]))
        where = slice(int(matrix.indptr[first]), int(matrix.indptr[last]))
        yield Block(where, matrix.data[where], rows, matrix.indices[where])
        first = last


def entrywise(matrix: Matrix, change: Callable[[Block], Any], dtype: Any) -> Matrix:
    """A matrix with every stored entry changed by itself; only the result is new."""
    values = np.empty(stored(matrix).shape, dtype)
    for block in blocks(matrix):
        values[block.where] = change(block)
    return with_values(matrix, values)


def place(block: Block, bad: NDArray[np.bool_]) -> tuple[int, int]:
    """Row and column of the first entry of a block that is bad."""
    rows, columns = (np.broadcast_to(axis, bad.shape) for axis in (block.rows, block.columns))
    return int(rows[bad][0]), int(columns[bad][0])


def _read(given: Any, name: str) -> Matrix:
    """An array or CSR of real numbers."""
    try:
        matrix = sparse.csr_array(given) if sparse.issparse(given) else np.asarray(given)
    except (ValueError, TypeError) as error:
        raise errors.recurrent_misfit(name, str(error), ALLOWED) from error
    if matrix.dtype.kind not in "biuf":
        raise errors.recurrent_misfit(name, f"of {matrix.dtype}", ALLOWED)
    return matrix

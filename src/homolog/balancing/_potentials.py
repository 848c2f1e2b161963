"""Potentials at the neurons of a network that conducts: linear systems with its Laplacian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import LinearOperator, cg, splu

from homolog import errors
from homolog.balancing._links import centred

Floats = NDArray[np.float64]

FEW_SYNAPSES = 6
"""Entries per row up to which a sparse factor stays sparse: rings, chains, planar graphs."""

MOST_ROUNDS = 1000
"""Conjugate gradients tried before the factor is computed after all."""


def potentials(laplacian: Any, currents: Floats, labels: NDArray[np.integer[Any]]) -> Floats:
    """Solve ``laplacian @ potentials = currents``, zero on average in every part.

    Parameters
    ----------
    laplacian
        (neuron, neuron), dense or CSR.
    currents
        (neuron,) or (neuron, n), with sum 0 in every part.
    labels
        (neuron,) the part of every neuron, of those that no conductance joins.

    Raises
    ------
    HomologError
        HM056 where rounding takes a part apart.

    Notes
    -----
    One neuron of every part is held at 0, which leaves a matrix that is positive definite
    and keeps the accuracy of small conductances beside large ones.
    """
    free = np.ones(len(labels), bool)
    free[np.unique(labels, return_index=True)[1]] = False
    found = np.zeros(currents.shape)
    if free.any():
        found[free] = _solved(laplacian[free][:, free], currents[free])
    return centred(found, labels)


def _solved(matrix: Any, right: Floats) -> Floats:
    if not sparse.issparse(matrix):
        return linalg.cho_solve(_dense_factor(matrix), right)
    if matrix.nnz > FEW_SYNAPSES * matrix.shape[0]:
        found = np.empty_like(right)
        pairs = zip(np.atleast_2d(found.T), np.atleast_2d(right.T), strict=True)
        if all(_conjugate_gradients(matrix, one, into=solution) for solution, one in pairs):
            return found
    return _factor(matrix).solve(right)


def _dense_factor(matrix: Floats) -> Any:
    try:
        factor = linalg.cho_factor(matrix)
    except linalg.LinAlgError:
        raise errors.weak_cut() from None
    _refuse_rounding(np.diag(factor[0]) ** 2, np.diag(matrix))
    return factor


def _factor(matrix: Any) -> Any:
    options = {"SymmetricMode": True}
    try:
        factor = splu(matrix.tocsc(), "MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    except RuntimeError:  # exactly singular
        raise errors.weak_cut() from None
    before = np.empty(matrix.shape[0])
    before[factor.perm_c] = matrix.diagonal()
    _refuse_rounding(factor.U.diagonal(), before)
    return factor


def _refuse_rounding(pivots: Floats, before: Floats) -> None:
    """Refuse what is left on the diagonal if it is rounding of what was there before."""
    if (pivots < 8 * np.finfo(np.float64).eps * before).any():
        raise errors.weak_cut()


def _conjugate_gradients(matrix: Any, right: Floats, *, into: Floats) -> bool:
    """Solve to rounding: once, and once more for what is left. Whether it did not crawl."""
    scale = 1 / matrix.diagonal()
    nearly_inverse = operator(len(scale), lambda x: scale * x)
    into[:] = 0.0
    for _ in range(2):
        left = right - matrix @ into
        step, failed = cg(matrix, left, rtol=1e-10, maxiter=MOST_ROUNDS, M=nearly_inverse)
        if failed:
            return False
        into += step
    return True


def operator(n: int, product: Callable[[Floats], Floats]) -> Any:
    """A matrix (n, n) of which only the product with a vector is known."""
    make: Any = LinearOperator  # whose types miss its arguments
    return make((n, n), matvec=product, dtype=np.float64)

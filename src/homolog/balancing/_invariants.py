"""What no rescaling of a recurrent network changes, and by which two networks can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog import errors
from homolog.balancing._matrix import Matrix, weight_matrix, with_values

LARGEST_SPECTRUM = 1000
"""Neurons up to which all eigenvalues are computed unless told otherwise."""

Cycle = tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """How far the invariants of two networks are apart; all 0 for two of one manifold.

    Attributes
    ----------
    eigenvalues
        The largest distance of two eigenvalues, matched as well as they can be, as a share
        of the largest modulus; None if they were not computed. Eigenvalues of matrices far
        from normal are known to fewer digits than their entries.
    products
        The largest difference of two logarithms of a product around a cycle; infinite if
        signs of a product differ; None if the two have not the same cycles.
    synapses
        How many synapses one network has and the other lacks.
    signs
        How many synapses that both have are of opposite sign.
    """

    eigenvalues: float | None
    products: float | None
    synapses: int
    signs: int


@dataclass(frozen=True, eq=False)
class Invariants:
    """What stays as it is under `transform`.

    Attributes
    ----------
    eigenvalues
        Complex, largest modulus first: all, those asked for, or none.
    cycles
        Neurons in the order in which signals pass them, without repeats; autapses left out.
    log_products
        (cycle,) logarithm of the absolute product of the weights around each cycle.
    product_signs
        (cycle,) 1 or -1.
    signs
        (neuron, neuron) CSR: 1 for an excitatory synapse, -1 for an inhibitory one.
    """

    eigenvalues: NDArray[np.complex128]
    cycles: tuple[Cycle, ...]
    log_products: NDArray[np.float64]
    product_signs: NDArray[np.int8]
    signs: Any

    def difference(self, other: Invariants) -> Difference:
        """Compare with the invariants of another network of as many neurons.

        Raises
        ------
        HomologError
            HM025 for another number of neurons or of eigenvalues.
        """
        for what, mine, its in (
            ("neurons", self.signs.shape[0], other.signs.shape[0]),
            ("eigenvalues", len(self.eigenvalues), len(other.eigenvalues)),
        ):
            if mine != its:
                raise errors.bad_value(f"{what} of the other invariants", its, f"{mine}, as here")
        opposite = int((self.signs.multiply(other.signs) < 0).sum())
        changed = int((abs(self.signs) != abs(other.signs)).sum())
        return Difference(_spectra(self, other), _products(self, other), changed, opposite)


def invariants(
    recurrent: Any,
    *,
    n_cycles: int = 32,
    n_eigenvalues: int | None = None,
    rng: int | np.random.Generator = 0,
) -> Invariants:
    """Compute what no rescaling of the neurons changes.

    Eigenvalues, which synapses there are, their signs, and the product of weights around
    cycles. Cycles are drawn at random: networks with the same synapses get the same cycles
    from the same seed, so that a difference proves that one network cannot be rescaled into
    the other, while a few cycles that agree do not prove that it can.

    Parameters
    ----------
    recurrent
        (neuron, neuron) weights, [i, j] from j to i; an array or scipy CSR.
    n_cycles
        Cycles drawn; none are found where the graph has none.
    n_eigenvalues
        How many, of the largest modulus. None for all up to 1,000 neurons and none beyond,
        where all would take a dense matrix and time of its third power; there, a number
        much below that of neurons is computed without one.
    rng
        Seed or generator of the cycles.

    Raises
    ------
    HomologError
        HM053 for weights, HM025 for numbers that are not such, or for more eigenvalues of a
        large network than can be computed.
    """
    recurrent = weight_matrix(recurrent)
    n_neurons = recurrent.shape[0]
    n_cycles = _whole("n_cycles", n_cycles, None)
    if n_eigenvalues is None:
        n_eigenvalues = n_neurons if n_neurons <= LARGEST_SPECTRUM else 0
    wanted = _whole("n_eigenvalues", n_eigenvalues, n_neurons)
    graph = sparse.csr_array(recurrent, copy=True)
    graph.eliminate_zeros()
    cycles = _cycles(graph, n_cycles, np.random.default_rng(rng))
    logs, product_signs = _around(graph, cycles)
    signs = with_values(graph, np.sign(graph.data).astype(np.int8))
    return Invariants(_eigenvalues(recurrent, wanted), cycles, logs, product_signs, signs)


def _whole(name: str, given: Any, most: int | None) -> int:
    allowed = "a whole number from 0 on" if most is None else f"a whole number from 0 to {most}"
    whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not whole or given < 0 or (most is not None and given > most):
        raise errors.bad_value(name, given, allowed)
    return int(given)


def _eigenvalues(recurrent: Matrix, wanted: int) -> NDArray[np.complex128]:
    n_neurons = recurrent.shape[0]
    if not wanted:
        return np.zeros(0, np.complex128)
    if n_neurons <= LARGEST_SPECTRUM or wanted > n_neurons - 2:
        whole = recurrent.toarray() if sparse.issparse(recurrent) else recurrent
        found = np.linalg.eigvals(whole.astype(np.float64))
    else:
        from scipy.sparse.linalg import ArpackNoConvergence, eigs

        start = np.random.default_rng(0).standard_normal(n_neurons)
        # With some to spare, for the method can pass over one that is hardly larger.
        spare = min(2 * wanted + 10, n_neurons - 2)
        try:
            found = eigs(recurrent.astype(np.float64), spare, v0=start, return_eigenvectors=False)
        except ArpackNoConvergence as error:
            allowed = f"at most {len(error.eigenvalues)} for these weights: no more converged"
            raise errors.bad_value("n_eigenvalues", wanted, allowed) from error
    order = np.argsort(-np.abs(found), kind="stable")
    return found[order[:wanted]].astype(np.complex128)


def _cycles(graph: Matrix, n_cycles: int, rng: np.random.Generator) -> tuple[Cycle, ...]:
    """Cycles met by random walks inside strongly connected components."""
    from scipy.sparse.csgraph import connected_components

    _, labels = connected_components(graph, directed=True, connection="strong")
    onward = sparse.csr_array(graph.T)  # row j: the neurons that neuron j speaks to
    inside = np.flatnonzero(np.bincount(labels)[labels] > 1)
    if not len(inside):
        return ()
    return tuple(_walk(onward, labels, int(rng.choice(inside)), rng) for _ in range(n_cycles))


def _walk(onward: Matrix, labels: NDArray[Any], start: int, rng: np.random.Generator) -> Cycle:
    """The loop that a walk closes when it first meets itself."""
    path, position = [start], {start: 0}
    while True:
        here = path[-1]
        next_to = onward.indices[onward.indptr[here] : onward.indptr[here + 1]]
        allowed = next_to[(labels[next_to] == labels[here]) & (next_to != here)]
        there = int(rng.choice(allowed))
        if there in position:
            return tuple(path[position[there] :])
        position[there] = len(path)
        path.append(there)


def _around(graph: Matrix, cycles: Sequence[Cycle]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Logarithm and sign of the product of weights around each cycle."""
    logs, signs = np.zeros(len(cycles)), np.ones(len(cycles), np.int8)
    for k, cycle in enumerate(cycles):
        onto = (*cycle[1:], cycle[0])
        weights = np.array([graph[i, j] for j, i in zip(cycle, onto, strict=True)], np.float64)
        logs[k] = np.log(np.abs(weights)).sum()
        signs[k] = np.sign(weights).prod()
    return logs, signs


def _spectra(one: Invariants, other: Invariants) -> float | None:
    """The largest distance of eigenvalues matched in pairs, relative."""
    from scipy.optimize import linear_sum_assignment

    if not len(one.eigenvalues):
        return None
    mine, its = _upper(one.eigenvalues), _upper(other.eigenvalues)
    apart = np.abs(mine[:, None] - its[None, :])
    largest = max(np.abs(mine).max(), np.abs(its).max())
    return float(apart[linear_sum_assignment(apart)].max() / (largest or 1.0))


def _upper(eigenvalues: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Each of a conjugate pair as the upper one, of which the last may have lost its partner."""
    return eigenvalues.real + 1j * np.abs(eigenvalues.imag)


def _products(one: Invariants, other: Invariants) -> float | None:
    if one.cycles != other.cycles:
        return None
    if not (one.product_signs == other.product_signs).all():
        return float("inf")
    return float(np.abs(one.log_products - other.log_products).max(initial=0.0))

"""Dense and sparse costs behind one face: what the methods ask of a matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType
from typing import Protocol

import numpy as np

from homolog.balancing._graph import Reals

SMALL = 500_000
"""Entries up to which loops follow places without a sign twice as fast; where memory is what they
wait for, they are slower so."""


class Costs(Protocol):
    """A matrix of costs without a diagonal."""

    @property
    def values(self) -> Reals:
        """The costs, in an array of any shape."""
        ...

    @property
    def n_neurons(self) -> int:
        """Rows."""
        ...

    @property
    def n_synapses(self) -> int:
        """Entries that a pass goes over."""
        ...

    def products(self, right: Reals, left: Reals) -> tuple[Reals, Reals]:
        """The matrix times `right`, and `left` times the matrix."""
        ...

    def sweep(self, scales: Reals, inverse: Reals, outward: Reals) -> tuple[float, float]:
        """One of Osborne's sweeps; the vectors are changed in place."""
        ...

    def widest(self, values: Reals) -> float:
        """The largest difference between two neurons that a synapse joins."""
        ...

    def entries(self) -> tuple[Reals, Reals]:
        """Rows and columns of what costs anything."""
        ...

    def logarithms(self, log_scales: Reals) -> Reals:
        """Of the costs at other scales, however far; of none, minus infinity."""
        ...

    def of_logarithms(self, logarithms: Reals) -> Costs:
        """The same synapses with other costs; `logarithms` is used up."""
        ...

    def factored(self, scales: Reals, kept: Reals, degrees: Reals, right: Reals) -> Reals:
        """The Laplacian at scales, of the neurons that are kept, solved for one right side."""
        ...


@dataclass(frozen=True, eq=False)
class Dense:
    """Costs as (neuron, neuron)."""

    values: Reals

    @property
    def n_neurons(self) -> int:
        """Rows."""
        return len(self.values)

    @property
    def n_synapses(self) -> int:
        """Entries that a pass goes over."""
        return self.values.size

    def products(self, right: Reals, left: Reals) -> tuple[Reals, Reals]:
        """The matrix times `right`, and `left` times the matrix."""
        inward, outward = np.empty_like(right), np.empty_like(left)
        loops().products_dense(self.values, right, left, inward, outward)
        return inward, outward

    def sweep(self, scales: Reals, inverse: Reals, outward: Reals) -> tuple[float, float]:
        """One of Osborne's sweeps; the vectors are changed in place."""
        return loops().sweep_dense(self.values, scales, inverse, outward)

    def widest(self, values: Reals) -> float:
        """The largest difference between two neurons that a synapse joins."""
        return float(loops().widest_dense(self.values, values))

    def entries(self) -> tuple[Reals, Reals]:
        """Rows and columns of what costs anything."""
        rows, columns = np.nonzero(self.values)
        return rows, columns

    def logarithms(self, log_scales: Reals) -> Reals:
        """Of the costs at other scales, however far; of none, minus infinity."""
        with np.errstate(divide="ignore"):
            values = np.log(self.values)
        values += log_scales
        values -= log_scales[:, None]
        return values

    def of_logarithms(self, logarithms: Reals) -> Dense:
        """The same synapses with other costs; `logarithms` is used up."""
        return Dense(np.exp(logarithms, out=logarithms))

    def factored(self, scales: Reals, kept: Reals, degrees: Reals, right: Reals) -> Reals:
        """The Laplacian at scales, of the neurons that are kept, solved for one right side."""
        from scipy.linalg import cho_factor, cho_solve

        laplacian = self.values[np.ix_(kept, kept)] * scales[kept] / scales[kept, None]
        laplacian = -laplacian - laplacian.T
        np.fill_diagonal(laplacian, degrees[kept])
        factor = cho_factor(laplacian, lower=True, overwrite_a=True, check_finite=False)
        return cho_solve(factor, right, check_finite=False)


@dataclass(frozen=True, eq=False)
class Sparse:
    """Costs row by row: where rows begin, the columns of their entries, and these."""

    starts: Reals
    places: Reals
    values: Reals

    @property
    def n_neurons(self) -> int:
        """Rows."""
        return len(self.starts) - 1

    @property
    def n_synapses(self) -> int:
        """Entries that a pass goes over."""
        return len(self.values)

    @property
    def _arrays(self) -> tuple[Reals, Reals, Reals]:
        """What the loops take: in small matrices, places as numbers without a sign."""
        if len(self.values) > SMALL:
            return self.starts, self.places, self.values
        starts, places = (one.view(f"u{one.itemsize}") for one in (self.starts, self.places))
        return starts, places, self.values

    def products(self, right: Reals, left: Reals) -> tuple[Reals, Reals]:
        """The matrix times `right`, and `left` times the matrix."""
        inward, outward = np.empty_like(right), np.empty_like(left)
        loops().products_sparse(*self._arrays, right, left, inward, outward)
        return inward, outward

    def sweep(self, scales: Reals, inverse: Reals, outward: Reals) -> tuple[float, float]:
        """One of Osborne's sweeps; the vectors are changed in place."""
        return loops().sweep_sparse(*self._arrays, scales, inverse, outward)

    def widest(self, values: Reals) -> float:
        """The largest difference between two neurons that a synapse joins."""
        return float(loops().widest_sparse(*self._arrays, values))

    def entries(self) -> tuple[Reals, Reals]:
        """Rows and columns of what costs anything."""
        rows = np.repeat(np.arange(self.n_neurons), np.diff(self.starts))
        return rows[self.values > 0], self.places[self.values > 0]

    def logarithms(self, log_scales: Reals) -> Reals:
        """Of the costs at other scales, however far."""
        values = np.log(self.values)
        values += log_scales[self.places]
        values -= np.repeat(log_scales, np.diff(self.starts))
        return values

    def of_logarithms(self, logarithms: Reals) -> Sparse:
        """The same synapses with other costs; `logarithms` is used up."""
        return replace(self, values=np.exp(logarithms, out=logarithms))

    def factored(self, scales: Reals, kept: Reals, degrees: Reals, right: Reals) -> Reals:
        """The Laplacian at scales, of the neurons that are kept, solved for one right side."""
        from scipy.sparse import csc_array, csr_array, diags_array
        from scipy.sparse.linalg import splu

        shape = (self.n_neurons, self.n_neurons)
        base = csr_array((self.values, self.places, self.starts), shape=shape)[kept][:, kept]
        costs = diags_array(1 / scales[kept]) @ base @ diags_array(scales[kept])
        laplacian = csc_array(diags_array(degrees[kept]) - costs - costs.T)
        options = {"SymmetricMode": True}
        factor = splu(laplacian, "MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
        return factor.solve(right)


def loops() -> ModuleType:
    """The compiled loops, or the same without a compiler."""
    try:
        from homolog.balancing._solving import _kernels
    except ImportError:
        from homolog.balancing._solving import _plain

        return _plain
    return _kernels

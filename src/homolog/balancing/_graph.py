"""A matrix of costs as a graph: checked, without its diagonal, and in its strong components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

Reals = Any
"""float64 arrays, of whose entries NumPy's own types are not sure."""


def is_sparse(matrix: object) -> bool:
    """Whether it is a sparse matrix or array of SciPy."""
    # Whoever holds one has loaded SciPy; nobody else need.
    return hasattr(matrix, "tocsr") and hasattr(matrix, "nnz")


def checked_costs(costs: Any, what: str = "costs") -> Any:
    """A square matrix of costs in float64, dense or CSR.

    Parameters
    ----------
    costs
        (neuron, neuron), ``costs[i, j]`` of the synapse from j to i: an array of any library that
        NumPy reads, or a sparse matrix.
    what
        How the error names it.

    Raises
    ------
    HomologError
        HM051 if it is empty, not square, not real, not finite, or negative anywhere.
    """
    matrix: Any = costs.tocsr() if is_sparse(costs) else array_of(costs, what)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise errors.bad_costs(what, f"shape {matrix.shape}", "Give (neuron, neuron).")
    if matrix.shape[0] == 0:
        raise errors.bad_costs(what, "no neurons", "Give at least one.")
    if matrix.dtype.kind not in "buif":
        raise errors.bad_costs(what, f"dtype {matrix.dtype}", "Costs are real numbers: a·|J|^p.")
    matrix = matrix.astype(np.float64, copy=False)
    if is_sparse(matrix) and not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    _refuse_values(matrix.data if is_sparse(matrix) else matrix, matrix, what)
    return matrix


def array_of(given: Any, what: str) -> Reals:
    """An array of any numbers; HM051 for what NumPy cannot read."""
    given = given.detach() if hasattr(given, "detach") else given
    try:
        return np.asarray(given)
    except (ValueError, TypeError, RuntimeError) as error:
        raise errors.bad_costs(what, f"no array ({error})", "Give numbers.") from error


def _refuse_values(values: Reals, matrix: Any, what: str) -> None:
    """Refuse costs that are not finite, or negative. The sum tells most of it in one pass."""
    with np.errstate(over="ignore"):
        total = values.sum()
    if values.size == 0 or (np.isfinite(total) and values.min() >= 0):
        return
    bad = ~np.isfinite(values)
    if bad.any():
        remedy = "Remove the neurons, or set the costs to 0 where there is no synapse."
        raise errors.bad_costs(what, f"{values[bad][0]} at {_place(matrix, bad)}", remedy)
    bad = values < 0
    if bad.any():
        remedy = "Costs are a·|J|^p with a ≥ 0: homolog.balancing.l2().of(weights) makes them."
        raise errors.bad_costs(what, f"{values[bad][0]:g} at {_place(matrix, bad)}", remedy)
    raise errors.bad_costs(what, "a sum beyond the range of float64", "Divide them all by one.")


def _place(matrix: Any, bad: NDArray[np.bool_]) -> tuple[int, int]:
    if not is_sparse(matrix):
        row, column = np.argwhere(bad)[0]
        return int(row), int(column)
    entry = int(np.flatnonzero(bad)[0])
    row = np.searchsorted(matrix.indptr, entry, side="right") - 1
    return int(row), int(matrix.indices[entry])


@dataclass(frozen=True, eq=False)
class Components:
    """Sets of neurons each of which reaches every other along synapses that cost something.

    Attributes
    ----------
    labels
        (neuron,) which component each is in.
    levels
        (component,) synapses between components on the longest way to it; 0 for those that no
        other reaches.
    crossing
        (synapse,) rows and columns of the synapses between components, in two arrays.
    """

    labels: NDArray[np.intp]
    levels: NDArray[np.intp]
    crossing: tuple[NDArray[np.intp], NDArray[np.intp]]

    @property
    def sizes(self) -> NDArray[np.intp]:
        """Neurons of each."""
        return np.bincount(self.labels, minlength=len(self.levels))


NOWHERE = np.zeros(0, np.intp)


def strong_components(costs: Any) -> Components:
    """The strong components of a matrix of costs, and what joins them.

    Parameters
    ----------
    costs
        As `checked_costs` gives it; entries of 0 are no synapses.
    """
    n = costs.shape[0]
    if not is_sparse(costs) and _all_reach_all(costs):
        return Components(np.zeros(n, np.intp), np.zeros(1, np.intp), (NOWHERE, NOWHERE))
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = csr_array(costs)
    if graph.nnz and graph.data.min() == 0:
        graph = graph.copy()
        graph.eliminate_zeros()
    # The other way round costs SciPy nothing and leaves components as they are.
    count, found = connected_components(graph, directed=True, connection="strong")
    labels = found.astype(np.intp)
    if count == 1:
        return Components(labels, np.zeros(1, np.intp), (NOWHERE, NOWHERE))
    rows = np.repeat(np.arange(n), np.diff(graph.indptr))
    columns = graph.indices.astype(np.intp)
    between = labels[rows] != labels[columns]
    rows, columns = rows[between], columns[between]
    return Components(labels, _levels(count, labels[columns], labels[rows]), (rows, columns))


def _all_reach_all(costs: NDArray[np.float64]) -> bool:
    """Whether a dense graph is one strong component: often so, and then seen at once."""
    return all(_reaches_all(way) for way in (costs, costs.T))


def _reaches_all(costs: NDArray[np.float64]) -> bool:
    """Whether a walk along rows gets everywhere from the first neuron."""
    reached = np.zeros(len(costs), bool)
    reached[0] = True
    fresh = reached
    while fresh.any() and not reached.all():
        fresh = (costs[fresh] > 0).any(0) & ~reached
        reached = reached | fresh
    return bool(reached.all())


def no_equilibrium(costs: Any, components: Components) -> errors.HomologError:
    """What keeps a graph of costs from having one."""
    out = np.asarray((costs > 0).sum(0)).ravel() - (costs.diagonal() > 0)
    into = np.asarray((costs > 0).sum(1)).ravel() - (costs.diagonal() > 0)
    rows, columns = components.crossing
    between = float(np.asarray(costs[rows, columns]).sum())
    silent, source = (np.flatnonzero(one == 0).tolist() for one in (out, into))
    sizes = np.sort(components.sizes)[::-1].tolist()
    return errors.reducible(sizes, silent, source, len(rows), between)


def _levels(count: int, first: NDArray[np.intp], then: NDArray[np.intp]) -> NDArray[np.intp]:
    """Longest ways in a graph without cycles, from `first` to `then`."""
    from scipy.sparse import csr_array

    arcs = csr_array((np.ones(len(first), np.int64), (first, then)), shape=(count, count))
    waiting = np.bincount(arcs.indices, minlength=count)  # duplicates were summed to one entry
    levels = np.zeros(count, np.intp)
    ready = np.flatnonzero(waiting == 0)
    while len(ready):
        after = arcs[ready].indices
        origin = np.repeat(ready, np.diff(arcs.indptr)[ready])
        np.maximum.at(levels, after, levels[origin] + 1)
        np.subtract.at(waiting, after, 1)
        ready = np.unique(after[waiting[after] == 0])
    return levels

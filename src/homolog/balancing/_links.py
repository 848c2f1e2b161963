"""The synapses of a matrix of costs as a list, whether the matrix is dense or CSR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from homolog.balancing._graph import no_equilibrium, strong_components


@dataclass(frozen=True, eq=False)
class Links:
    """Links that cost something, autapses left out: they take no part in any balance.

    Attributes
    ----------
    n_neurons
        Of the network.
    post, pre
        (synapse,) the neuron that each leads to, and the one that it comes from.
    cost
        (synapse,) above 0.
    """

    n_neurons: int
    post: NDArray[np.integer[Any]]
    pre: NDArray[np.integer[Any]]
    cost: NDArray[np.float64]

    def onto(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of `values` over the synapses onto each neuron."""
        return _sums(self.post, values, self.n_neurons)

    def out_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of `values` over the synapses from each neuron."""
        return _sums(self.pre, values, self.n_neurons)

    def matrix(self, values: NDArray[np.float64]) -> Any:
        """CSR (neuron, neuron) with one of `values` for each synapse."""
        shape = (self.n_neurons, self.n_neurons)
        return sparse.csr_array((values, (self.post, self.pre)), shape=shape)

    def kept(self, where: NDArray[np.bool_]) -> Links:
        """Some of them."""
        return Links(self.n_neurons, self.post[where], self.pre[where], self.cost[where])


def _sums(neurons: NDArray[Any], values: Any, n: int) -> Any:
    return np.bincount(neurons, values, n)


def links_of(costs: Any) -> Links:
    """List the synapses of a matrix as `checked_costs` gives it."""
    if sparse.issparse(costs):
        entries = costs.tocoo()
        post, pre, cost = entries.row, entries.col, entries.data
    else:
        post, pre = np.nonzero(costs)
        cost = costs[post, pre]
    listed = Links(costs.shape[0], post, pre, cost)
    return listed.kept((post != pre) & (cost > 0))


def parts(synapses: Links) -> tuple[int, NDArray[np.integer[Any]]]:
    """How many parts of the network no synapse joins, and the part of every neuron."""
    return connected_components(synapses.matrix(np.ones(len(synapses.cost))), directed=False)


def centred(values: NDArray[np.float64], labels: NDArray[np.integer[Any]]) -> Any:
    """Values less their mean over each part, (neuron,) or (neuron, n)."""
    sizes = np.bincount(labels)
    columns = values.reshape(len(labels), -1).T
    means = [np.bincount(labels, column, len(sizes)) / sizes for column in columns]
    return values - np.stack(means, axis=-1)[labels].reshape(values.shape)


def refuse_reducible(costs: Any) -> None:
    """HM050 if some neuron reaches another and is not reached back."""
    components = strong_components(costs)
    if len(components.crossing[0]):
        raise no_equilibrium(costs, components)

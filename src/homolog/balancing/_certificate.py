"""Proof of how far a total cost is from the lowest: a bound from below by duality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order

from homolog.balancing._graph import checked_costs, strong_components
from homolog.balancing._links import Links, links_of
from homolog.balancing._potentials import potentials
from homolog.balancing.diffusion import laplacian
from homolog.errors import HomologError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Certificate:
    r"""What proves that no rescaling makes the total cost much lower.

    Attributes
    ----------
    cost
        C, the total cost of the network that was given.
    lower
        No rescaling makes the total cost lower than this.
    gap
        :math:`\log(C / \text{lower})`, 0 at an equilibrium: the cost is within a factor
        :math:`e^\text{gap}` of the lowest. Infinite where `lower` is 0.
    imbalance
        The largest difference between what enters and what leaves a neuron in the
        circulation that proves it, which carries 1 in all: rounding, at most some 1e-15.
    """

    cost: float
    lower: float
    gap: float
    imbalance: float


def certificate(costs: Any) -> Certificate:
    r"""Bound the lowest total cost from below, sharply where a network is nearly balanced.

    For every circulation f (as much enters as leaves each neuron, 1 in all)

    .. math:: \log C^* \geq \sum_{ij} f_{ij} \log (c_{ij} / f_{ij})

    and the best f is that of the costs at the equilibrium, divided by their sum.

    Parameters
    ----------
    costs
        (neuron, neuron) costs as far as they are balanced, [i, j] from j to i; an array or
        scipy CSR. Any rescaling of them has the same lowest cost.

    Returns
    -------
    certificate
        True of any costs, and sharp to the square of ‖g‖/C near an equilibrium. Of costs that
        have none, it bounds their infimum, and only synapses within strong components count.

    Raises
    ------
    HomologError
        HM051 for costs that are not such.

    Notes
    -----
    How the costs become a circulation: one step of Newton's method, as far as it leaves all
    flows positive, moves most of what is left over along all synapses. The rest, which no
    step removes to the last digit, is sent along the branches of two trees, from neurons
    that receive too much to one root and from there to neurons that receive too little. Only
    flows are added, none is taken away, so that the result is a circulation whatever came in.
    """
    costs = checked_costs(costs)
    total, own = float(costs.sum()), costs.diagonal()
    if total == 0:
        return Certificate(0.0, 0.0, 0.0, 0.0)
    components = strong_components(costs)
    synapses = links_of(costs)
    labels = components.labels
    synapses = synapses.kept(labels[synapses.post] == labels[synapses.pre])
    flow = _circulation(synapses, synapses.cost / total, labels)
    own = own[own > 0]
    flows, against = np.r_[flow, own / total], np.r_[synapses.cost, own]
    whole = float(flows.sum())
    if whole == 0:
        return Certificate(total, 0.0, np.inf, 0.0)
    flows = flows / whole
    proof = float((flows * np.log(against / total / flows)).sum())
    left = np.abs(synapses.onto(flow) - synapses.out_of(flow)).max() / whole
    return Certificate(total, total * float(np.exp(proof)), max(-proof, 0.0), float(left))


def _circulation(synapses: Links, flow: Floats, labels: NDArray[np.intp]) -> Floats:
    """A circulation near a flow along synapses within strong components."""
    if len(flow) == 0:
        return flow
    flow = _stepped(synapses, flow, labels)
    for transposed in (False, True):
        flow = flow + _along_tree(synapses, flow, labels, transposed=transposed)
    return flow


def _stepped(synapses: Links, flow: Floats, labels: NDArray[np.intp]) -> Floats:
    """Newton's step of the flow: exact but for rounding, where it keeps all flows positive."""
    excess = synapses.onto(flow) - synapses.out_of(flow)
    try:
        step = potentials(laplacian(synapses.matrix(flow)), excess, labels)
    except HomologError:  # a cut too weak for it; the trees do without
        return flow
    change = step[synapses.pre] - step[synapses.post]
    steepest = -min(float(change.min()), 0.0)
    return flow * (1 + min(1.0, 0.5 / steepest if steepest else 1.0) * change)


def _along_tree(
    synapses: Links, flow: Floats, labels: NDArray[np.intp], *, transposed: bool
) -> Floats:
    """Flow along a tree in every component that takes what is too much to the root.

    With `transposed`, what brings from the root where there is too little.
    """
    excess = synapses.onto(flow) - synapses.out_of(flow)
    start, end = (synapses.pre, synapses.post) if transposed else (synapses.post, synapses.pre)
    order, nearer = _tree(synapses.n_neurons, start, end, labels)
    carried = np.maximum(-excess if transposed else excess, 0.0).tolist()
    for neuron in reversed(order):
        if nearer[neuron] < synapses.n_neurons:
            carried[nearer[neuron]] += carried[neuron]
    on_tree = np.asarray(nearer)[end] == start
    return np.where(on_tree, np.asarray(carried)[end], 0.0)


def _tree(
    n: int, start: NDArray[np.integer[Any]], end: NDArray[np.integer[Any]], labels: Any
) -> tuple[list[int], list[int]]:
    """Neurons by their distance from the roots, and the one before each on the way from there.

    The first neuron of every component is its root; before it comes n.
    """
    roots = np.unique(labels, return_index=True)[1]
    pairs = (np.r_[start, np.full(len(roots), n)], np.r_[end, roots])
    graph = sparse.csr_array((np.ones(len(pairs[0])), pairs), shape=(n + 1, n + 1))
    order, before = breadth_first_order(graph, n, directed=True, return_predecessors=True)
    return order[1:].tolist(), before[:n].tolist()

"""Product balancing: equal products of incoming and outgoing costs, by one linear system."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog.balancing._checks import positive
from homolog.balancing._graph import checked_costs
from homolog.balancing._links import links_of, parts
from homolog.balancing._potentials import potentials
from homolog.balancing.diffusion import laplacian


def product_balance(costs: Any, power: float = 2.0) -> NDArray[np.float64]:
    r"""Log-scales at which incoming costs multiply to the same as outgoing ones.

    .. math:: \sum_j \log c_{kj}(h) = \sum_i \log c_{ik}(h) \quad \text{for every neuron } k

    over the synapses that there are, autapses aside. The sum of squared logarithms of all
    costs is then as low as it can be.

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR.
    power
        p of the cost.

    Returns
    -------
    h
        (neuron,) with sum 0 in each part that no synapse joins to another.

    Raises
    ------
    HomologError
        HM051 for costs, HM025 for a power that are not such.

    Notes
    -----
    Linear in the logarithms, with the Laplacian of the graph that has a 1 for each synapse,
    so it exists for every network: one-way joints do no harm. A synapse of cost 1e-30 counts
    as much as any other, which is why the total cost may even rise. Rothblum and Zenios 1992,
    https://doi.org/10.1016/0024-3795(92)90338-D.
    """
    costs, power = checked_costs(costs), positive("power", power)
    synapses = links_of(costs)
    _, labels = parts(synapses)
    ones = synapses.matrix(np.ones(len(synapses.cost)))
    graph = laplacian(ones if sparse.issparse(costs) else ones.toarray())
    logs = np.log(synapses.cost)
    return potentials(graph, synapses.onto(logs) - synapses.out_of(logs), labels) / power

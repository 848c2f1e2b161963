"""What comes in, what goes out, and the difference: the neural gradient that balancing follows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog.balancing._graph import checked_costs
from homolog.balancing._matrix import Matrix, blocks


def in_costs(costs: Any) -> NDArray[np.float64]:
    r"""Cost of all synapses onto each neuron, :math:`r_k = \sum_j c_{kj}`, autapse included.

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR.

    Raises
    ------
    HomologError
        HM051 for costs that are not such, or have no finite sum.
    """
    return _sums(checked_costs(costs), autapses=True)[0]


def out_costs(costs: Any) -> NDArray[np.float64]:
    r"""Cost of all synapses from each neuron, :math:`s_k = \sum_i c_{ik}`, autapse included.

    Parameters and errors are those of `in_costs`.
    """
    return _sums(checked_costs(costs), autapses=True)[1]


def neural_gradients(costs: Any) -> NDArray[np.float64]:
    r"""In-cost minus out-cost of each neuron, :math:`g_k = r_k - s_k`.

    Above 0 where what comes in costs more than what goes out: balancing then raises h of
    the neuron, which makes its incoming synapses weaker and its outgoing ones stronger. 0
    for every neuron exactly when the sum of costs can fall no further. It is the descent
    of the sum of costs C, :math:`g = -\frac{1}{p} \partial C / \partial h`, in units of cost.

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR. The cost of an
        autapse is both in-cost and out-cost, and takes no part.

    Returns
    -------
    gradients
        (neuron,), with sum 0 in each weakly connected component.

    Raises
    ------
    HomologError
        HM051 for costs that are not such, or have no finite sum.

    Notes
    -----
    Equation (17) of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418,
    who choose the descent rate :math:`\gamma = 1/p`; another choice multiplies g by
    :math:`\gamma p`, and the bound (41) then holds with :math:`\|g\| / (\gamma p)`. The
    authors' code calls :math:`s - r` the imbalance, with the opposite sign.
    """
    incoming, outgoing = _sums(checked_costs(costs), autapses=False)
    return incoming - outgoing


def _sums(costs: Matrix, *, autapses: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums over rows and over columns."""
    n_neurons = costs.shape[0]
    rows, columns = np.zeros(n_neurons), np.zeros(n_neurons)
    for block in blocks(costs):
        values = block.values
        if not autapses:
            values = np.where(block.rows == block.columns, 0.0, values)
        if sparse.issparse(costs):
            rows += np.bincount(block.rows, values, n_neurons)
            columns += np.bincount(block.columns, values, n_neurons)
        else:
            rows[block.where] = values.sum(axis=1)
            columns += values.sum(axis=0)
    return rows, columns

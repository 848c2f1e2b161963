"""Between what and what the total cost at the equilibrium lies, without computing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog.balancing._graph import checked_costs
from homolog.balancing.gradients import in_costs, neural_gradients, out_costs

ROWS_A_TIME = 4096


@dataclass(frozen=True)
class Bounds:
    r"""Bounds of the lowest total cost :math:`C^*` that any rescaling reaches.

    With r, s in-costs and out-costs without autapses, g = r - s, and C the total cost now.

    Attributes
    ----------
    cost
        C, the total cost now; also a bound from above.
    quadratic
        :math:`C - \|g\|^2 / (8 C)`, equation (41): above. Its own argument counts every cost
        twice, so that it is loose by a factor of 2 in what balancing gains, even for a hub
        with spokes, which the paper calls nearly tight.
    largest_degree
        :math:`C - \|g\|^2 / (4 \max_k (r_k + s_k))`: above, and never above `quadratic`.
    one_neuron
        :math:`C - \max_k (\sqrt{r_k} - \sqrt{s_k})^2`: above. Balancing one neuron reaches it.
    hellinger
        :math:`\sum_k c_{kk} + \sum_k \sqrt{r_k s_k}`: above, and never above `largest_degree`;
        the sum of costs less half the squared Hellinger distance of r and s.
    logarithmic
        :math:`C \exp(-\|g\|^2 / (4 C^2))`: above.
    reciprocal
        :math:`\sum_{ij} \sqrt{c_{ij} c_{ji}}`, equation (42): below. Reached by costs that a
        rescaling makes symmetric; says little where few synapses are reciprocal.
    """

    cost: float
    quadratic: float
    largest_degree: float
    one_neuron: float
    hellinger: float
    logarithmic: float
    reciprocal: float

    @property
    def upper(self) -> float:
        """The lowest of the bounds from above."""
        return min(self.largest_degree, self.one_neuron, self.hellinger, self.logarithmic)

    @property
    def lower(self) -> float:
        """The bound from below; `certificate` has a sharper one near the equilibrium."""
        return self.reciprocal


def bounds(costs: Any) -> Bounds:
    r"""Bound the total cost at the equilibrium from the costs now.

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR.

    Returns
    -------
    bounds
        They hold for costs of any power, and for the infimum of the total cost where no
        equilibrium exists.

    Raises
    ------
    HomologError
        HM051 for costs that are not such.

    Notes
    -----
    Proposition 5 of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418, which
    holds for g as here. In the paper g carries a factor :math:`\gamma p`; unless that is 1,
    :math:`\|g\|^2` in (41) has to be divided by its square, or the bound can be violated.
    """
    costs = checked_costs(costs)
    own = costs.diagonal()
    incoming, outgoing = (
        np.maximum(sums - own, 0.0) for sums in (in_costs(costs), out_costs(costs))
    )
    total = float(costs.sum())
    gaps = (np.sqrt(incoming) - np.sqrt(outgoing)) ** 2
    # As shares of the total: the square of a cost may be beyond the range of numbers.
    share = _shares(neural_gradients(costs), total)
    degree = float(_shares(incoming + outgoing, total).max())
    gained = float((share**2).sum())
    return Bounds(
        cost=total,
        quadratic=total * (1 - gained / 8),
        largest_degree=total * (1 - (gained / (4 * degree) if degree > 0 else 0.0)),
        one_neuron=max(total - float(gaps.max()), float(own.sum())),
        hellinger=float(own.sum() + (np.sqrt(incoming) * np.sqrt(outgoing)).sum()),
        logarithmic=total * float(np.exp(-gained / 4)),
        reciprocal=_reciprocal_total(costs),
    )


def reciprocal_means(costs: Any) -> Any:
    r"""Geometric mean of the costs of two synapses there and back.

    .. math:: \hat c_{ij} = \sqrt{c_{ij} c_{ji}}

    No rescaling changes it. Equation (30) of Stock et al. (2022); it is what the costs become
    where a rescaling makes them symmetric.

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR.

    Returns
    -------
    means
        In the same form, symmetric; 0 where one of the two is missing.

    Raises
    ------
    HomologError
        HM051 for costs that are not such.
    """
    roots = np.sqrt(checked_costs(costs))  # first, so that no product leaves the range
    return sparse.csr_array(roots.multiply(roots.T)) if sparse.issparse(roots) else roots * roots.T


def _shares(parts: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    return parts / total if total > 0 else parts


def _reciprocal_total(costs: Any) -> float:
    """Sum of `reciprocal_means`, of sparse costs without holding all of them."""
    if not sparse.issparse(costs):
        return float(reciprocal_means(costs).sum())
    back = costs.T.tocsr()
    starts = range(0, costs.shape[0], ROWS_A_TIME)
    parts = ([one[at : at + ROWS_A_TIME] for one in (costs, back)] for at in starts)
    return float(sum(np.sqrt(there).multiply(np.sqrt(here)).sum() for there, here in parts))

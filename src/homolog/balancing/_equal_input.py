"""Gauges in which all neurons have the same in-cost, or the same out-cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from homolog import errors
from homolog.balancing._checks import positive
from homolog.balancing._graph import checked_costs, strong_components
from homolog.balancing._links import refuse_reducible
from homolog.balancing.costs import costs_at
from homolog.balancing.gradients import in_costs

Floats = NDArray[np.float64]

PRECISION = 1e-13
"""Relative distance of the bounds at which the common cost is known."""

ROUNDING = 1e-9
"""Relative distance from which on no progress is rounding."""

WIDEST = 1e150
"""The largest ratio of entries of one vector."""

MOST_SWEEPS = 300
"""Multiplications by the costs, before systems are solved instead."""

MOST_SOLUTIONS = 60
"""Linear systems solved; their convergence is quadratic once it begins."""


@dataclass(frozen=True, eq=False)
class EqualCosts:
    """A rescaling after which every neuron has the same in-cost, or the same out-cost.

    Attributes
    ----------
    h
        (neuron,) log-scales with sum 0, the only such.
    cost
        That common cost, autapses included: the spectral radius of the costs.
    lower, upper
        Proven bounds of it, by Collatz and Wielandt: the smallest and the largest in-cost (or
        out-cost) of a neuron at `h`.
    """

    h: Floats
    cost: float
    lower: float
    upper: float


def equal_input(costs: Any, power: float = 2.0) -> EqualCosts:
    r"""Log-scales at which every neuron has the same in-cost.

    .. math:: C v = \rho v, \quad h = \frac{1}{p} \log v

    with v the right Perron vector. What weight normalisation does, on the task-preserving
    manifold: a baseline to balance against. The total cost is not the lowest.

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR.
    power
        p of the cost.

    Returns
    -------
    equal
        Log-scales and the common in-cost.

    Raises
    ------
    HomologError
        HM050 for costs whose neurons do not all reach one another; HM056 for costs in parts
        that nothing joins, each of which has its own common cost, and where power times h
        spans more than float64 resolves, some 700; HM051 for other costs and HM025 for a power
        that are not such.

    Notes
    -----
    Multiplication by the costs, which closes the bounds fast in networks that mix well; else
    Noda's iteration (1971), which solves a linear system at each step, converges for every such
    network and keeps v positive.
    """
    costs, power = checked_costs(costs), positive("power", power)
    refuse_reducible(costs)
    sizes = strong_components(costs).sizes
    if len(sizes) > 1:
        raise errors.in_parts(np.sort(sizes)[::-1].tolist())
    largest = float(costs.max())
    if largest == 0:
        return EqualCosts(np.zeros(1), 0.0, 0.0, 0.0)
    x = _solved(costs / largest, _multiplied(costs / largest))
    sums = largest * in_costs(costs_at(costs / largest, x, 1.0))
    lower, upper = float(sums.min()), float(sums.max())
    return EqualCosts(x / power, (lower + upper) / 2, lower, upper)


def equal_output(costs: Any, power: float = 2.0) -> EqualCosts:
    r"""Log-scales at which every neuron has the same out-cost, by the left Perron vector.

    The common cost is that of `equal_input`; parameters and errors are as there.
    """
    costs = checked_costs(costs)
    turned = equal_input(costs.T.tocsr() if sparse.issparse(costs) else costs.T, power)
    return EqualCosts(-turned.h, turned.cost, turned.lower, turned.upper)


def _multiplied(costs: Any) -> Floats:
    """Logarithms of a vector multiplied by the costs until its ratios agree, or nearly."""
    vector = np.ones(costs.shape[0])
    for _ in range(MOST_SWEEPS):
        product = costs @ vector
        ratios = product / vector
        if ratios.max() <= (1 + PRECISION) * ratios.min() or vector.max() > WIDEST * vector.min():
            break
        # A share of the vector itself keeps cycles from making it turn round for ever.
        product += 0.5 * float(ratios.mean()) * vector
        vector = product / product.max()
    logs = np.log(vector)
    return logs - logs.mean()


def _solved(costs: Any, x: Floats) -> Floats:
    """Noda's iteration until the ratios agree, or as far as rounding lets them."""
    before, ratios = np.inf, np.ones(1)
    for _ in range(MOST_SOLUTIONS):
        now = costs_at(costs, x, 1.0)
        ratios = in_costs(now)
        apart = float(ratios.max() / ratios.min()) - 1
        if apart <= PRECISION or (before <= ROUNDING and apart >= before / 2):
            return x
        before = apart
        factors = _noda(now, float(ratios.max()) * (1 + 16 * np.finfo(np.float64).eps))
        # A vector wider than the range of numbers is reached in several steps.
        step = np.log(np.maximum(factors, factors.max() / WIDEST))
        x = x + step
        x = x - x.mean()
    lower, upper = float(ratios.min()), float(ratios.max())
    raise errors.common_cost_unknown(lower, upper, float(np.ptp(x)))


def _noda(costs: Any, above: float) -> Floats:
    """Factors by which every neuron's entry changes; `above` is no smaller than any in-cost."""
    ones = np.ones(costs.shape[0])
    if sparse.issparse(costs):
        return np.abs(splu((sparse.eye_array(len(ones)) * above - costs).tocsc()).solve(ones))
    return np.abs(np.linalg.solve(np.diag(above * ones) - costs, ones))

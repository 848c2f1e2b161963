"""Gauges in which all neurons have the same in-cost, or the same out-cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

from homolog import errors
from homolog.balancing._checks import positive
from homolog.balancing._graph import checked_costs, strong_components
from homolog.balancing._links import refuse_reducible

Floats = NDArray[np.float64]

PRECISION = 1e-13
"""Relative distance of the bounds at which the common cost is known."""

MOST_SWEEPS = 300
"""Multiplications by the costs, before systems are solved instead."""

MOST_SOLUTIONS = 60
"""Linear systems solved; their number is known to grow with the logarithm of the precision."""


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
        that nothing joins, each of which has its own common cost; HM051 for other costs and
        HM025 for a power that are not such; HM052 where the bounds do not close.

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
    unit = costs / largest
    vector = _solved(unit, *_multiplied(unit, np.ones(costs.shape[0])))
    ratios = (unit @ vector) / vector * largest
    h = np.log(vector)
    lower, upper = float(ratios.min()), float(ratios.max())
    return EqualCosts((h - h.mean()) / power, (lower + upper) / 2, lower, upper)


def equal_output(costs: Any, power: float = 2.0) -> EqualCosts:
    r"""Log-scales at which every neuron has the same out-cost, by the left Perron vector.

    The common cost is that of `equal_input`; parameters and errors are as there.
    """
    costs = checked_costs(costs)
    turned = equal_input(costs.T.tocsr() if sparse.issparse(costs) else costs.T, power)
    return EqualCosts(-turned.h, turned.cost, turned.lower, turned.upper)


def _multiplied(costs: Any, vector: Floats) -> tuple[Floats, float]:
    """Multiply a vector by the costs until its ratios agree; return it and how far they do."""
    apart = np.inf
    for _ in range(MOST_SWEEPS):
        product = costs @ vector
        ratios = product / vector
        apart = float(ratios.max() / ratios.min()) - 1
        if apart <= PRECISION:
            break
        # A share of the vector itself keeps cycles from making it turn round for ever.
        product += 0.5 * float(ratios.mean()) * vector
        vector = product / np.exp(np.log(product).mean())
    return vector, apart


def _solved(costs: Any, vector: Floats, apart: float) -> Floats:
    """Noda's iteration until the ratios agree, or as far as rounding lets them."""
    for _ in range(MOST_SOLUTIONS):
        if apart <= PRECISION:
            return vector
        tried = vector * _noda(costs, vector)
        tried = tried / np.exp(np.log(tried).mean())
        ratios = (costs @ tried) / tried
        before, apart = apart, float(ratios.max() / ratios.min()) - 1
        if before <= 1e-9 and apart >= before / 2:
            return vector
        vector = tried
    raise errors.not_converged("equal_input", MOST_SOLUTIONS, apart, PRECISION)


def _noda(costs: Any, vector: Floats) -> Floats:
    """One step: the factors by which the vector changes, up to a common one."""
    ratios = (costs @ vector) / vector
    above = float(ratios.max()) * (1 + 4 * np.finfo(np.float64).eps)
    if sparse.issparse(costs):
        scaled = sparse.diags_array(1 / vector) @ costs @ sparse.diags_array(vector)
        matrix = sparse.eye_array(len(vector)) * above - scaled
        found = splu(matrix.tocsc()).solve(np.ones(len(vector)))
    else:
        matrix = np.diag(np.full(len(vector), above)) - costs * (vector / vector[:, None])
        found = linalg.solve(matrix, np.ones(len(vector)))
    return np.abs(found)

"""Networks that are balanced as they are, or whose equilibrium can be written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from homolog import errors
from homolog.balancing._checks import positive, real_array
from homolog.balancing._graph import checked_costs
from homolog.balancing._links import links_of
from homolog.balancing._matrix import weight_matrix
from homolog.balancing.product import product_balance

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Symmetrization:
    r"""Whether a rescaling makes costs symmetric, and which.

    Attributes
    ----------
    h
        (neuron,) log-scales of the equilibrium, where every cost is the geometric mean of those
        there and back; None where no rescaling makes the costs symmetric.
    defect
        The largest :math:`|\log (c_{ij} / c_{ji})|` that is left: rounding where `h` is given,
        infinite where a synapse has none back.
    """

    h: Floats | None
    defect: float


def symmetrizing_scales(
    costs: Any, power: float = 2.0, *, tolerance: float = 1e-9
) -> Symmetrization:
    r"""Log-scales that make costs symmetric, if there are any.

    There are exactly when costs multiply to the same both ways round every cycle. The network
    is then balanced, for any power, and its total cost is the bound (42).

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR.
    power
        p of the cost.
    tolerance
        The largest difference of logarithms of costs there and back that counts as none.

    Returns
    -------
    symmetrization
        The log-scales, or None with the defect that is left in the least-squares sense.

    Raises
    ------
    HomologError
        HM051 for costs, HM025 for a power or a tolerance that are not such.

    Notes
    -----
    Section 9.3 of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418, prints
    the equilibrium as :math:`e^{-H} C e^{H}`; it is :math:`e^{-pH} C e^{pH}`, the same for
    p = 1 only. Equation (65) drops the same p.
    """
    costs, power = checked_costs(costs), positive("power", power)
    most = positive("tolerance", tolerance)
    h = product_balance(costs, power)
    defect = _asymmetry(costs, power * h)
    return Symmetrization(h if defect <= most else None, defect)


def _asymmetry(costs: Any, x: Floats) -> float:
    """The largest difference of logarithms of costs there and back, at log-scales `x`."""
    synapses = links_of(costs)
    logs = np.log(synapses.cost) + x[synapses.pre] - x[synapses.post]
    there = synapses.matrix(np.ones(len(logs)))
    if (there != there.T).nnz:
        return np.inf
    # Zeros stay stored in a difference of two different entries only; the largest counts.
    values = synapses.matrix(logs)
    return float(np.abs((values - values.T).data).max(initial=0.0))


def rank_one_equilibrium(inward: ArrayLike, outward: ArrayLike, power: float = 2.0) -> Floats:
    r"""Log-scales that balance costs that are a product of two vectors.

    .. math:: c_{ij} = a_i b_j, \quad h_k = \frac{1}{2p} \log \frac{a_k}{b_k} + \text{const}

    The costs become :math:`\sqrt{a_i b_i} \sqrt{a_j b_j}`, which is symmetric.

    Parameters
    ----------
    inward, outward
        a and b, (neuron,) each, all above 0: a 0 would leave a neuron without incoming or
        outgoing costs, and the network without equilibrium.
    power
        p of the cost.

    Returns
    -------
    h
        (neuron,) with sum 0.

    Raises
    ------
    HomologError
        HM025 for vectors or a power that are not such.
    """
    into, out = (_factor(*named) for named in (("inward", inward), ("outward", outward)))
    if into.shape != out.shape:
        raise errors.bad_value("outward", out.shape, f"shape {into.shape}, that of inward")
    h = (np.log(into) - np.log(out)) / (2 * positive("power", power))
    return h - h.mean()


def departure_from_normal(recurrent: Any, mean_square_gains: ArrayLike = 1.0) -> float:
    r"""How far :math:`M = J \Sigma` is from a normal matrix.

    .. math:: \|M M^\top - M^\top M\|_F \, / \, \|M\|_F^2

    Where it is 0, the network is balanced for the robustness cost :math:`\sigma_j^2 J_{ij}^2`.

    Parameters
    ----------
    recurrent
        (neuron, neuron) weights, [i, j] from j to i; an array or scipy CSR.
    mean_square_gains
        :math:`\sigma_j^2` of each neuron, or one number; 1 for the cost :math:`J_{ij}^2`.

    Returns
    -------
    departure
        0 when normal, at most the square root of 2; 0 for a network without synapses.

    Raises
    ------
    HomologError
        HM053 for weights, HM025 for gains that are not such.

    Notes
    -----
    "All normal matrices are equilibria" (section 9.3) is true of :math:`J \Sigma` and p = 2
    only: not for other powers, not for J where gains differ, and not for costs that form a
    normal matrix themselves. Symmetric costs are balanced for every p. In B.3,
    :math:`Q^{-1} J \Sigma` is printed where :math:`Q^{-1} J \Sigma Q` is meant.
    """
    weights = weight_matrix(recurrent).astype(np.float64)
    gains = real_array("mean_square_gains", mean_square_gains)
    fits = gains.shape in ((), weights.shape[:1])
    if not fits or not (np.isfinite(gains).all() and (gains >= 0).all()):
        allowed = f"one number from 0 on, or {weights.shape[0]} of them"
        raise errors.bad_value("mean_square_gains", mean_square_gains, allowed)
    scales = sparse.diags_array(np.broadcast_to(np.sqrt(gains), weights.shape[:1]))
    scaled = weights @ scales
    largest = float(abs(scaled).max())
    if largest == 0:
        return 0.0
    unit = scaled / largest
    apart = unit @ unit.T - unit.T @ unit
    return _length(apart) / _length(unit) ** 2


def _length(matrix: Any) -> float:
    return float(np.linalg.norm(matrix.data if sparse.issparse(matrix) else matrix))


def _factor(name: str, given: ArrayLike) -> Floats:
    values = real_array(name, given)
    if values.ndim != 1 or not len(values) or not (np.isfinite(values) & (values > 0)).all():
        raise errors.bad_value(name, given, "one finite number above 0 for each neuron")
    return values

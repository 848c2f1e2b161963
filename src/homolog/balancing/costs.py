"""What synapses cost: power laws of their weights, and how costs follow the log-scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from homolog import errors
from homolog.balancing._checks import log_scales, positive, real_array
from homolog.balancing._graph import checked_costs
from homolog.balancing._matrix import (
    Block,
    Floats,
    Matrix,
    entrywise,
    place,
    weight_matrix,
)
from homolog.balancing._scaling import conjugated

if TYPE_CHECKING:
    from homolog.balancing._sensitivity import Gains

WEIGHTS = "finite numbers from 0 on: one, one for each presynaptic neuron, or (neuron, neuron)"


@dataclass(frozen=True, eq=False)
class PowerLaw:
    r"""Synapses that cost a power of their weight.

    .. math:: c_{ij} = a_{ij} |J_{ij}|^p

    Under `transform` such a cost becomes :math:`c_{ij} e^{p (h_j - h_i)}`, so that their sum
    is a convex function of h.

    Attributes
    ----------
    power
        p, any number above 0.
    weights
        a: one number; one for each *presynaptic* neuron, (neuron,); or (neuron, neuron), an
        array or CSR, in which what is not stored is 0. None below 0.

    Raises
    ------
    HomologError
        HM025 for a power or weights that are not such.
    """

    power: float = 2.0
    weights: Any = 1.0

    def __post_init__(self) -> None:
        """Check the power, and the weights as far as they need no network."""
        object.__setattr__(self, "power", positive("power", self.power))
        object.__setattr__(self, "weights", _weights(self.weights))

    def of(self, recurrent: Any) -> Matrix:
        """Cost of every synapse.

        Parameters
        ----------
        recurrent
            (neuron, neuron) weights, [i, j] from j to i; an array or scipy CSR.

        Returns
        -------
        costs
            [i, j] for the synapse from j to i, dense or CSR as the weights, and always in
            float64: float32 has no square of 1e-23. Synapses of cost 0 are not stored.

        Raises
        ------
        HomologError
            HM053 for recurrent weights and HM025 for weights of the cost that do not fit, HM055
            where the power of a weight is too large for a float64, or so small that a synapse
            would vanish.
        """
        recurrent = weight_matrix(recurrent)
        shape = getattr(self.weights, "shape", ())
        if shape and shape[-1] != recurrent.shape[0]:
            allowed = f"weights for {recurrent.shape[0]} neurons"
            raise errors.bad_value("weights of the cost", shape, allowed)
        costs = entrywise(recurrent, self._block, np.float64)
        if sparse.issparse(costs) and not costs.data.all():
            costs = costs.copy()  # its places are still those of the weights
            costs.eliminate_zeros()
        return costs

    def at(self, values: Floats, rows: Any, columns: Any) -> Floats:
        """Costs of synapses of given weights, from neurons `columns` to neurons `rows`."""
        with np.errstate(over="ignore", under="ignore"):
            powers = np.abs(values.astype(np.float64, copy=False)) ** self.power
            return _weights_at(self.weights, rows, columns) * powers

    def logarithms(self, values: Floats, rows: Any, columns: Any) -> Floats:
        """Logarithms of the costs of synapses of given weights, of any size; -inf for none."""
        with np.errstate(divide="ignore"):
            weights = np.log(_weights_at(self.weights, rows, columns))
            return weights + self.power * np.log(np.abs(values.astype(np.float64, copy=False)))

    def _block(self, block: Block) -> Floats:
        costs = self.at(block.values, block.rows, block.columns)
        paid = np.not_equal(_weights_at(self.weights, block.rows, block.columns), 0)
        tiny = costs < np.finfo(np.float64).tiny
        bad = ~np.isfinite(costs) | (tiny & (block.values != 0) & paid)
        if bad.any():
            where = place(block, bad)
            raise errors.beyond_range(f"costs of power {self.power:g}", where, np.float64)
        return costs


def power_law(power: float, weights: Any = 1.0) -> PowerLaw:
    """Return a cost that is a power of the weight; see `PowerLaw`."""
    return PowerLaw(power, weights)


def l1() -> PowerLaw:
    """Return the cost |J|, the penalty that makes weights sparse."""
    return PowerLaw(1.0)


def l2() -> PowerLaw:
    """Return the cost J², the penalty known as weight decay."""
    return PowerLaw(2.0)


def robustness(gains: Gains) -> PowerLaw:
    r"""Return the cost whose sum is, up to a constant, the sensitivity to noise.

    .. math:: c_{ij} = \sigma_j^2 J_{ij}^2

    with :math:`\sigma_j^2` the mean squared gain of the *presynaptic* neuron, as in (11) and
    (13) of Stock et al. (2022). The text after (14) prints :math:`\sigma_i`, which gives
    another sum than the sensitivity.

    Parameters
    ----------
    gains
        Of the neurons at work, from `gains`. A neuron that was silent throughout has gain 0
        under ReLU: its outgoing synapses cost nothing, and the costs are then reducible.
    """
    return PowerLaw(2.0, gains.mean_square)


def costs_at(costs: Any, h: ArrayLike, power: float = 2.0) -> Matrix:
    r"""Costs of the synapses of the transformed network.

    .. math:: c_{ij}(h) = c_{ij} \, e^{p (h_j - h_i)}

    computed without ever forming the exponential, so that costs of any size and log-scales
    that differ by hundreds are combined as long as the result is a number.

    Parameters
    ----------
    costs
        (neuron, neuron) costs at h = 0, [i, j] from j to i; an array or scipy CSR.
    h
        (neuron,) log-scales. Only their differences count.
    power
        p of the cost.

    Returns
    -------
    costs
        In the same form, float64. A cost too small for a number is 0.

    Raises
    ------
    HomologError
        HM051 for costs, HM025 for `h` or a power that do not fit, HM055 where a cost
        becomes too large.
    """
    costs = checked_costs(costs)
    h = log_scales(h, costs.shape[:1])
    return conjugated(costs, positive("power", power) * h, "costs", exact=False)


def _weights(given: Any) -> Any:
    """A number, or read-only weights for each presynaptic neuron or each pair."""
    if sparse.issparse(given):
        weights = weight_matrix(given, "weights of the cost")
        values = weights.data
    else:
        weights = values = real_array("weights of the cost", given)
        if weights.ndim > 2 or (weights.ndim == 2 and weights.shape[0] != weights.shape[1]):
            raise errors.bad_value("weights of the cost", weights.shape, WEIGHTS)
    bad = values[~(np.isfinite(values) & (values >= 0))]
    if bad.size:
        raise errors.bad_value("weights of the cost", f"{float(bad[0])} among others", WEIGHTS)
    values.flags.writeable = False
    return float(weights) if weights.ndim == 0 else weights


def _weights_at(weights: Any, rows: Any, columns: Any) -> Any:
    """Weights of the synapses from neurons `columns` to neurons `rows`."""
    if np.ndim(weights) == 0 and not sparse.issparse(weights):
        return weights
    if weights.ndim == 1:
        return weights[columns]
    if not sparse.issparse(weights):
        return weights[rows, columns]
    if np.ndim(rows) == 2:  # a block of a dense matrix: whole rows
        return weights[rows[0, 0] : rows[-1, 0] + 1].toarray()
    found = weights[rows, columns]
    return found.toarray() if sparse.issparse(found) else np.asarray(found).ravel()

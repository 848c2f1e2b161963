"""What it costs to be reached from outside and to be read out: the ground of a balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog.balancing._checks import positive, real_array

if TYPE_CHECKING:
    from homolog.networks.recurrent import RecurrentNetwork

Reals = NDArray[np.float64]
SHARES = (0.01, 0.01)
"""Of the recurrent cost, that the costs from outside and to the outside add up to each."""


def ground_costs(
    network: RecurrentNetwork,
    total: float,
    *,
    power: float = 2.0,
    shares: tuple[float, float] = SHARES,
    activity_power: ArrayLike | None = None,
) -> tuple[Reals, Reals]:
    r"""Costs between the neurons of a network and its outside, for `equilibrium` with a ground.

    .. math::

        c_{k0} = \alpha \sum_i |W^{in}_{ki}|^p + \alpha |b_k|^p
        \;\text{ or }\; \alpha P_k^{p/2}, \qquad
        c_{0k} = \beta \sum_i |W^{out}_{ik}|^p

    The first are multiplied by :math:`e^{-p h_k}`, the second by :math:`e^{p h_k}` as the
    network is transformed. With them every neuron that is reached from outside and is read
    out, if only through others, has its place: dead neurons and networks in several
    components are balanced, no readout weight grows without bound, and `h` is absolute.

    Parameters
    ----------
    network
        With output weights, and with input weights or biases if there is no activity.
    total
        :math:`C_0`, sum of the recurrent costs.
    power
        p, that of the recurrent costs.
    shares
        What the costs from outside, and to the outside, add up to before, as shares of
        `total`: they set α and β. Shares near 1 give up most of what balancing gains.
    activity_power
        (neuron,) :math:`P_k`; with it the activity is kept small rather than the input weights.

    Returns
    -------
    inward, outward
        (neuron,) costs from outside and to the outside.

    Raises
    ------
    HomologError
        HM025 for a network without outputs, or without anything that comes from outside.
    """
    power, total = positive("power", power), positive("total", total)
    alpha, beta = _shares(shares)
    if activity_power is None:
        given = np.column_stack([network.input_weights, network.bias]).astype(np.float64)
        inward = (np.abs(given) ** power).sum(axis=1)
    else:
        inward = real_array("activity_power", activity_power) ** (power / 2)
    outward = (np.abs(network.output_weights.astype(np.float64)) ** power).sum(axis=0)
    _refuse_nothing("from outside", inward, "input weights, a bias, or inputs that move it")
    _refuse_nothing("to the outside", outward, "output weights")
    return total * alpha * inward / inward.sum(), total * beta * outward / outward.sum()


def _shares(given: Any) -> tuple[float, float]:
    shares = real_array("ground_shares", given)
    if shares.shape != (2,):
        raise errors.bad_value("ground_shares", given, "two shares of the recurrent cost")
    alpha, beta = (positive("a share of ground_shares", one) for one in shares.tolist())
    return alpha, beta


def _refuse_nothing(which: str, costs: Reals, needed: str) -> None:
    if not costs.sum() > 0:
        got = f"without anything {which}"
        without = 'for weights alone there is on_reducible="components"'
        raise errors.bad_value("network", got, f"for a ground, one that has {needed}; {without}")

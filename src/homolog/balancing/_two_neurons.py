"""Two neurons, the one network whose balancing has a formula, and the landscape it goes down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog.balancing._checks import positive, real_array, real_number, rising_times

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TwoNeurons:
    """Two neurons while they balance.

    Attributes
    ----------
    times
        (time,) as they were asked for.
    c12, c21
        (time,) cost of the synapse from neuron 2 to neuron 1, and of the one back.
    difference
        (time,) :math:`h_2 - h_1`.
    """

    times: Reals
    c12: Reals
    c21: Reals
    difference: Reals

    @property
    def h(self) -> Reals:
        """(time, neuron) log-scales with sum 0."""
        return 0.5 * np.stack([-self.difference, self.difference], axis=-1)


@dataclass(frozen=True)
class Lowest:
    """Where the cost of two neurons is least.

    Attributes
    ----------
    difference
        :math:`h_2 - h_1`; -inf or inf where there is one synapse alone and the cost falls to
        0 without reaching it.
    cost
        The sum of the two costs there, or the limit it falls to.
    attained
        Whether any log-scales have that cost.
    """

    difference: float
    cost: float
    attained: bool


def two_neurons(
    c12: float, c21: float, times: ArrayLike, *, power: float = 2.0, rate: float = 1.0
) -> TwoNeurons:
    r"""Follow two neurons while they balance, by a formula.

    .. math::

        r(t) = \frac{c_{12} - \hat c}{c_{12} + \hat c} \, e^{-4 p \, \mathrm{rate} \, \hat c t},
        \quad c_{12}(t) = \hat c \, \frac{1 + r}{1 - r}, \quad
        c_{21}(t) = \hat c \, \frac{1 - r}{1 + r}, \quad
        \hat c = \sqrt{c_{12} c_{21}}

    arranged so that it also holds for a synapse alone,
    :math:`c_{12}(t) = c_{12} / (1 + 2 p \, \mathrm{rate} \, c_{12} t)`, and loses no digits
    when one cost is far below the other.

    Parameters
    ----------
    c12, c21
        Costs at time 0: from neuron 2 to neuron 1, and back; 0 for no synapse. Autapses do
        not matter.
    times
        (time,) from 0 on, rising, as in `flow` with the same `rate`.
    power
        p of the cost.
    rate
        Of :math:`\dot h = \mathrm{rate} \cdot g`: :math:`\gamma p` in the paper, above 0.

    Raises
    ------
    HomologError
        HM025 for costs below 0, times, a power or a rate that are not such; HM055 where
        costs times times are too large for a number.

    Notes
    -----
    Replaces (29) and (31) of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418.
    (29) as printed runs at :math:`2 p^2`, p times too fast under their
    :math:`\gamma p = 1`; it should be :math:`2 \gamma p^2`, as in (31). Its
    :math:`\tanh^{-1} \sqrt{c_{12} / c_{21}}` exists only for :math:`c_{12} < c_{21}`.
    """
    a, b = (np.sqrt(_cost(name, c)) for name, c in (("c12", c12), ("c21", c21)))
    times, power = rising_times(times), positive("power", power)
    # With r = (a - b) / (a + b) at first, c12 = a² u / v and c21 = b² v / u, where u and v
    # are what remains of 1 + r and 1 - r once factors that may be 0 are taken out.
    with np.errstate(over="ignore", invalid="ignore"):
        s = 4 * power * positive("rate", rate) * times
        grown, left = (a + b) * s * _share(s * a * b), 2 * np.exp(-s * a * b)
        u, v = b * grown + left, a * grown + left
        change = (np.log(u) - np.log(v)) / power
        found = TwoNeurons(times, a * a * (u / v), b * b * (v / u), change)
    if not np.isfinite(found.c12 + found.c21 + change).all():
        raise errors.beyond_range("costs × times of two neurons", (), np.float64)
    return found


def two_neuron_cost(c12: float, c21: float, difference: ArrayLike, *, power: float = 2.0) -> Reals:
    r"""Sum of the costs of two neurons, :math:`c_{12} e^{p d} + c_{21} e^{-p d}`.

    Parameters
    ----------
    c12, c21
        Costs at h = 0: from neuron 2 to neuron 1, and back.
    difference
        d, :math:`h_2 - h_1`, of any shape.
    power
        p of the cost.

    Raises
    ------
    HomologError
        HM025 for arguments that are not such, HM055 where a cost is too large for a number.
    """
    forth, back = _costs_along(c12, c21, difference, power)
    return forth + back


def two_neuron_flow(c12: float, c21: float, difference: ArrayLike, *, power: float = 2.0) -> Reals:
    r"""How fast balancing at rate 1 changes :math:`d = h_2 - h_1`.

    .. math:: \dot d = 2 (c_{21} e^{-pd} - c_{12} e^{pd})

    Arguments and errors are those of `two_neuron_cost`.
    """
    forth, back = _costs_along(c12, c21, difference, power)
    return 2 * (back - forth)


def two_neuron_minimum(c12: float, c21: float, *, power: float = 2.0) -> Lowest:
    r"""Where the cost of two neurons is least, :math:`d = \ln(c_{21} / c_{12}) / (2p)`.

    The two costs are then equal, :math:`\sqrt{c_{12} c_{21}}`. With one synapse alone there
    is no such place: its cost falls to 0 as d grows without end.

    Raises
    ------
    HomologError
        HM025 for costs below 0 or a power that is not above 0.
    """
    first, second, power = _cost("c12", c12), _cost("c21", c21), positive("power", power)
    if not first and not second:
        return Lowest(0.0, 0.0, attained=True)
    with np.errstate(divide="ignore"):
        difference = float((np.log(second) - np.log(first)) / (2 * power))
    least = 2 * float(np.sqrt(first) * np.sqrt(second))
    return Lowest(difference, least, attained=bool(np.isfinite(difference)))


def _share(x: Reals) -> Reals:
    """(1 - e^-x) / x, which is 1 at 0."""
    nonzero = np.where(x > 0, x, 1.0)
    return np.where(x > 0, -np.expm1(-nonzero) / nonzero, 1.0)


def _cost(name: str, given: float) -> float:
    cost = real_number(name, given, "a finite number from 0 on")
    if cost < 0:
        raise errors.bad_value(name, given, "a finite number from 0 on")
    return cost


def _costs_along(
    c12: float, c21: float, difference: ArrayLike, power: float
) -> tuple[Reals, Reals]:
    first, second, power = _cost("c12", c12), _cost("c21", c21), positive("power", power)
    difference = real_array("difference", difference)
    if not np.isfinite(difference).all():
        raise errors.bad_value("difference", "NaN or infinite in places", "finite numbers")
    with np.errstate(divide="ignore", over="ignore"):
        forth = np.exp(np.log(first) + power * difference)
        back = np.exp(np.log(second) - power * difference)
    if not np.isfinite(forth + back).all():
        raise errors.beyond_range("the cost of two neurons", (), np.float64)
    return forth, back

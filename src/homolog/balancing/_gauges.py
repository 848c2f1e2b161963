"""Gauges: which of the log-scales that cost the same is taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog.balancing._checks import log_scales, real_array


def power_matched(h: ArrayLike, activity_power: ArrayLike) -> NDArray[np.float64]:
    r"""Shift all log-scales alike, so that the activity keeps its total power.

    .. math:: b = \tfrac12 \log \frac{\sum_k P_k e^{-2 h_k}}{\sum_k P_k}, \qquad h_k \to h_k + b

    No cost of a recurrent synapse changes, nor does the sensitivity. What noise does to the
    output does: it grows as :math:`e^{b}`. Without this gauge a balanced network can look
    robust for the only reason that its signals became larger.

    Parameters
    ----------
    h
        (neuron,) log-scales.
    activity_power
        (neuron,) :math:`P_k`, mean square of the state of each neuron before, as
        ``run.activity_power``.

    Returns
    -------
    h
        With :math:`\sum_k P_k e^{-2 h_k} = \sum_k P_k`.

    Raises
    ------
    HomologError
        HM025 for powers that are negative, all 0 or not one for each neuron.

    Examples
    --------
    >>> power_matched([1.0, 1.0], [3.0, 0.5])
    array([0., 0.])
    """
    power = real_array("activity_power", activity_power)
    h = log_scales(h, power.shape)
    if not np.isfinite(power).all() or power.min() < 0 or power.max() == 0:
        allowed = "numbers from 0 on, not all 0; a network that is silent has none to match"
        raise errors.bad_value("activity_power", activity_power, allowed)
    active = power > 0
    exponents = np.log(power[active]) - 2 * h[active]
    return h + 0.5 * (_log_sum(exponents) - np.log(power.sum()))


def zero_sum(h: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift all log-scales alike, so that they sum to 0."""
    return h - h.mean()


def _log_sum(exponents: NDArray[np.float64]) -> float:
    """Logarithm of a sum of exponentials that may be beyond any number."""
    largest = exponents.max()
    return float(largest + np.log(np.exp(exponents - largest).sum()))

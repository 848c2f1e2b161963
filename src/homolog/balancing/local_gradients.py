"""Rules by which a neuron can rescale itself, each from its own synapses alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog.balancing._checks import real_array
from homolog.balancing._neighbours import LocalGradient, Synapses
from homolog.balancing.costs import PowerLaw

Floats = NDArray[np.floating[Any]]
Way = tuple[Floats, NDArray[np.integer[Any]], NDArray[np.integer[Any]]]
QUADRATIC = PowerLaw(2.0)


def power_law_gradient(cost: PowerLaw = QUADRATIC) -> LocalGradient:
    """Return the rule of synaptic balancing: in-cost minus out-cost.

    The sum of costs falls, to its least where costs are strongly connected: (17) of the
    paper. `flow` with rate 1 computes the same.
    """

    def gradient(own: Synapses) -> float:
        incoming, outgoing = _costs(cost, own)
        return float(incoming.sum() - outgoing.sum())

    return gradient


def product_gradient(cost: PowerLaw = QUADRATIC) -> LocalGradient:
    """Return the rule that balances products: sum of log in-costs minus that of log out-costs.

    A linear flow, which comes to rest wherever it starts: every neuron's product of in-costs
    becomes that of its out-costs. Synapses of weight 0 in the cost take no part.
    """

    def gradient(own: Synapses) -> float:
        # As logarithms throughout: a product of costs is soon too small for a number.
        incoming, outgoing = (cost.logarithms(*way) for way in _ways(own))
        kept_in, kept_out = (logs[np.isfinite(logs)] for logs in (incoming, outgoing))
        return float(kept_in.sum() - kept_out.sum())

    return gradient


def max_gradient(cost: PowerLaw = QUADRATIC) -> LocalGradient:
    """Return the rule that balances each neuron's largest in-cost with its largest out-cost.

    Where it comes to rest depends on where it starts. It is not differentiable where two
    synapses are equally strong, and steps become small there.
    """

    def gradient(own: Synapses) -> float:
        incoming, outgoing = _costs(cost, own)
        return float(incoming.max(initial=0.0) - outgoing.max(initial=0.0))

    return gradient


def firing_rate_gradient(rates: ArrayLike, targets: ArrayLike) -> LocalGradient:
    r"""Return the rule that brings the mean rate of each neuron to a target of its own.

    .. math:: g_k = \ln \frac{\nu_k e^{-h_k}}{\nu_k^*}

    A neuron whose rate is above its target makes its incoming synapses weaker and its
    outgoing ones stronger; it arrives exponentially, with time constant 1.

    Parameters
    ----------
    rates
        (neuron,) mean rates of the network at h = 0, above 0: of each neuron's own rate, no
        more is needed than its logarithm, which falls with its h.
    targets
        (neuron,) or one number, above 0, in the same unit.

    Raises
    ------
    HomologError
        HM025 for rates and targets that are not such: a silent neuron stays silent whatever
        its scale, and reaches no target.
    """
    start, wanted = (_positive(*pair) for pair in (("rates", rates), ("targets", targets)))
    if wanted.shape not in ((), start.shape):
        raise errors.bad_value("targets", wanted.shape, f"one number or {len(start)}")
    excess = np.log(start) - np.log(wanted)

    def gradient(own: Synapses) -> float:
        return float(excess[own.neuron]) - own.log_scale

    return gradient


def reversed_gradient(gradient: LocalGradient) -> LocalGradient:
    """Return the rule that does the opposite: of `power_law_gradient`, anti-balancing.

    A control: the computation stays, the cost rises, and after a finite time the flow ends.
    """
    return lambda own: -gradient(own)


def _costs(cost: PowerLaw, own: Synapses) -> tuple[Floats, Floats]:
    incoming, outgoing = _ways(own)
    return cost.at(*incoming), cost.at(*outgoing)


def _ways(own: Synapses) -> tuple[Way, Way]:
    """Weight, row and column of each synapse onto a neuron, and of each from it."""
    here = np.full(1, own.neuron)
    onto = np.broadcast_to(here, own.incoming.shape)
    away = np.broadcast_to(here, own.outgoing.shape)
    return (own.incoming, onto, own.presynaptic), (own.outgoing, own.postsynaptic, away)


def _positive(name: str, given: ArrayLike) -> NDArray[np.float64]:
    values = real_array(name, given)
    if (name == "rates" and values.ndim != 1) or not (np.isfinite(values) & (values > 0)).all():
        raise errors.bad_value(name, values.tolist(), "finite rates above 0, one for each neuron")
    return values

"""The ring of Fig. 5: one synapse made stronger, and the exact equilibrium that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from homolog import errors
from homolog.balancing._checks import positive


@dataclass(frozen=True, eq=False)
class RingEquilibrium:
    """A balanced ring: the same net cost flows round everywhere.

    "Forward" is the direction of the synapse that was made stronger. Costs do not depend on
    the power, `h` does.

    Attributes
    ----------
    circulation
        Cost of each forward synapse less that of the one back: the same all round. 0.094928
        for 12 neurons and strength 3.
    stronger, reciprocal
        Cost of the synapse that was made stronger, and of the one back: 1.78016, 1.68524.
    forward, backward
        Costs of all others: 1.04859, 0.95366.
    h
        (neuron,) log-scales, the two neurons of the stronger synapse first and second.
    """

    circulation: float
    stronger: float
    reciprocal: float
    forward: float
    backward: float
    h: NDArray[np.float64]


def ring_costs(n_neurons: int = 12, strength: float = 3.0) -> NDArray[np.float64]:
    """Costs of a ring whose neurons are joined both ways at cost 1, one synapse at another.

    Parameters
    ----------
    n_neurons
        At least 3.
    strength
        Cost of the synapse from neuron 1 to neuron 0: 1 for the balanced ring.

    Returns
    -------
    costs
        (neuron, neuron), dense.

    Raises
    ------
    HomologError
        HM025 for fewer neurons, or a strength that is not above 0.
    """
    strength = _checked(n_neurons, strength)
    here = np.arange(n_neurons)
    costs = np.zeros((n_neurons, n_neurons))
    costs[here, (here + 1) % n_neurons] = costs[(here + 1) % n_neurons, here] = 1.0
    costs[0, 1] = strength
    return costs


def ring_equilibrium(
    n_neurons: int = 12, strength: float = 3.0, power: float = 2.0
) -> RingEquilibrium:
    r"""Exact equilibrium of `ring_costs`, from one equation in one unknown.

    .. math:: (n - 1) \sinh^{-1}(f / 2) + \sinh^{-1}(f / 2\sqrt{s}) = \tfrac12 \log s

    where s is the strength and f what circulates: balance of every neuron means that the
    difference of the costs there and back is the same all round, and their product is what
    it was.

    Parameters
    ----------
    n_neurons
        At least 3.
    strength
        Cost of the synapse from neuron 1 to neuron 0, above 0; the others cost 1.
    power
        p of the cost; it only divides `h`.

    Raises
    ------
    HomologError
        HM025 for arguments outside what is allowed.

    Notes
    -----
    Fig. 5 of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418. The ring has a
    mirror between the two neurons, under which h changes its sign: of the eigenvectors of
    the Laplacian only those take part that do so too, which is why the figure shows the
    third, fifth and seventh. The quadratic approximation (40) falls short by 8 % in h.

    Examples
    --------
    >>> from homolog.balancing import ring_equilibrium
    >>> round(ring_equilibrium().stronger, 5)
    1.78016
    """
    strength, power = _checked(n_neurons, strength), positive("power", power)
    root, log_root = np.sqrt(strength), np.log(strength) / 2

    def turned(flow: float) -> float:
        """Sum of log-ratios round the ring, less what no rescaling can change."""
        around = (n_neurons - 1) * np.arcsinh(flow / 2)
        return float(around + np.arcsinh(flow / (2 * root)) - log_root)

    most = 2 * np.sinh(abs(log_root) / (n_neurons - 1))
    flow = _root(turned, most)
    each, first = np.arcsinh(flow / 2), np.arcsinh(flow / (2 * root))
    h = np.concatenate([[(n_neurons - 1) * each], each * np.arange(n_neurons - 1)])
    return RingEquilibrium(
        circulation=flow,
        stronger=float(root * np.exp(first)),
        reciprocal=float(root * np.exp(-first)),
        forward=float(np.exp(each)),
        backward=float(np.exp(-each)),
        h=(h - h.mean()) / power,
    )


def _root(function: Callable[[float], float], most: float) -> float:
    """Where a rising function is 0, between minus `most` and `most`."""
    smallest = np.finfo(np.float64).eps * 4
    return float(cast("float", brentq(function, -most, most, xtol=1e-16, rtol=smallest)))


def _checked(n_neurons: int, strength: float) -> float:
    if not isinstance(n_neurons, int | np.integer) or n_neurons < 3:
        raise errors.bad_value("n_neurons", n_neurons, "a whole number from 3 on")
    return positive("strength", strength)

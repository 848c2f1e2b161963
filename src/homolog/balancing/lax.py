"""Any local rule that moves a network along its manifold, and isospectral flows in general."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog.balancing._checks import real_array, rising_times
from homolog.balancing._matrix import Floats, Matrix, weight_matrix
from homolog.balancing._neighbours import LocalGradient, Neighbours, Synapses
from homolog.balancing.transformation import transform_weights

TOLERANCES: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}


@dataclass(frozen=True, eq=False)
class LaxFlow:
    """A course of weights along the task-preserving manifold.

    Attributes
    ----------
    times
        (time,) as they were asked for.
    h
        (time, neuron) log-scales, for `transform`. Their sum need not be 0.
    recurrent
        The weights at h = 0.
    """

    times: NDArray[np.float64]
    h: NDArray[np.float64]
    recurrent: Matrix

    def weights(self, k: int) -> Matrix:
        """Recurrent weights at time k; HM055 if they are out of range."""
        return transform_weights(self.recurrent, self.h[k])


def lax_flow(recurrent: Any, gradient: LocalGradient, times: ArrayLike) -> LaxFlow:
    r"""Let every neuron rescale itself by a rule of its own synapses.

    .. math:: \dot J = [J, \mathrm{diag}\, g], \quad \text{that is} \quad
        \dot J_{ij} = J_{ij} (g_j - g_i), \quad \dot h = g

    Whatever the rule, the network keeps computing what it did, and keeps its eigenvalues and
    the product of weights around every cycle; where it comes to rest all g are equal. Whether
    it comes to rest is for the rule to see to.

    Parameters
    ----------
    recurrent
        (neuron, neuron) weights at time 0, [i, j] from j to i; an array or scipy CSR.
    gradient
        The rule: g of one neuron from its `Synapses`. It is called for each neuron by itself
        and is shown nothing else of the network, so that it cannot but be local. Ready ones
        are in `homolog.balancing`: `power_law_gradient`, `product_gradient`, `max_gradient`,
        `firing_rate_gradient` and `reversed_gradient`.
    times
        (time,) from 0 on, rising, in the unit of time of the rule: 1 / (unit of g).

    Returns
    -------
    flow
        Log-scales at every time, to about 1e-9 for rules without jumps.

    Raises
    ------
    HomologError
        HM053 for weights, HM025 for times or what the rule returns, HM055 if the flow runs
        off before the last time.

    Notes
    -----
    Equations (24) and (25) of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418.
    Steps are explicit: a rule whose neurons pull at each other much faster than the flow goes
    takes many. For power laws `flow` does the same, faster.
    """
    recurrent, times = weight_matrix(recurrent), rising_times(times)
    neighbours = Neighbours(recurrent)

    def velocity(_: float, h: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([_value(gradient, own) for own in neighbours.at(h)])

    return LaxFlow(times, _solved(velocity, np.zeros(recurrent.shape[0]), times), recurrent)


def isospectral_flow(
    matrix: ArrayLike, generator: Callable[[Floats], ArrayLike], times: ArrayLike
) -> NDArray[np.float64]:
    r"""Follow a matrix through a Lax flow with any generator.

    .. math:: \dot A = [A, k(A)], \quad \text{as} \quad \dot K = K k(A), \; A = K^{-1} A_0 K

    All eigenvalues stay. Only diagonal generators keep a network's computation; see
    `lax_flow` for those.

    Parameters
    ----------
    matrix
        (neuron, neuron) :math:`A_0`, dense.
    generator
        k: takes A and gives a matrix of the same shape. With the skew part of A, its lower
        triangle minus its upper one, a symmetric matrix flows to its eigenvalues (Toda).
    times
        (time,) from 0 on, rising.

    Returns
    -------
    matrices
        (time, neuron, neuron).

    Raises
    ------
    HomologError
        HM053 for a matrix, HM025 for times or what the generator returns, HM055 if the flow
        runs off before the last time.

    Notes
    -----
    Equation (24) of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418.
    """
    start: Any = np.asarray(weight_matrix(matrix, "matrix"), dtype=np.float64)
    times, n = rising_times(times), len(start)

    def at(flat: NDArray[np.float64]) -> NDArray[np.float64]:
        similar = flat.reshape(n, n)
        return np.linalg.solve(similar, start @ similar)

    def velocity(_: float, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        turned = real_array("what the generator returns", generator(at(flat)))
        if turned.shape != start.shape or not np.isfinite(turned).all():
            allowed = f"finite numbers of shape {start.shape}"
            raise errors.bad_value("what the generator returns", turned.shape, allowed)
        return (flat.reshape(n, n) @ turned).ravel()

    return np.array([at(flat) for flat in _solved(velocity, np.eye(n).ravel(), times)])


def _value(gradient: LocalGradient, own: Synapses) -> float:
    value = real_array("what the gradient returns", gradient(own))
    if value.ndim or not np.isfinite(value):
        what = f"the gradient of neuron {own.neuron}"
        raise errors.bad_value(what, value.tolist(), "one finite number")
    return float(value)


def _solved(velocity: Any, start: NDArray[np.float64], times: NDArray[np.float64]) -> Any:
    """(time, …) the solution at all times."""
    from scipy.integrate import DOP853

    found, done = np.tile(start, (len(times), 1)), int(times[0] == 0)
    if done == len(times):
        return found
    solver = DOP853(velocity, 0.0, start, float(times[-1]), **TOLERANCES)
    while done < len(times):
        solver.step()
        if solver.status == "failed":
            raise errors.flow_stopped(solver.t, times[-1], "it grows without bound")
        passed = int(np.searchsorted(times, solver.t, side="right"))
        if passed > done:
            found[done:passed] = solver.dense_output()(times[done:passed]).T
        done = passed
    return found

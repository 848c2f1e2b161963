"""The equilibrium of synaptic balancing: scales at which the total cost is as low as it can be."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from homolog import errors
from homolog.balancing._checks import positive, real_number
from homolog.balancing._graph import (
    Components,
    Reals,
    checked_costs,
    no_equilibrium,
    strong_components,
)
from homolog.balancing._grounded import grounded
from homolog.balancing._solving._methods import METHODS, Method, solve
from homolog.balancing._solving._problem import Problem
from homolog.balancing._solving._setting import problem_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

WhenReducible = Literal["error", "components"]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Where synaptic balancing ends, and the proof that it is there.

    Attributes
    ----------
    h
        (neuron,) log-scales: cost i, j becomes ``c[i, j] * exp(power * (h[j] - h[i]))``. They sum
        to zero in every component; with `ground` they are absolute.
    cost_before, cost_after
        C, the sum of all costs, the diagonal included, at h = 0 and at `h`.
    infimum
        What C can be brought towards: `cost_after` where there is an equilibrium, and the sum over
        components without what joins them where there is none.
    residual
        ‖g‖/C, the length of the neural gradients (in-cost minus out-cost) over the total cost, at
        `h`; of synapses within components. Zero at an equilibrium.
    newton_correction
        The largest change of a log-ratio ``h[j] - h[i]`` along a synapse that Newton's method would
        still make. A weak cut can hide a large error of h from `residual`, not from this.
    components
        (neuron,) strong component of each.
    levels
        (component,) synapses on the longest way to it from a component that no other reaches.
    crossing
        (synapse,) rows and columns of the synapses between components, in two arrays.
    attained
        Whether `cost_after` is the lowest there is; False where components are joined one way.
    method
        As it was asked for.
    sweeps, steps
        Rounds over all neurons and steps of Newton's method that it took.
    """

    h: NDArray[np.float64]
    cost_before: float
    cost_after: float
    infimum: float
    residual: float
    newton_correction: float
    components: NDArray[np.intp]
    levels: NDArray[np.intp]
    crossing: tuple[NDArray[np.intp], NDArray[np.intp]]
    attained: bool
    method: Method
    sweeps: int
    steps: int


def equilibrium(
    costs: ArrayLike,
    *,
    power: float = 2.0,
    method: Method = "auto",
    on_reducible: WhenReducible = "error",
    ground: tuple[ArrayLike, ArrayLike] | None = None,
    separation: float = 0.0,
    tolerance: float = 1e-10,
) -> Equilibrium:
    r"""Scales of neurons at which every neuron's incoming cost equals its outgoing cost.

    .. math:: \min_h \sum_{ij} c_{ij} \, e^{p (h_j - h_i)}

    The sum is convex in h, and its only equilibrium the lowest cost of all networks that compute
    the same.

    Parameters
    ----------
    costs
        (neuron, neuron), ``costs[i, j] >= 0`` of the synapse from j to i; dense or sparse.
    power
        p, the exponent of weights in the cost. It only scales `h`.
    method
        ``"auto"``: Osborne's sweeps while they pay, then Newton's method. ``"osborne"`` sweeps
        only; ``"anderson"`` moves all neurons at once, accelerated; ``"newton-cg"`` steps by
        conjugate gradients, ``"newton"`` by a factor of the Laplacian. All end at the same h.
    on_reducible
        When some neuron reaches another and is not reached back, no h is best: the cost of the
        synapses between can be made ever smaller. ``"error"`` refuses; ``"components"`` balances
        every strong component by itself.
    ground
        Two vectors (neuron,): costs of synapses into each neuron from outside, and out of each
        to the outside, where h is held at zero. They take part in the balance, not in what is
        returned as costs, and make `h` absolute.
    separation
        With ``"components"``: added to h for every level, so that each synapse between components
        costs at most ``exp(-power * separation)`` of what it would.
    tolerance
        ‖g‖/C in every component at the end; the step that is left is at most 100 times it
        unless rounding prevents that.

    Returns
    -------
    equilibrium
        The scales with their proof.

    Raises
    ------
    HomologError
        HM050 where there is no equilibrium; HM051 for costs that are none; HM052 where the method
        does not get there; HM025 for other arguments outside what is allowed.

    Notes
    -----
    Neurons with synapses one way only (inputs, readouts, dead neurons) have no equilibrium; a
    neuron without any keeps h = 0, and networks that do not touch are balanced side by side.
    Costs may span the range of float64. Memory: beside `costs`, two copies of its values.

    The reference solves a differential equation for all weights instead, for a fixed time; it may
    end far from the equilibrium and cannot tell. `homolog.balancing.flow` gives the way there.

    References
    ----------
    Stock, Harvey, Ocko & Ganguli 2022, https://doi.org/10.1371/journal.pcbi.1010418. Sweeps:
    Osborne 1960, https://doi.org/10.1145/321043.321048.

    Examples
    --------
    >>> import numpy as np
    >>> from homolog.balancing import equilibrium
    >>> found = equilibrium(np.array([[0.0, 4.0], [1.0, 0.0]]))
    >>> found.cost_before, round(found.cost_after, 12)
    (5.0, 4.0)
    >>> found.h.round(4)
    array([ 0.1733, -0.1733])
    """
    power = positive("power", power)
    _refuse(method, on_reducible, separation, tolerance)
    joined = given = checked_costs(costs)
    outside = None
    if ground is not None:
        joined, *outside = grounded(given, ground)
    components = strong_components(joined)
    reducible = len(components.crossing[0]) > 0
    if reducible and (on_reducible == "error" or ground is not None):
        raise no_equilibrium(joined, components)
    problem = problem_of(joined, components, tolerance)
    solve(problem, method)
    x = _placed(problem, components, power * separation, ground)
    inward, outward = problem.sums()
    unit = exp(problem.log_unit)
    within = unit * float(inward.sum()) + float(given.diagonal().sum())
    crossing = _between(given, components, x)
    beyond = 0.0 if outside is None else _of_ground(x, *outside)
    return Equilibrium(
        h=x / power,
        cost_before=float(given.sum()),
        cost_after=within - beyond + crossing,
        infimum=within - beyond,
        residual=unit * float(np.linalg.norm(inward - outward)) / (within or 1.0),
        newton_correction=problem.correction / power,
        components=components.labels[: len(x)],
        levels=components.levels,
        crossing=components.crossing,
        attained=not reducible,
        method=method,
        sweeps=problem.sweeps,
        steps=problem.steps,
    )


def _placed(problem: Problem, components: Components, apart: float, ground: object) -> Reals:
    """Log-scales as they are returned: components set apart, or the outside held at zero."""
    x = problem.log_scales
    if ground is not None:
        return (x - x[-1])[:-1]
    return x + apart * components.levels[components.labels]


def _between(costs: Any, components: Components, x: Reals) -> float:
    """Total cost at log-scales `x` of the synapses between components."""
    rows, columns = components.crossing
    if len(rows) == 0:
        return 0.0
    there = np.asarray(costs[rows, columns]).ravel()
    with np.errstate(over="ignore"):
        total = float(np.exp(np.log(there) + x[columns] - x[rows]).sum())
    if not np.isfinite(total):
        remedy = "Give a separation, which makes them small."
        raise errors.bad_costs("costs between components", "beyond the range of float64", remedy)
    return total


def _of_ground(x: Reals, inward: Reals, outward: Reals) -> float:
    """Total cost at log-scales `x` of the synapses from and to the outside."""
    return float(inward @ np.exp(-x) + outward @ np.exp(x))


def _refuse(method: Method, on_reducible: str, separation: float, tolerance: float) -> None:
    """Refuse arguments outside what is allowed."""
    if method not in METHODS:
        raise errors.bad_value("method", method, ", ".join(METHODS))
    if on_reducible not in ("error", "components"):
        allowed = "error or components; for the costs of input and readout give ground="
        raise errors.bad_value("on_reducible", on_reducible, allowed)
    if real_number("separation", separation) < 0:
        raise errors.bad_value("separation", separation, "0 or more")
    if not 1e-15 <= real_number("tolerance", tolerance, "1e-15 to 0.1") <= 0.1:
        raise errors.bad_value("tolerance", tolerance, "1e-15 to 0.1")

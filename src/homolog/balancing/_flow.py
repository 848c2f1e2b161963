"""Balancing as it goes on in time: log-scales that follow the neural gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog.balancing._checks import positive, real_number, rising_times
from homolog.balancing._descent import Descent, descent
from homolog.balancing._graph import checked_costs

IMPLICIT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}
EXPLICIT: dict[str, Any] = {"rtol": 1e-12, "atol": 1e-14}
"""Tighter, for where its steps are as long as is stable, errors do not die out."""

MOST_STEPS = 100_000
"""Rounding of the neural gradients limits steps to about 1e6 units of dimensionless time."""

STILL = {True: 4 * np.finfo(np.float64).eps, False: 1e-11}
"""In-costs and out-costs closer than this are at rest, for implicit steps and explicit ones."""

LARGEST_IMPLICIT = 1024
"""Neurons up to which the N × N Jacobian of an implicit method is worth its memory."""


@dataclass(frozen=True, eq=False)
class Flow:
    """A course of balancing from h = 0.

    Attributes
    ----------
    times
        (time,) as they were asked for.
    h
        (time, neuron) log-scales, for `transform` and `costs_at`; their sum is 0 in every
        weakly connected component.
    cost
        (time,) sum of all costs, autapses included.
    gradient_norm
        (time,) Euclidean norm of the neural gradients, in the unit of cost.
    """

    times: NDArray[np.float64]
    h: NDArray[np.float64]
    cost: NDArray[np.float64]
    gradient_norm: NDArray[np.float64]


def flow(costs: Any, times: ArrayLike, *, power: float = 2.0, rate: float | None = None) -> Flow:
    r"""Follow the neural gradients from h = 0 through time.

    .. math:: \dot h_k = \frac{g_k}{C} \quad \text{or} \quad \dot h_k = \mathrm{rate} \cdot g_k

    with g from `neural_gradients` and C the sum of costs at that moment. Only h is
    integrated, N equations; costs and weights follow from it exactly, so that the network at
    every time computes what it did at first. The sum of costs never rises. It is defined at
    all times for any costs; where they are reducible, h grows without end.

    Parameters
    ----------
    costs
        (neuron, neuron) costs at time 0, [i, j] from j to i; an array or scipy CSR.
    times
        (time,) from 0 on, rising.
    power
        p of the cost: costs at h are those of `costs_at`.
    rate
        None for the first form: its time has no unit, and does not depend on the unit of the
        costs. A number for the second, :math:`\gamma p` in the paper, which sets it to 1. The
        same h is reached in either: a time s of the first is the time
        :math:`\int_0^s ds' / (\mathrm{rate} \cdot C(s'))` of the second. Below 0 the flow
        runs away from balance, and ends after a finite time.

    Returns
    -------
    flow
        Log-scales, sum of costs and size of the neural gradients at every time; h to about
        1e-9.

    Raises
    ------
    HomologError
        HM051 for costs, HM025 for times, a power or a rate that are not such, HM055 if the
        flow stops before the last time.

    Notes
    -----
    Equations (15) to (20) and, for the sum of h, (22) and (53) of Stock et al. (2022),
    https://doi.org/10.1371/journal.pcbi.1010418, whose code integrates weights and h beside
    each other; there the two drift apart, and the end is often no balance.

    It stays where it is once neural gradients are nothing but rounding. Up to 1,024 neurons an
    implicit method is used, which takes long times in its stride. Beyond, steps are explicit,
    of some twenty passes over the synapses each, and the flow has ended where in-cost and
    out-cost of every neuron differ by less than 1e-11 of them: what would go on through cuts as
    weak as that is not followed. Dimensionless times beyond 1e10 can take more than the 100,000
    steps that are tried where costs are reducible, or nearly. For the end of the flow alone,
    `equilibrium` is faster by orders of magnitude, and finds that too.
    """
    power, times = positive("power", power), rising_times(times)
    if rate is not None and not real_number("rate", rate):
        raise errors.bad_value("rate", rate, "None, or a finite number other than 0")
    falling = descent(checked_costs(costs), power, rate)
    h = _integrated(falling, times)
    totals = [falling.totals(log_scales) for log_scales in h]
    return Flow(times, h, *np.transpose(totals))


def _integrated(falling: Descent, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-scales at all times."""
    with np.errstate(over="ignore"):
        clock = times * falling.speed
    if not np.isfinite(clock[-1]):
        raise errors.bad_value("rate × costs × times", float(clock[-1]), "a finite number")
    h = np.zeros((len(times), falling.n_neurons))
    if not clock[-1] or falling.settled(h[0], STILL[True]):
        return h
    implicit = falling.direction > 0 and falling.n_neurons <= LARGEST_IMPLICIT
    solver, done = _solver(falling, float(clock[-1]), implicit), 0
    for _ in range(MOST_STEPS):
        with np.errstate(over="ignore", invalid="ignore"):
            solver.step()
        if solver.status == "failed" or not np.isfinite(solver.y).all():
            reached = times[-1] * solver.t / clock[-1]
            raise errors.flow_stopped(reached, times[-1], "log-scales grow without bound")
        passed = int(np.searchsorted(clock, solver.t, side="right"))
        if passed > done:
            h[done:passed] = solver.dense_output()(clock[done:passed]).T
        done = passed
        if falling.settled(solver.y, STILL[implicit]):
            h[done:] = solver.y
            return h
        if done == len(times):
            return h
    reached = times[-1] * solver.t / clock[-1]
    raise errors.flow_stopped(reached, times[-1], f"{MOST_STEPS:,} steps lead no further")


def _solver(falling: Descent, end: float, implicit: bool) -> Any:
    """One of scipy's, which takes a step at a time."""
    from scipy.integrate import DOP853, LSODA

    start = np.zeros(falling.n_neurons)
    if implicit:
        return LSODA(falling.velocity, 0.0, start, end, jac=falling.jacobian, **IMPLICIT)
    return DOP853(falling.velocity, 0.0, start, end, **EXPLICIT)

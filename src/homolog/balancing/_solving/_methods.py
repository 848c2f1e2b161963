"""Which method when: sweeps while they pay, then Newton's method; a factor if nothing fills in."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Literal

from homolog import errors
from homolog.balancing._solving._matrices import loops
from homolog.balancing._solving._newton import SMALL, correct, newton
from homolog.balancing._solving._osborne import sweep
from homolog.balancing._solving._problem import Problem
from homolog.balancing._solving._simultaneous import anderson

Method = Literal["auto", "osborne", "anderson", "newton-cg", "newton"]
METHODS: tuple[Method, ...] = ("auto", "osborne", "anderson", "newton-cg", "newton")

MOST_SWEEPS = 100_000
MOST_STEPS = 500

THIN = 6
"""Synapses of a neuron, on average, up to which a factor of the Laplacian hardly fills in."""

SLOW = 0.7
"""Contraction of a sweep from which on Newton's method is faster."""

ROUNDING = 1e-16
"""‖g‖/C below which nothing can be told."""


def solve(problem: Problem, method: Method) -> None:
    """Bring a problem to its equilibrium.

    Raises
    ------
    HomologError
        HM052 if the method does not get there; HM025 for sweeps without a compiler.
    """
    if problem.first.n_synapses == 0 or len(problem.sizes) == len(problem.labels):
        problem.residual = problem.correction = 0.0
        return
    if method == "auto":
        _auto(problem)
    elif method == "osborne":
        _need_compiler()
        _to_the_end(problem, sweep)
    elif method == "anderson":
        _to_the_end(problem, anderson)
    else:
        newton(problem, directly=method == "newton", most=MOST_STEPS, may_switch=False)
    if problem.residual > problem.tolerance:
        rounds = problem.sweeps + problem.steps
        raise errors.not_converged(method, rounds, problem.residual, problem.tolerance)


def _to_the_end(problem: Problem, go_on: Callable[..., None]) -> None:
    """Go on until the residual and the step that is left are both within tolerance."""
    wanted, before, remaining = problem.tolerance, inf, inf
    while problem.sweeps < MOST_SWEEPS:
        go_on(problem, MOST_SWEEPS - problem.sweeps, within=wanted)
        correct(problem)
        if problem.residual <= problem.tolerance:
            close = problem.correction <= problem.most_correction
            stands = problem.correction > before / 2 and problem.residual > remaining / 2
            if close or stands:  # or as close as rounding lets it come
                return
            before, remaining = problem.correction, problem.residual
            wanted = problem.residual * min(0.1, problem.most_correction / problem.correction)
        if wanted < ROUNDING:
            return


def _need_compiler() -> None:
    if not compiled():
        allowed = "anderson or auto where numba is not installed"
        raise errors.bad_value("method", "osborne", allowed)


def _auto(problem: Problem) -> None:
    n = len(problem.labels)
    thin = problem.first.n_synapses <= THIN * n
    most = 5 if thin else 200
    if compiled():
        sweep(problem, most, within=problem.tolerance, slow=SLOW)
    else:
        anderson(problem, most, within=problem.tolerance, slow=SLOW)
    newton(problem, directly=thin, most=MOST_STEPS)
    if problem.residual > problem.tolerance and n <= SMALL:  # gradients lost in rounding
        newton(problem, directly=True, most=MOST_STEPS)


def compiled() -> bool:
    """Whether sweeps can be had."""
    return hasattr(loops(), "sweep_sparse")

"""Osborne's sweeps: every neuron in turn balanced exactly, given all others.

Each visit sets the scale of one neuron to the square root of what comes in over what goes out, so
the cost never rises. On a well connected graph a dozen sweeps leave nothing to do; across a weak
cut they crawl, and `_newton` takes over.
"""

from __future__ import annotations

from math import inf, sqrt

from homolog.balancing._graph import Reals
from homolog.balancing._solving._problem import Problem

LOST = 1e-3
"""Share of what it was to which an out-cost, kept by adding changes, may fall before its digits are
too few and it is summed anew."""

FIRST = 20
"""Sweeps before it is asked whether they pay."""

WIDE = 1e60
"""A scale so large or small that the costs are carried to it before the next sweep."""


def sweep(problem: Problem, most: int, *, within: float, slow: float = inf) -> None:
    """Sweep until the residual is small enough, `most` times, or for as long as it pays.

    Parameters
    ----------
    problem
        Moved to where the sweeps end.
    most
        Sweeps at most.
    within
        Residual that is small enough, as measured on the way.
    slow
        Contraction of the residual in a sweep from which on they no longer pay.
    """
    scales, inverse, outward = _begun(problem)
    trusted = outward * LOST
    past: list[float] = []
    for done in range(1, most + 1):
        squares, total = problem.costs.sweep(scales, inverse, outward)
        problem.sweeps += 1
        past.append(sqrt(squares) / total if total > 0 else 0.0)
        if past[-1] <= within or (done >= FIRST and _crawls(past, slow)):
            break
        if max(scales.max(), inverse.max()) > WIDE:
            problem.move(problem.reach(scales))
            scales, inverse, outward = _begun(problem)
            trusted = outward * LOST
        elif (outward < trusted).any():
            outward = problem.costs.products(scales, inverse)[1]
            trusted = outward * LOST
    problem.move(problem.reach(scales))


def _begun(problem: Problem) -> tuple[Reals, Reals, Reals]:
    """Scales, their inverse, and columns summed over the scales of their rows."""
    scales, inverse = problem.scales.copy(), problem.inverse.copy()
    return scales, inverse, problem.costs.products(scales, inverse)[1]


def _crawls(past: list[float], slow: float) -> bool:
    """Whether the last sweeps shrank the residual by too little."""
    return past[-1] > slow**5 * past[-6] if len(past) > 5 else False

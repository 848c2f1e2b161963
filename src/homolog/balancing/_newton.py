"""Newton's method: the neural gradients as a flow that has to be undone at once.

The cost has the Hessian of a Laplacian, so a step is what potentials would do on the graph of
synapses, each conducting as much as it costs both ways. It is found by conjugate gradients, which
only multiply, or directly where the graph is a ring or a tree and nothing fills in.
"""

from __future__ import annotations

from math import log1p, sqrt

import numpy as np

from homolog.balancing._graph import Reals
from homolog.balancing._problem import Problem

PATIENCE = 500
"""Conjugate gradients in one step after which solving directly is tried, where it can be."""

LONGEST = 5000
"""Conjugate gradients in one step, where it cannot."""

SMALL = 4000
"""Neurons up to which a dense factor is cheaper than many conjugate gradients."""


def newton(problem: Problem, *, directly: bool, most: int, may_switch: bool = True) -> None:
    """Step until the residual and the step that is left are both within tolerance.

    Parameters
    ----------
    problem
        Moved to the equilibrium.
    directly
        Whether the Laplacian is factored.
    most
        Steps at most.
    may_switch
        Whether it may be factored when conjugate gradients crawl.
    """
    before = np.inf
    while problem.steps < most:
        gradient, degrees = problem.look()
        near = problem.residual <= problem.tolerance
        if directly:
            step = _direct(problem, gradient, degrees)
        else:
            step, rounds = _conjugate(problem, gradient, degrees)
            directly = may_switch and rounds >= PATIENCE and len(degrees) <= SMALL
        step = problem.centred(step)
        problem.correction = problem.costs.widest(step)
        if near and (problem.correction <= problem.most_correction or problem.correction >= before):
            return  # as near as was asked for, or as rounding lets it come
        before = problem.correction / 2 if near else np.inf
        if not _stepped(problem, gradient, degrees, step):
            return
        problem.steps += 1


def correct(problem: Problem) -> None:
    """Measure the step that is left, without making it."""
    gradient, degrees = problem.look()
    step, _ = _conjugate(problem, gradient, degrees)
    problem.correction = problem.costs.widest(problem.centred(step))


def _stepped(problem: Problem, gradient: Reals, degrees: Reals, step: Reals) -> bool:
    """Take as much of a step as lowers the cost; whether that was any.

    The whole of it is tried first, then what the widest difference along a synapse allows (the
    cost is self-concordant in these), then halves.
    """
    cost, slope = degrees.sum() / 2, float(gradient @ step)
    widest = problem.correction
    share = min(1.0, 20 / widest) if widest > 0 else 1.0
    tries = 0
    while share > 1e-9:
        after = problem.cost_after(share * step)
        if np.isfinite(after) and after <= cost - 1e-4 * share * slope + 4e-15 * cost:
            problem.move(problem.log_scales + share * step)
            return True
        share = min(share / 2, log1p(widest) / widest) if tries == 0 else share / 2
        tries += 1
    return False


def _conjugate(problem: Problem, gradient: Reals, degrees: Reals) -> tuple[Reals, int]:
    """The step by conjugate gradients with a diagonal preconditioner, and how many it took.

    It is as exact as the residual is small: a step far from the equilibrium need not be. At the
    equilibrium, what is left of the step decides; the lowest conductance that the gradients have
    met says how much a residual can still hide.
    """
    near = problem.residual <= problem.tolerance
    enough = min(0.1, max(1e-3, sqrt(problem.residual))) * sqrt(gradient @ gradient)
    inverse = np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
    step, left = np.zeros_like(gradient), gradient.copy()
    towards = inverse * left
    power = float(left @ towards)
    lengths: list[float] = []
    ratios: list[float] = []
    for done in range(1, LONGEST + 1):
        product = problem.laplacian_times(degrees, towards)
        curvature = float(towards @ product)
        if curvature <= 0:  # nothing left but rounding
            return step, done
        lengths.append(power / curvature)
        step += lengths[-1] * towards
        left -= lengths[-1] * product
        scaled = inverse * left
        if sqrt(left @ left) <= enough:
            hidden = float(np.abs(scaled).max()) / _lowest(lengths, ratios) if near else 0.0
            if hidden <= problem.most_correction / 4:
                return step, done
            enough *= problem.most_correction / (8 * hidden)
        power, last = float(left @ scaled), power
        ratios.append(power / last)
        towards = scaled + ratios[-1] * towards
    return step, LONGEST


def _lowest(lengths: list[float], ratios: list[float]) -> float:
    """The smallest eigenvalue, in units of the degrees, that conjugate gradients have seen."""
    from scipy.linalg import eigvalsh_tridiagonal

    long, ratio = np.array(lengths), np.array(ratios)
    diagonal = 1 / long
    diagonal[1:] += ratio / long[:-1]
    beside = np.sqrt(ratio) / long[:-1]
    return float(eigvalsh_tridiagonal(diagonal, beside, select="i", select_range=(0, 0))[0])


def _direct(problem: Problem, gradient: Reals, degrees: Reals) -> Reals:
    """The step by a factor of the Laplacian, with one neuron of every component held still."""
    _, held = np.unique(problem.labels, return_index=True)
    kept = np.ones(len(gradient), bool)
    kept[held] = False
    step = np.zeros_like(gradient)
    kept = np.flatnonzero(kept)
    if len(kept):
        step[kept] = problem.costs.factored(problem.scales, kept, degrees, gradient[kept])
    return step

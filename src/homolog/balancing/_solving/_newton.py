"""Newton's method: the neural gradients as a flow that has to be undone at once.

The cost has the Hessian of a Laplacian, so a step is what potentials would do on the graph of
synapses, each conducting as much as it costs both ways. It is found by conjugate gradients, which
only multiply, or directly where the graph is a ring or a tree and nothing fills in.
"""

from __future__ import annotations

from math import inf, isfinite, log1p, sqrt

import numpy as np

from homolog.balancing._graph import Reals
from homolog.balancing._solving._problem import Problem

PATIENCE = 500
"""Conjugate gradients in one step after which solving directly is tried, where it can be."""

LONGEST = 5000
"""Conjugate gradients in one step, where it cannot."""

LOOK = 4
"""Conjugate gradients between two looks at what they still hide."""

EXACT = 1e-10
"""Share of a residual below which conjugate gradients meet nothing but rounding."""

SMALLEST = 1e-16
"""Share of the largest eigenvalue below which the smallest, never negative, is rounding."""

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
    before, remaining = inf, inf
    while problem.steps < most:
        gradient, degrees = problem.look()
        near = problem.residual <= problem.tolerance
        step = _direct(problem, gradient, degrees) if directly else None
        if directly and step is None and not may_switch:
            return
        if step is None:
            step, rounds = _conjugate(problem, gradient, degrees)
            directly = may_switch and rounds >= PATIENCE and len(degrees) <= SMALL
        # Across a weak cut steps stay as long until its two ways are alike; the residual falls.
        stands = problem.correction >= before and problem.residual >= remaining
        if near and (problem.correction <= problem.most_correction or stands):
            return  # as near as was asked for, or as rounding lets it come
        before = problem.correction / 2 if near else inf
        remaining = problem.residual / 2
        if not _stepped(problem, gradient, degrees, step):
            return
        problem.steps += 1


def correct(problem: Problem) -> None:
    """Measure the step that is left, without making it."""
    gradient, degrees = problem.look()
    _conjugate(problem, gradient, degrees)


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

    While steps are long it need not be exact. At the equilibrium all that matters is how long the
    step can be: the weakest conductance that conjugate gradients have met, now or before, tells how
    much of it a residual still hides.
    """
    near = problem.residual <= problem.tolerance
    share = min(0.1, max(1e-3, problem.correction / 4))
    enough = (EXACT if near else share) * sqrt(gradient @ gradient)
    inverse = np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
    step, left = np.zeros_like(gradient), gradient.copy()
    scaled = inverse * left
    towards, power = scaled, float(left @ scaled)
    lengths: list[float] = []
    ratios: list[float] = []
    done, hidden = 0, inf
    while done < LONGEST:
        if near and done % LOOK == 0 and (done or isfinite(problem.weakest)):
            problem.weakest = min(problem.weakest, _weakest(lengths, ratios))
            hidden = 2 * float(np.abs(scaled).max()) / problem.weakest
            if hidden <= problem.most_correction / 4:
                break
        product = problem.laplacian_times(degrees, towards)
        curvature = float(towards @ product)
        if curvature <= 0:  # nothing left but rounding
            break
        lengths.append(power / curvature)
        step += lengths[-1] * towards
        left = problem.centred(left - lengths[-1] * product)  # or rounding finds h + constant
        done += 1
        if sqrt(left @ left) <= enough:
            break
        scaled = inverse * left
        power, last = float(left @ scaled), power
        ratios.append(power / last)
        towards = scaled + ratios[-1] * towards
    step = problem.centred(step)
    problem.weakest = min(problem.weakest, _weakest(lengths, ratios))
    problem.correction = problem.costs.widest(step) + (hidden if near and isfinite(hidden) else 0.0)
    return step, done


def _weakest(lengths: list[float], ratios: list[float]) -> float:
    """The smallest eigenvalue, in units of the degrees, that conjugate gradients have met."""
    from scipy.linalg import eigvalsh_tridiagonal

    if not lengths:
        return inf
    long, ratio = np.array(lengths), np.array(ratios[: len(lengths) - 1])
    diagonal = 1 / long
    diagonal[1:] += ratio / long[:-1]
    beside = np.sqrt(ratio) / long[:-1]
    found = eigvalsh_tridiagonal(diagonal, beside, select="i", select_range=(0, 0))[0]
    return max(float(found), SMALLEST * float(diagonal.max()))


def _direct(problem: Problem, gradient: Reals, degrees: Reals) -> Reals | None:
    """The step by a factor of the Laplacian, with one neuron of every component held still.

    None where rounding keeps the Laplacian from being factored.
    """
    _, held = np.unique(problem.labels, return_index=True)
    kept = np.ones(len(gradient), bool)
    kept[held] = False
    step = np.zeros_like(gradient)
    kept = np.flatnonzero(kept)
    try:
        step[kept] = problem.costs.factored(problem.scales, kept, degrees, gradient[kept])
    except (np.linalg.LinAlgError, RuntimeError):  # dense; sparse
        return None
    step = problem.centred(step)
    problem.correction = problem.costs.widest(step)
    return step

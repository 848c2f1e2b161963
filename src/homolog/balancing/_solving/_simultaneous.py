"""All neurons moved at once towards balance, accelerated by what the last moves taught.

Half of what would balance each neuron alone never raises the cost (arithmetic over geometric mean),
and needs products with the matrix only, so it runs without a compiler. Anderson's extrapolation
makes it as fast as sweeps; a move that raises the cost is taken back and made plainly.
"""

from __future__ import annotations

from math import inf

import numpy as np

from homolog.balancing._graph import Reals
from homolog.balancing._solving._problem import Problem

FIRST = 30
"""Moves before it is asked whether they pay."""

MEMORY = 8
"""Earlier moves that an extrapolation rests on."""


def anderson(problem: Problem, most: int, *, within: float, slow: float = inf) -> None:
    """Move until the residual is small enough, `most` times, or for as long as it pays.

    Parameters
    ----------
    problem, most, within, slow
        As for `homolog.balancing._solving._osborne.sweep`; contraction is asked over 10 moves.
    """
    places, moves, past = [], [], []
    lowest, plain = inf, problem.log_scales
    for done in range(most + 1):
        inward, outward = problem.sums()
        total = inward.sum()
        if total > lowest * (1 + 1e-12):
            problem.move(plain)
            places, moves = [], []
            lowest = inf
            continue
        problem.residual = problem.imbalance(inward - outward, inward)
        past.append(problem.residual)
        slows = done >= FIRST and len(past) > 10 and past[-1] > slow**10 * past[-11]
        if problem.residual <= within or slows or done == most:
            return
        move = _half(inward, outward)
        places, moves = [*places, problem.log_scales][-MEMORY:], [*moves, move][-MEMORY:]
        lowest, plain = total, problem.log_scales + move
        problem.move(_extrapolated(places, moves))
        problem.sweeps += 1


def _half(inward: Reals, outward: Reals) -> Reals:
    """Half the way to where each neuron would be balanced, were the others to stay."""
    move = np.zeros_like(inward)
    both = (inward > 0) & (outward > 0)
    move[both] = np.log(inward[both] / outward[both]) / 4
    return move


def _extrapolated(places: list[Reals], moves: list[Reals]) -> Reals:
    """Where the moves would end if they went on shrinking as they did."""
    place, move = places[-1], moves[-1]
    if len(moves) == 1:
        return place + move
    turned: Reals = np.diff(np.array(moves), axis=0).T
    passed: Reals = np.diff(np.array(places), axis=0).T
    shares: Reals = np.linalg.lstsq(turned, move, rcond=1e-12)[0]
    return place + move - (passed + turned) @ shares

"""The outermost pairs of two scores that responses attain, by walks along level lines.

With one score held at a level, candidates climb (or descend) the other along the tangent of the
level line, with momentum and steps that shrink geometrically, and return to the line by
Newton's method. Steps of set length go on where the slope jumps, as that of a nuclear norm does
where a singular value vanishes, which is where many extremes lie. After each round the best of
a level also sets out from there to the levels beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from homolog.audit._targets import Reals

_MOMENTUM = 0.8
_FIRST_STEP, _LAST_STEP = 0.3, 1e-3
"""Lengths of steps, as a share of the size of a candidate."""
_RETURNS = 6
_ON_LINE = 2e-4
"""How far from its level a score may be; the pair that was attained is what is reported."""
_LONGEST_RETURN = 0.3


class Slope(Protocol):
    """Scores of candidates, (candidate,), and their gradients."""

    def __call__(self, y: Reals, /) -> tuple[Reals, Reals]: ...


@dataclass(frozen=True)
class Walkers:
    """Candidates on their way, and the best that each has seen on its line.

    Attributes
    ----------
    y
        (candidate, row, neuron) responses.
    best
        (candidate,) the moved score at its best, times `sign`; -inf where none was on the line.
    """

    y: Reals
    best: Reals


@dataclass(frozen=True)
class Side:
    """One side of a region: `moved` as large (sign 1) or small (-1) as can be at fixed `held`."""

    held: Slope
    moved: Slope
    sign: int


def side(
    side: Side, levels: Reals, starts: Reals, steps: int, rounds: int, told: Callable[[], None]
) -> tuple[Reals, NDArray[np.bool_]]:
    """(level, row, neuron) outermost responses, and which levels were attained at all.

    Parameters
    ----------
    side
        What is held and what is moved.
    levels
        (level,) scores to hold, rising.
    starts
        (level, start, row, neuron) responses to set out from.
    steps, rounds
        Steps of a round; rounds, each with half the first step of the one before.
    told
        Called after each round.
    """
    n_levels, n_starts = starts.shape[:2]
    flat = starts.reshape(-1, *starts.shape[2:])
    line = np.repeat(levels, n_starts)
    top: Reals = np.full(n_levels, -np.inf)
    outermost = starts[:, 0].copy()
    for number in range(rounds):
        walked = _walk(side, flat, line, steps, _FIRST_STEP / 2**number)
        best = walked.best.reshape(n_levels, n_starts)
        y = walked.y.reshape(starts.shape)
        first = best.argmax(axis=1)
        better = best.max(axis=1) > top
        top = np.where(better, best.max(axis=1), top)
        outermost[better] = y[better, first[better]]
        flat = _shared(y, best, outermost).reshape(flat.shape)
        told()
    return outermost, np.isfinite(top)


def extremes(slope: Slope, starts: Reals, steps: int, rounds: int) -> Reals:
    """(2, row, neuron) responses of the lowest and of the highest score found."""
    return np.stack([_extreme(Side(slope, slope, sign), starts, steps, rounds) for sign in (-1, 1)])


def _extreme(side: Side, y: Reals, steps: int, rounds: int) -> Reals:
    """(row, neuron) responses of the best that was found without a line to keep to."""
    walked = Walkers(y, np.zeros(len(y)))
    for number in range(rounds):
        walked = _walk(side, walked.y, None, steps, _FIRST_STEP / 2**number)
    return walked.y[walked.best.argmax()]


def _shared(y: Reals, best: Reals, outermost: Reals) -> Reals:
    """Starts of the next round: the worst of each level give way to the best from beside it."""
    order = np.argsort(-best, axis=1, kind="stable")
    y = np.take_along_axis(y, order[:, :, None, None], axis=1)
    y[:, 0] = outermost
    if y.shape[1] > 2:
        y[1:, -1] = outermost[:-1]
        y[:-1, -2] = outermost[1:]
    return y


def _walk(side: Side, y: Reals, line: Reals | None, steps: int, length: float) -> Walkers:
    """Walk from `y` along the lines; without any, wherever it leads."""
    seen = Walkers(y.copy(), np.full(len(y), -np.inf))
    momentum = np.zeros_like(y)
    shrink = (_LAST_STEP / _FIRST_STEP) ** (1 / steps)
    for number in range(steps + _RETURNS):
        score, gradient = side.moved(y)
        held, normal = (score, gradient) if line is None else side.held(y)
        on_line = np.ones(len(y), bool) if line is None else np.abs(held - line) < _ON_LINE
        seen = _seen(seen, y, np.where(on_line, side.sign * score, -np.inf))
        across = None if line is None else normal
        size = _norm(y)
        back = 0.0 if line is None else _times(_back(line - held, normal, size), normal)
        if number < steps:
            ahead = _unit(_along(side.sign * gradient, across))
            momentum = _MOMENTUM * momentum + (1 - _MOMENTUM) * ahead
            y = y + _times(length * shrink**number * size, _along(momentum, across)) + back
        elif line is not None:
            y = y + back
    return seen


def _seen(seen: Walkers, y: Reals, score: Reals) -> Walkers:
    better = score > seen.best
    seen.y[better] = y[better]
    return replace(seen, best=np.where(better, score, seen.best))


def _back(off: Reals, normal: Reals, size: Reals) -> Reals:
    """How many normals lead back to the line, if that is not too far for a straight way."""
    square = _inner(normal, normal) + np.finfo(np.float64).tiny
    most = _LONGEST_RETURN * size / np.sqrt(square)
    return np.clip(off / square, -most, most)


def _along(direction: Reals, normal: Reals | None) -> Reals:
    """The part of a direction that leaves the held score where it is."""
    if normal is None:
        return direction
    square = _inner(normal, normal) + np.finfo(np.float64).tiny
    return direction - _times(_inner(direction, normal) / square, normal)


def _unit(direction: Reals) -> Reals:
    return _times(1 / (_norm(direction) + np.finfo(np.float64).tiny), direction)


def _times(factor: Reals, y: Reals) -> Reals:
    return factor[:, None, None] * y


def _inner(a: Reals, b: Reals) -> Reals:
    return np.einsum("ijk,ijk->i", a, b)


def _norm(y: Reals) -> Reals:
    return np.sqrt(_inner(y, y))

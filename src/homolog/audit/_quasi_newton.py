"""L-BFGS for many problems side by side: each has its own curvature and its own step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from homolog.audit._targets import Reals

Slope = Callable[[Reals, NDArray[np.int64]], tuple[Reals, Reals]]
"""Values (problem,) and gradients (problem, unknown) of points (problem, unknown) of some problems,
which are named by their positions among all."""

SUFFICIENT = 1e-4  # share of the predicted decrease that a step must reach
MOST_HALVINGS = 20


def minimise(
    slope: Slope, start: Reals, *, steps: int, tolerance: float, memory: int = 10
) -> Reals:
    """Walk every problem downhill from its start.

    A step is quasi-Newton, halved until the value falls enough. Problems whose largest
    gradient is within `tolerance`, or which find no lower point, rest while others go on.

    Parameters
    ----------
    slope
        Values and gradients, each problem by itself.
    start
        (problem, unknown) array.
    steps
        Most steps.
    tolerance
        Largest entry of a gradient that counts as none.
    memory
        How many past steps tell the curvature.

    Returns
    -------
    points
        (problem, unknown) array.
    """
    points = start.copy()
    values, gradients = slope(points, np.arange(len(points)))
    pairs: deque[tuple[Reals, Reals, Reals]] = deque(maxlen=memory)
    walking = np.ones(len(points), dtype=bool)
    for _ in range(steps):
        walking &= np.abs(gradients).max(1) > tolerance
        if not walking.any():
            break
        directions = _downhill(pairs, gradients)
        directions[~walking] = 0.0
        moved = _step(slope, points, values, gradients, directions, walking)
        walking &= moved[1] < values
        pairs.append(_pair(moved[0] - points, moved[2] - gradients))
        points, values, gradients = moved
    return points


def _pair(step: Reals, change: Reals) -> tuple[Reals, Reals, Reals]:
    """A step, the change of gradient, and 1 / their product where it tells a curvature."""
    product = _dot(step, change)
    tells = product > 1e-12 * np.sqrt(_dot(step, step) * _dot(change, change))
    inverse = np.divide(1.0, product, out=np.zeros_like(product), where=tells)
    return step, change, inverse


def _downhill(pairs: deque[tuple[Reals, Reals, Reals]], gradients: Reals) -> Reals:
    """Minus the gradients times the inverse Hessian that past steps tell of."""
    towards = -gradients
    shares: list[Reals] = []
    for step, change, inverse in reversed(pairs):
        share = inverse * _dot(step, towards)
        towards -= share[:, None] * change
        shares.append(share)
    if pairs:
        towards *= _scale(pairs[-1])[:, None]
    for (step, change, inverse), share in zip(pairs, reversed(shares), strict=True):
        towards += (share - inverse * _dot(change, towards))[:, None] * step
    uphill = _dot(towards, gradients) >= 0
    towards[uphill] = -gradients[uphill]
    return towards


def _scale(pair: tuple[Reals, Reals, Reals]) -> Reals:
    _, change, inverse = pair
    size = inverse * _dot(change, change)
    return np.divide(1.0, size, out=np.ones_like(size), where=size > 0)


def _step(
    slope: Slope,
    points: Reals,
    values: Reals,
    gradients: Reals,
    directions: Reals,
    walking: NDArray[np.bool_],
) -> tuple[Reals, Reals, Reals]:
    """Go the whole way, and where that does not pay half of it, and half of that; or stay."""
    length = np.ones(len(points))
    enough = SUFFICIENT * _dot(directions, gradients)
    tried, found, slopes = points + directions, values.copy(), gradients.copy()
    short = np.flatnonzero(walking)
    for _ in range(MOST_HALVINGS):
        found[short], slopes[short] = slope(tried[short], short)
        short = short[~(found[short] <= values[short] + length[short] * enough[short])]
        if not len(short):
            return tried, found, slopes
        length[short] /= 2
        tried[short] = points[short] + length[short, None] * directions[short]
    tried[short], found[short], slopes[short] = points[short], values[short], gradients[short]
    return tried, found, slopes


def _dot(first: Reals, second: Reals) -> Reals:
    return np.einsum("pu,pu->p", first, second)

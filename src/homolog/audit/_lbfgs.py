"""L-BFGS: steps that know how the slope has changed; few are needed to come close to 1.

SciPy's, one candidate after the other: at the kinks of distances its line search goes on where
halving a step, which is enough for the smooth problems of `_quasi_newton.py`, stops short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from homolog.audit._objective import Objective
from homolog.audit._quasi_newton import minimise
from homolog.audit._record import Record
from homolog.audit._targets import Reals


def climb(
    climbed: Objective,
    start: Reals,
    records: Sequence[Record],
    steps: int,
    rate: float,
    told: Callable[[int], None],
) -> None:
    """Move all candidates up; the rate is the optimiser's own."""

    def falling(flat: Reals, which: NDArray[np.int64]) -> tuple[Reals, Reals]:
        score, gradient = climbed.slope(flat.reshape(-1, *start.shape[1:]))
        return -score, -gradient.reshape(flat.shape)

    def seen(values: Reals, points: Reals, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        responses = points.reshape(-1, *start.shape[1:])
        parts = zip(which, -values, responses, strict=True)
        done = [records[i].see(float(score), y) for i, score, y in parts]
        told(max(record.steps for record in records))
        return np.array(done, dtype=bool)

    minimise(falling, start.reshape(len(start), -1), steps=steps, tolerance=0.0, seen=seen)

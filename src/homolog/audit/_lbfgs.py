"""L-BFGS: steps that know how the slope has changed; few are needed to come close to 1.

SciPy's, one candidate after the other: at the kinks of distances its line search goes on where
halving a step, which is enough for the smooth problems of `_quasi_newton.py`, stops short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from homolog.audit._objective import Objective
from homolog.audit._record import Record
from homolog.audit._targets import Reals

_MEMORY = 10


def climb(
    climbed: Objective,
    start: Reals,
    records: Sequence[Record],
    steps: int,
    rate: float,
    told: Callable[[int], None],
) -> None:
    """Move candidates up, one after the other; the rate is the optimiser's own."""
    for first, record in zip(start, records, strict=True):
        _one(climbed, first, record, steps, told)


def _one(
    climbed: Objective, start: Reals, record: Record, steps: int, told: Callable[[int], None]
) -> None:
    from scipy.optimize import OptimizeResult, minimize

    def falling(flat: Reals) -> tuple[float, Reals]:
        score, gradient = climbed.slope(flat.reshape(1, *start.shape))
        return -float(score[0]), -gradient.reshape(-1)

    def seen(intermediate_result: OptimizeResult) -> None:
        told(record.steps)
        last = -float(intermediate_result.fun), intermediate_result.x.reshape(start.shape)
        if record.see(*last):
            raise StopIteration

    if record.see(-falling(start.reshape(-1))[0], start):
        return
    found = minimize(
        falling,
        start.reshape(-1),
        jac=True,
        method="L-BFGS-B",
        callback=seen,
        options={"maxiter": steps, "maxfun": 20 * steps, "maxcor": _MEMORY, "ftol": 0, "gtol": 0},
    )
    record.end(found.x.reshape(start.shape))

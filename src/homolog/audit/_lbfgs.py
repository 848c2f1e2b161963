"""L-BFGS: steps that know how the slope has changed; few are needed to come close to 1.

SciPy's, one candidate after the other: at the kinks of distances its line search goes on where
halving a step, which is enough for the smooth problems of `_quasi_newton.py`, stops short. Its
steps do not depend on coordinates, so that those of `_row_space.py` will do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from homolog._arrays import centre, frobenius
from homolog.audit._record import Record
from homolog.audit._row_space import RowSpace
from homolog.audit._targets import Reals

_MEMORY = 10


def climb(
    spaces: Sequence[RowSpace], records: Sequence[Record], steps: int, told: Callable[[int], None]
) -> None:
    """Move the first candidate of every space up, one after the other."""
    for space, record in zip(spaces, records, strict=True):
        _one(space, record, steps, told)


def _one(space: RowSpace, record: Record, steps: int, told: Callable[[int], None]) -> None:
    from scipy.optimize import OptimizeResult, minimize

    climbed, start = space.climbed, space.start
    size = float(frobenius(centre(start)))  # the first step tried is as long as the start

    def falling(flat: Reals) -> tuple[float, Reals]:
        score, gradient = climbed.slope(size * flat.reshape(1, *start.shape))
        return -float(score[0]), -size * gradient.reshape(-1)

    def seen(intermediate_result: OptimizeResult) -> None:
        told(record.steps)
        last = -float(intermediate_result.fun), size * intermediate_result.x.reshape(start.shape)
        if record.see(*last):
            raise StopIteration

    if record.see(float(climbed.slope(start[None])[0][0]), start):
        return
    found = minimize(
        falling,
        start.reshape(-1) / size,
        jac=True,
        method="L-BFGS-B",
        callback=seen,
        options={"maxiter": steps, "maxfun": 20 * steps, "maxcor": _MEMORY, "ftol": 0, "gtol": 0},
    )
    record.end(size * found.x.reshape(start.shape))

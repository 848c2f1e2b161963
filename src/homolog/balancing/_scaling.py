r"""Numbers multiplied by exponentials too large or too small to be numbers themselves.

:math:`e^x` is kept as a mantissa near 1 and a power of two. A cost of 1e-300 times
:math:`e^{900}` is an ordinary number, though the exponential is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.balancing._matrix import Block, Floats, Matrix, entrywise, place

LOG_2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)
"""The logarithm of 2 in two parts; multiples of the first are exact."""

WIDEST = 2200
"""Powers of two further apart than this take every float64 to 0 or infinity."""


def times_exponential(values: Floats, x: NDArray[np.float64], name: str) -> Floats:
    r"""Values times :math:`e^x`, entry for entry, in their precision; HM055 if they do not fit."""
    mantissa, exponent = _parts(x)
    bad = np.zeros(np.shape(values), dtype=bool)
    if not bad.size:
        return values
    found = _shifted(values * mantissa, exponent, values.dtype)
    bad |= lost(values, found)
    if bad.any():
        raise errors.beyond_range(name, tuple(map(int, np.argwhere(bad)[0])), values.dtype)
    return found


def conjugated(matrix: Matrix, x: NDArray[np.float64], name: str, *, exact: bool) -> Matrix:
    r"""Every entry times :math:`e^{x_j - x_i}`, in the precision of the matrix.

    An entry that becomes too large is HM055; one that vanishes only where `exact`.
    """
    # A shift common to all cancels, and would cost digits.
    mantissa, exponent = _parts(x - 0.5 * (x.max() + x.min()))

    def change(block: Block) -> Floats:
        i, j = block.rows, block.columns
        found = block.values * (mantissa[j] / mantissa[i])
        found = _shifted(found, exponent[j] - exponent[i], matrix.dtype)
        bad = lost(block.values, found) if exact else ~np.isfinite(found)
        if bad.any():
            raise errors.beyond_range(name, place(block, bad), matrix.dtype)
        return found

    return entrywise(matrix, change, matrix.dtype)


def lost(before: Floats, after: Floats) -> NDArray[np.bool_]:
    """Which numbers became infinite, or so small that digits are gone."""
    tiny = np.finfo(after.dtype).tiny
    return ~np.isfinite(after) | ((np.abs(after) < tiny) & (np.abs(before) >= tiny))


def _parts(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Mantissa and exponent of e^x."""
    whole = np.rint(x / LOG_2[0])
    return np.exp((x - whole * LOG_2[0]) - whole * LOG_2[1]), whole.astype(np.int64)


def _shifted(values: Floats, exponent: NDArray[np.int64], dtype: Any) -> Floats:
    with np.errstate(over="ignore", under="ignore"):
        power = np.clip(exponent, -WIDEST, WIDEST).astype(np.int32)
        return np.ldexp(values, power).astype(dtype, copy=False)

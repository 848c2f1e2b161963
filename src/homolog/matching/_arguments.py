"""What costs, prices and options may be; everything else is HM025, with where and what it is.

That costs are finite is not asked here, for that takes a pass over them: whoever reads them
anyway raises `NotFiniteError`, and only then is it looked up where.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from numbers import Real
from typing import Any

import numpy as np
from array_api_compat import is_array_api_obj

from homolog import errors
from homolog._arrays import to_numpy

ROWS_A_TIME = 1_000_000
"""Entries looked through at a time for the one that is not finite."""


class NotFiniteError(Exception):
    """Costs that were read turned out to hold NaN or infinity, somewhere."""


def costs_of_pairs(costs: Any) -> np.ndarray:
    """The costs as a matrix of floats; float32 and float64 as they are."""
    costs = _real("costs", costs)
    if costs.ndim != 2 or not costs.size:
        raise errors.bad_value("costs", costs.shape, "a non-empty matrix of finite numbers")
    return costs


@contextmanager
def telling_where(costs: np.ndarray) -> Generator[None]:
    """Turn `NotFiniteError` into HM025 with the first of these costs that is not."""
    try:
        yield
    except NotFiniteError:
        raise _first_not_finite(costs) from None


def starting_prices(given: Any, n_columns: int) -> np.ndarray:
    """Column prices to begin with: one finite number for each column."""
    start = np.asarray(_real("start", given), dtype=np.float64)
    if start.shape != (n_columns,):
        raise errors.bad_value("start", start.shape, f"{n_columns} prices, one for each column")
    bad = np.flatnonzero(~np.isfinite(start))
    if bad.size:
        place = int(bad[0])
        raise errors.bad_value(f"start[{place}]", float(start[place]), "finite prices")
    return start


def number(name: str, given: Any, fits: Callable[[float], bool], allowed: str) -> float:
    """A number that fits; True and False are none."""
    if getattr(given, "ndim", None) == 0:
        given = given.item()
    if not isinstance(given, Real) or isinstance(given, bool) or not fits(float(given)):
        shape = getattr(given, "shape", None)
        raise errors.bad_value(name, given if shape is None else tuple(shape), allowed)
    return float(given)


def tolerated_gap(given: Any) -> float:
    """A tolerance: a share of the largest cost, above 0."""
    return number("tolerance", given, lambda share: 0 < share < np.inf, "a number above 0")


def allowed_gap(given: Any) -> float | None:
    """How much more than the optimum a plan may cost; None for as good as nothing."""
    if given is None:
        return None
    allowed = "a gap of 0 or more in units of cost, or None"
    return number("approximate", given, lambda gap: gap >= 0, allowed)


def yes_or_no(name: str, given: Any) -> bool:
    """True or False, and nothing that is merely taken for one of them."""
    if not isinstance(given, bool | np.bool_):
        raise errors.bad_value(name, given, "True or False")
    return bool(given)


def _real(name: str, given: Any) -> np.ndarray:
    """An array of floats, of whatever real numbers it was; masked entries are NaN."""
    if isinstance(given, np.ma.MaskedArray) and np.ma.is_masked(given):
        given = np.where(given.mask, np.nan, given.data)
    try:
        values = to_numpy(given) if is_array_api_obj(given) else np.asarray(given)
    except ValueError:
        raise errors.bad_value(name, "rows of unequal length", "an array of numbers") from None
    if values.dtype.kind not in "biuf":
        raise errors.bad_value(name, values.dtype.name, "real numbers")
    return values if values.dtype == np.float32 else np.asarray(values, dtype=np.float64)


def _first_not_finite(costs: np.ndarray) -> errors.HomologError:
    n_rows, n_columns = costs.shape
    step = max(1, ROWS_A_TIME // n_columns)
    for first in range(0, n_rows, step):
        bad = np.argwhere(~np.isfinite(costs[first : first + step]))
        if bad.size:
            row, column = first + int(bad[0, 0]), int(bad[0, 1])
            return errors.bad_value(
                f"costs[{row}, {column}]",
                float(costs[row, column]),
                "finite numbers; a pair that must not be matched can have a large one",
            )
    # Each is finite, and only a sum of them is not.
    return errors.bad_value("the range of costs", "infinite", "costs whose differences are finite")

"""What log-scales, powers and times may be; everything else is HM025."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors

LARGEST_LOG = 1e9
"""Log-scales beyond this differ by more than any number can hold, and are known to 1e-7 only."""


def log_scales(given: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """One finite log-scale for each neuron."""
    h = real_array("h", given)
    if h.shape != shape:
        raise errors.bad_value("h", h.shape, f"shape {shape}: one log-scale for each neuron")
    bad = np.argwhere(~(np.abs(h) <= LARGEST_LOG))
    if bad.size:
        at = tuple(map(int, bad[0]))
        raise errors.bad_value(f"h{list(at)}", float(h[at]), f"numbers up to ±{LARGEST_LOG:g}")
    return h


def positive(name: str, given: Any) -> float:
    """A finite number above 0; True is none."""
    number = real_number(name, given, "a finite number above 0")
    if number <= 0:
        raise errors.bad_value(name, given, "a finite number above 0")
    return number


def real_number(name: str, given: Any, allowed: str = "a finite number") -> float:
    """A finite number; True and False are none."""
    if getattr(given, "ndim", None) == 0:
        given = given.item()
    if isinstance(given, bool) or not isinstance(given, Real) or not np.isfinite(float(given)):
        raise errors.bad_value(name, given, allowed)
    return float(given)


def rising_times(given: Any) -> NDArray[np.float64]:
    """Times from 0 on, one after the other."""
    times = np.atleast_1d(real_array("times", given))
    fit = times.ndim == 1 and times.size and np.isfinite(times).all() and times[0] >= 0
    if not fit or not (np.diff(times) > 0).all():
        raise errors.bad_value("times", given, "finite numbers from 0 on, each above the last")
    return times


def real_array(name: str, given: Any) -> NDArray[np.float64]:
    """Real numbers in float64, of any shape."""
    try:
        array = np.asarray(given)
    except (ValueError, TypeError):
        raise errors.bad_value(name, "rows of unequal length", "an array of numbers") from None
    if array.dtype.kind not in "iuf":
        raise errors.bad_value(name, array.dtype.name, "real numbers")
    return array.astype(np.float64)

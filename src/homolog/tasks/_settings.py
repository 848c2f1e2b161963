"""Settings of tasks, checked: whole numbers, real numbers, ranges."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from homolog import errors


def whole(what: str, given: Any, least: int) -> int:
    """A whole number of at least so much; HM025 for anything else."""
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or given < least:
        raise errors.bad_value(what, given, f"a whole number, {least} or more")
    return int(given)


def real(what: str, given: Any, least: float = 0.0, *, above: bool = False) -> float:
    """A finite number of at least so much, or `above` it; HM025 for anything else."""
    number = isinstance(given, int | float | np.number) and not isinstance(given, bool)
    if not number or not isfinite(given) or given < least or (above and given == least):
        raise errors.bad_value(what, given, f"a number {'above' if above else 'from'} {least:g}")
    return float(given)


def span(what: str, given: Any, least: int) -> tuple[int, int]:
    """Two whole numbers, the shortest and the longest, as ``(10, 20)``; HM025 for anything else."""
    if not isinstance(given, tuple) or len(given) != 2:
        raise errors.bad_value(what, given, "the shortest and the longest, as in (10, 20)")
    shortest, longest = (whole(what, one, least) for one in given)
    if shortest > longest:
        raise errors.bad_value(what, given, "the shortest first")
    return shortest, longest

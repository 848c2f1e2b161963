"""What callers give to more than one audit: measures, and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homolog import errors
from homolog._words import listed
from homolog.measures import find
from homolog.measures._measure import Measure


def measures_of(given: Any) -> tuple[Measure, ...]:
    """One name or measure, or several, as measures.

    HM025 for what is neither, for none and for one of them twice; HM023 for an unknown name.
    """
    if isinstance(given, str | Measure):
        return (measure_of(given),)
    try:
        several = tuple(given)
    except TypeError:
        raise errors.bad_value("measures", given, "names or measures") from None
    if not several:
        raise errors.bad_value("measures", given, "one or more names or measures")
    found = tuple(measure_of(one) for one in several)
    labels = [one.label for one in found]
    if len(set(labels)) < len(labels):
        raise errors.bad_value("measures", ", ".join(labels), "each of them once")
    return found


def measure_of(given: Any) -> Measure:
    """A measure, or that of this name."""
    if isinstance(given, Measure):
        return given
    if not isinstance(given, str):
        got = given if np.isscalar(given) else type(given).__name__  # not all of an array
        raise errors.bad_value("measure", got, "a name or a measure")
    return find(given)


def scored_apart(measures: Sequence[Measure]) -> list[str]:
    """A line that says which scores are not in the measure's own unit; none if all are."""
    distances = [one.label for one in measures if not one.higher_is_closer]
    return [f"{listed(distances)}: 1 - distance / worst"] if distances else []

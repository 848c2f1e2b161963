"""Times the measures that are computed unless one asks for others, all in one call."""

from collections.abc import Sequence
from dataclasses import dataclass

import homolog
from benchmarks.populations import Responses, Size
from benchmarks.timing import timed
from homolog.comparison import DEFAULT_MEASURES


@dataclass(frozen=True)
class OneCall:
    """CPU seconds that ``homolog.matrix(populations)`` takes for all pairs."""

    size: Size
    seconds: float


def one_call(size: Size, populations: Sequence[Responses]) -> OneCall:
    """Time the call, beginning with responses that nothing is known of."""
    few = {"one": populations[0][:40, :5], "other": populations[1][:40, :6]}
    homolog.matrix(few)  # what is compiled once is not timed
    named = {f"population {i}": x for i, x in enumerate(populations)}
    return OneCall(size, timed({"call": lambda _: homolog.matrix(named)})["call"].seconds)


def is_covered_by(names: Sequence[str]) -> bool:
    """Whether all measures of the default set are timed one by one, too."""
    return set(DEFAULT_MEASURES) <= set(names)

"""What noise, or another animal, lets a candidate score, with its own interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog.measures._measure import Measure
from homolog.ranking._left_out import Kept, left_out
from homolog.statistics import Progress

What = Literal["session", "pairs", "left-out"]


def over_stimuli(
    found: Ceiling,
    number: Callable[[Kept], float],
    block: NDArray[np.int64] | None,
    what: str,
    progress: Progress,
) -> Ceiling:
    """The ceiling with its jackknife interval over stimuli, cut at the ends of the range.

    Parameters
    ----------
    found
        Without an interval.
    number
        From the stimuli that are kept to the ceiling.
    block
        (stimulus,) with which block each is left out; None: no interval.
    what, progress
        Told of every block.
    """
    if block is None:
        return found

    def without(kept: Kept, wanted: Sequence[str]) -> dict[str, float | str]:
        try:
            return dict.fromkeys(wanted, number(kept))
        except errors.HomologError as error:
            return dict.fromkeys(wanted, str(error))

    estimate = left_out({"": found.value}, without, block, what, progress).of({"": 1})
    if estimate.why_not:
        why = f"no interval: without some stimuli there is no ceiling ({estimate.why_not})"
        return replace(found, warnings=(*found.warnings, why))
    interval = within(found.measure, estimate.interval())
    why = () if interval else ("no interval: the ceiling is the same without any stimulus",)
    return replace(found, interval=interval, warnings=(*found.warnings, *why))


def within(measure: Measure, interval: tuple[float, float] | None) -> tuple[float, float] | None:
    """An interval cut at the ends of a measure's range; None of a count that nothing changes."""
    if interval is None or statistics.unmoved(measure, interval):
        return None
    low, high = measure.ends
    return max(low, interval[0]), min(high, interval[1])


@dataclass(frozen=True, eq=False)
class Ceiling:
    """What noise, or another animal, lets a candidate score by one measure.

    Attributes
    ----------
    measure
        What was scored with; for a distance this is a floor.
    what
        ``"session"``: halves of one recording's trials; ``"pairs"``: one animal against
        another; ``"left-out"``: each animal against all the others together.
    of
        The recording, or how many there are.
    value
        The ceiling.
    interval
        95 % jackknife interval over stimuli, or None (the warnings say why).
    over_recordings
        Of ``"pairs"``, 95 % jackknife interval over recordings; None with fewer than 8. It
        is about other animals where each recording is of an animal of its own.
    halves
        Of ``"session"``, mean agreement of two halves of the trials.
    corrected
        Whether Spearman-Brown carried the halves to all trials. Where not, the value is
        that of halves, a bound on the side of a noisier recording.
    parts
        The splits' agreements, or the scores of the pairs or of the animals left out.
    warnings
        What to know before believing it.
    """

    measure: Measure
    what: What
    of: str
    value: float
    interval: tuple[float, float] | None = None
    over_recordings: tuple[float, float] | None = None
    halves: float | None = None
    corrected: bool = False
    parts: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()

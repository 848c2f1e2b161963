"""The ceiling of one recording: how well halves of its trials agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog.measures._measure import Measure
from homolog.pairing import LEAST_TRIALS_TO_HALVE, Halves, seen
from homolog.ranking._ceiling import Ceiling, over_stimuli
from homolog.ranking._left_out import Kept
from homolog.representation import Representation
from homolog.statistics import Progress


def session_ceiling(
    measure: Measure,
    recording: Representation,
    block: NDArray[np.int64] | None,
    *,
    splits: int,
    seed: int,
    progress: Progress,
) -> Ceiling:
    """The ceiling of one recording, from repeated random halves of its trials.

    What a candidate without noise of its own would score if it were what the recording
    repeats. Spearman-Brown carries the mean agreement of the halves to all trials where it
    holds: see `homolog.statistics.why_not_carried`.

    Parameters
    ----------
    measure
        With folds that keep together what belongs together.
    recording
        With trials.
    block
        (stimulus,) with which block each stimulus is left out; None: no interval.
    splits
        How many random splits; 1: odd against even trials.
    seed
        Of the splits.
    progress
        Told of every block.

    Raises
    ------
    HomologError
        HM011 without two trials of every stimulus, HM031 for a similarity on which equal
        populations score no common number, HM035 where nothing repeats; and what the measure
        refuses.
    """
    pairs = _halves(measure, recording, splits, seed)
    everything = np.ones(recording.n_stimuli, dtype=bool)
    parts = _agreements(measure, pairs, everything)
    half = float(np.mean(parts))
    why_not = statistics.why_not_carried(measure, half, *pairs[0], rng=seed)
    corrected = not why_not
    found = Ceiling(
        measure=measure,
        what="session",
        of=recording.called,
        value=_carried(measure, half, corrected),
        halves=half,
        corrected=corrected,
        parts=tuple(parts),
        warnings=(why_not,) if why_not else (),
    )

    def without(kept: Kept) -> float:
        again = _agreements(statistics.on(measure, kept), pairs, kept)
        return _carried(measure, float(np.mean(again)), corrected)

    return over_stimuli(found, without, block, f"{measure.name}: ceiling", progress)


def _halves(measure: Measure, recording: Representation, splits: int, seed: int) -> list[Halves]:
    """What the measure sees of two halves of the trials, for each split."""
    if measure.sees == "trial":
        return [_halves_of_trials(measure, recording, splits, [seed, i]) for i in range(splits)]
    if splits == 1:
        drawn = [recording.halves()]
    else:
        rngs = (np.random.default_rng([seed, i]) for i in range(splits))
        drawn = [recording.halves("random", rng) for rng in rngs]
    return [(seen(measure, first), seen(measure, second)) for first, second in drawn]


def _halves_of_trials(
    measure: Measure, recording: Representation, splits: int, seed: list[int]
) -> Halves:
    """Two halves of the trials themselves, for a measure that sees every one."""
    n = recording.n_trials
    if n < LEAST_TRIALS_TO_HALVE:
        allowed = f"{LEAST_TRIALS_TO_HALVE} or more, to halve them for {measure.name}"
        raise errors.bad_value("the number of trials", n, allowed)
    order = np.arange(n) if splits == 1 else np.random.default_rng(seed).permutation(n)
    halves = (np.sort(order[start : n - n % 2 : 2]) for start in (0, 1))
    first, second = (seen(measure, recording.select(trials=half)) for half in halves)
    return first, second


def _agreements(measure: Measure, pairs: Sequence[Halves], kept: Kept) -> list[float]:
    return [statistics.of_halves(measure, one[kept], other[kept]) for one, other in pairs]


def _carried(measure: Measure, half: float, corrected: bool) -> float:
    """The score of a noise-free candidate, or that of the halves where that is not known."""
    repeated = statistics.carried(measure, half, holds=corrected)
    ceiling = statistics.ceiling(measure, repeated, None, holds=corrected)
    assert ceiling is not None  # for there is a reliability
    return ceiling

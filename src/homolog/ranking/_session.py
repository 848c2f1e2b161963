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
from homolog.scoring import ROUGH_RELIABILITY
from homolog.statistics import Floats, Progress

UNRELATED = 20
"""Permutations that tell how alike unrelated halves are."""

MOST_CHANCE = 0.2
"""With unrelated halves more alike than this Spearman-Brown does not hold."""


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
    holds: for variance that repeats, and for correlation-like measures if halves agree by at
    least 0.5 and unrelated halves, stimuli permuted, by at most 0.2.

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
        HM011 without two trials of every stimulus, HM031 for a similarity without an upper
        end, HM035 where nothing repeats; and what the measure refuses.
    """
    pairs = _halves(measure, recording, splits, seed)
    everything = np.ones(recording.n_stimuli, dtype=bool)
    parts = _agreements(measure, pairs, everything)
    half = float(np.mean(parts))
    why_not = _why_not_carried(measure, half, *pairs[0], seed)
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
    return [(first.matrix, second.matrix) for first, second in drawn]


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


def _why_not_carried(
    measure: Measure, half: float, first: Floats, second: Floats, seed: int
) -> str:
    """Why Spearman-Brown does not hold, in words; nothing where it does."""
    if measure.kind == "variance":
        return ""
    if measure.kind == "distance":
        return (
            "distance between halves of the trials, which are noisier than all: the floor is lower"
        )
    low = "agreement of halves of the trials as it is, so the ceiling is higher:"
    if half < ROUGH_RELIABILITY:
        return (
            f"{low} they agree by {half:.2f}, and Spearman-Brown is not reliable below"
            f" {ROUGH_RELIABILITY:g}"
        )
    null = statistics.permutation_null(measure, first, second, UNRELATED, rng=seed)
    if null.mean() > MOST_CHANCE:
        return (
            f"{low} unrelated halves agree by {null.mean():.2f}, which Spearman-Brown would take"
            " for what repeats"
        )
    return ""


def _carried(measure: Measure, half: float, corrected: bool) -> float:
    """The score of a noise-free candidate, or that of the halves where that is not known."""
    if measure.kind == "distance":
        return half
    if measure.best != 1:
        raise errors.undefined(
            f"the ceiling of {measure.label}", "the score has no upper end", "Normalise it."
        )
    if not half > 0:
        raise errors.nothing_repeats(measure.name, half)
    if not corrected:
        return half
    ceiling = statistics.ceiling(measure, statistics.spearman_brown(half), None)
    assert ceiling is not None  # for there is a reliability
    return ceiling

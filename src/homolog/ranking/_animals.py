"""Ceilings across animals: how well other animals do, on the same stimuli."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from homolog import statistics
from homolog._words import counted
from homolog.measures._measure import Measure
from homolog.pairing import seen
from homolog.ranking._ceiling import Ceiling, over_stimuli, within
from homolog.ranking._left_out import Estimate, Kept
from homolog.representation import Representation
from homolog.statistics import Progress


def pairs_ceiling(
    measure: Measure,
    recordings: Mapping[str, Representation],
    block: NDArray[np.int64] | None,
    progress: Progress,
) -> Ceiling:
    """What one animal scores against another: mean over pairs.

    Parameters
    ----------
    measure
        With folds that keep together what belongs together.
    recordings
        Name -> what the measure sees: (stimulus, neuron) condition means, or every trial;
        two or more, row for row.
    block, progress
        As of `session_ceiling`.

    Returns
    -------
    ceiling
        Over ordered pairs, or over each pair once if the measure is symmetric.
    """
    names = list(recordings)
    ends = [
        (a, b)
        for a, b in permutations(names, 2)
        if not measure.symmetric or names.index(a) < names.index(b)
    ]
    arrays = {name: seen(measure, one) for name, one in recordings.items()}
    everything = np.ones(len(arrays[names[0]]), dtype=bool)

    def scores(kept: Kept) -> dict[tuple[str, str], float]:
        one = statistics.on(measure, kept)
        found = {name: one.summary(array[kept]) for name, array in arrays.items()}
        return {(a, b): float(one.score(found[a], found[b])) for a, b in ends}

    values = scores(everything)
    found = Ceiling(
        measure=measure,
        what="pairs",
        of=counted(len(names), "recording"),
        value=float(np.mean(list(values.values()))),
        over_recordings=_over_recordings(names, values, measure),
        parts=tuple(values.values()),
    )

    def without(kept: Kept) -> float:
        return float(np.mean(list(scores(kept).values())))

    return over_stimuli(found, without, block, f"{measure.name}: pairs of recordings", progress)


def _over_recordings(
    names: Sequence[str], values: Mapping[tuple[str, str], float], measure: Measure
) -> tuple[float, float] | None:
    """Interval of the mean over pairs for other animals, by leaving one out at a time."""
    if len(names) < statistics.LEAST_STIMULI:
        return None
    left = np.array(
        [float(np.mean([v for ends, v in values.items() if name not in ends])) for name in names]
    )
    mean, sizes = float(np.mean(list(values.values()))), np.ones(len(names), dtype=np.int64)
    error = statistics.standard_error(mean, left, sizes)
    return within(measure, Estimate(mean, error, len(names) - 1).interval())


def left_out_ceiling(
    measure: Measure,
    recordings: Mapping[str, Representation],
    block: NDArray[np.int64] | None,
    progress: Progress,
) -> Ceiling:
    """What all other animals together score against one: mean over the animal left out.

    The others' neurons stand beside each other, each animal centred and scaled to the same
    total variance, as one candidate. For measures of similarities between stimuli, such as
    CKA, that is the mean of the animals' similarities, as in the lower ceiling of RSA.

    Parameters
    ----------
    measure, recordings, block, progress
        As of `pairs_ceiling`; means of three recordings or more.
    """
    pooled = {name: _pooled(recordings, name) for name in recordings}
    everything = np.ones(next(iter(recordings.values())).n_stimuli, dtype=bool)

    def scores(kept: Kept) -> list[float]:
        one = statistics.on(measure, kept)
        return [
            float(one.score(one.summary(of.matrix[kept]), one.summary(pooled[name][kept])))
            for name, of in recordings.items()
        ]

    values = scores(everything)
    found = Ceiling(
        measure=measure,
        what="left-out",
        of=counted(len(recordings), "recording"),
        value=float(np.mean(values)),
        parts=tuple(values),
    )

    def without(kept: Kept) -> float:
        return float(np.mean(scores(kept)))

    return over_stimuli(found, without, block, f"{measure.name}: recording left out", progress)


def _pooled(recordings: Mapping[str, Representation], but: str) -> NDArray[np.float64]:
    """(stimulus, neuron) of all animals but one, each of total variance 1."""
    others = [
        one.matrix - one.matrix.mean(axis=0) for name, one in recordings.items() if name != but
    ]
    return np.concatenate([one / np.linalg.norm(one) for one in others], axis=1)

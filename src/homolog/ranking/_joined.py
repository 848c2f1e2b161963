"""Several populations brought row for row onto the stimuli that all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from homolog.comparison import Groups, group_labels
from homolog.measures._measure import Measure
from homolog.pairing import Pair, holding_out, pair, trusted
from homolog.representation import Representation
from homolog.representation._axes import Label


@dataclass(frozen=True, eq=False)
class Joined:
    """Condition means on the stimuli that all share, and the reference with its trials.

    Attributes
    ----------
    reference
        (stimulus, neuron) condition means, or (stimulus, time, neuron).
    candidates
        Name -> the same of each candidate, row for row.
    trials, candidate_trials
        The reference, and the candidates, with their single trials on the same stimuli.
    groups
        What each stimulus belongs with; None: each stands alone.
    warnings
        What was dropped or taken on trust.
    """

    reference: Representation
    candidates: Mapping[str, Representation]
    trials: Representation
    candidate_trials: Mapping[str, Representation]
    groups: tuple[Label, ...] | None
    warnings: tuple[str, ...]

    def seen_by(self, measure: Measure) -> tuple[Representation, Mapping[str, Representation]]:
        """What a measure sees of reference and candidates: their means, or every trial."""
        if measure.sees == "trial":
            return self.trials, self.candidate_trials
        return self.reference, self.candidates

    def held_out(self, measure: Measure, groups: Groups) -> Measure:
        """The measure with folds that keep together what belongs together.

        Raises
        ------
        HomologError
            HM012 when times of one stimulus would be in training and test.
        """
        reference = replace(self.reference, groups=self.groups)
        both = Pair(reference, reference, None, None, ())
        return holding_out(measure, both, group_labels(both, groups))


def joined(
    reference: Representation,
    candidates: Mapping[str, Representation],
    align: bool,
    measures: Sequence[Measure],
) -> Joined:
    """Bring candidates onto the reference's stimuli; without any, leave the reference alone.

    A time axis is kept where all measures see it.

    Raises
    ------
    HomologError
        What `homolog.pairing.pair` raises for any of them, with ``reorder=align``.
    """
    reference = reference if reference.name else replace(reference, name="the recording")
    named = {name: replace(one, name=name) for name, one in candidates.items()}
    in_time = all(measure.sees == "time" for measure in measures)
    pairs = {
        name: pair(reference, one, reorder=align, halves=False, in_time=in_time)
        for name, one in (named or {"": reference}).items()
    }
    shared = set.intersection(*(set(both.reference.labels) for both in pairs.values()))
    first = next(iter(pairs.values())).reference
    own = first.select(stimuli=_among(first, shared))
    on_shared = {
        name: pairs[name].candidate.select(stimuli=_among(pairs[name].reference, shared))
        for name in named
    }
    groups = [own.groups, *(one.groups for one in on_shared.values())]
    return Joined(
        reference=own,
        candidates=on_shared,
        trials=reference.select(stimuli=_among(reference, shared)),
        candidate_trials={
            name: _with_trials(one, reference, own, shared) for name, one in named.items()
        },
        groups=next((one for one in groups if one is not None), None),
        warnings=_warnings(reference, named, pairs),
    )


def _warnings(
    reference: Representation, named: Mapping[str, Representation], pairs: Mapping[str, Pair]
) -> tuple[str, ...]:
    """What was dropped, and once for all of them what was taken on trust."""
    if not named:
        return reference.dropped
    of_pairs = {note for one in named.values() for note in _unlabelled([reference, one])}
    notes = dict.fromkeys(note for both in pairs.values() for note in both.warnings)
    taken = _unlabelled([reference, *named.values()])
    return (*(note for note in notes if note not in of_pairs), *taken)


def _unlabelled(populations: Sequence[Representation]) -> tuple[str, ...]:
    return trusted([one.called for one in populations if one.stimuli is None])


def _with_trials(
    one: Representation, reference: Representation, own: Representation, shared: set[Label]
) -> Representation:
    """A candidate as it was given, in the order of the reference's stimuli."""
    if one.stimuli is None or reference.stimuli is None:
        return one.select(stimuli=_among(reference, shared))
    return one.select(stimuli=own.labels)


def _among(population: Representation, shared: set[Label]) -> NDArray[np.bool_]:
    return np.array([label in shared for label in population.labels])

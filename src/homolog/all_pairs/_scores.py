"""The scores of all pairs, from as few summaries as possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.comparison import Groups
from homolog.measures._measure import Measure
from homolog.pairing import Pair, holding_out, pair, summary_of, trusted
from homolog.representation import Representation
from homolog.scoring import Refusal, unless_refused
from homolog.statistics import Progress

Values = NDArray[np.float64]


def scores_of_all(
    named: Sequence[Representation],
    measures: Sequence[Measure],
    align: bool,
    groups: Groups,
    progress: Progress,
) -> tuple[list[tuple[Measure, Values]], tuple[Refusal, ...], list[str]]:
    """(population, population) scores by each measure, those that refuse, and what to say."""
    if _same_stimuli(named):
        return _from_summaries(named, measures, groups, progress)
    return _from_pairs(named, measures, align, groups, progress)


def _same_stimuli(named: Sequence[Representation]) -> bool:
    """Whether no pair has anything to drop or to reorder."""
    first = named[0]
    return all(
        one.stimuli == first.stimuli
        and one.groups == first.groups
        and one.n_stimuli == first.n_stimuli
        and one.condition_means().missing is None
        for one in named
    )


def _from_summaries(
    named: Sequence[Representation],
    measures: Sequence[Measure],
    groups: Groups,
    progress: Progress,
) -> tuple[list[tuple[Measure, Values]], tuple[Refusal, ...], list[str]]:
    """Bring all onto the same rows once, and summarise each once for each measure."""
    pairs = [pair(named[0], one, halves=False, in_time=_in_time(measures)) for one in named]
    found, refused = unless_refused(
        measures, lambda measure: (measure, _of_all(pairs, measure, groups, progress))
    )
    unlabelled = [one.called for one in named if one.stimuli is None]
    notes = [note for one in named for note in one.dropped]
    return found, refused, [*notes, *trusted(unlabelled)]


def _of_all(pairs: Sequence[Pair], measure: Measure, groups: Groups, progress: Progress) -> Values:
    """Scores of all candidates of `pairs` against each other."""
    measure = _held_out(measure, pairs[0], groups)
    summaries = [_summary(measure, both.seen_by(measure)[1]) for both in pairs]
    values = measure.score_all(summaries)
    if values is None:
        return _pair_by_pair(summaries, measure, progress)
    progress(f"{measure.label}: pairs", values.size, values.size)
    return values


def _pair_by_pair(summaries: Sequence[Any], measure: Measure, progress: Progress) -> Values:
    n, done = len(summaries), 0
    values, total = np.empty((n, n)), len(_orders(n, measure.symmetric))
    for j, summary in enumerate(summaries):
        candidate = copy(summary)  # what a regression fits to it goes with it
        for i in range(j + 1 if measure.symmetric else n):
            values[i, j] = float(measure.score(summaries[i], candidate))
            if measure.symmetric:
                values[j, i] = values[i, j]
            done += 1
            progress(f"{measure.label}: pairs", done, total)
    return values


def _from_pairs(
    named: Sequence[Representation],
    measures: Sequence[Measure],
    align: bool,
    groups: Groups,
    progress: Progress,
) -> tuple[list[tuple[Measure, Values]], tuple[Refusal, ...], list[str]]:
    """Bring each pair onto the stimuli it shares, once for all measures."""
    warnings: list[str] = []
    values = {measure.label: np.empty((len(named), len(named))) for measure in measures}
    left, refused = list(measures), tuple[Refusal, ...]()
    wanted = _orders(len(named), all(measure.symmetric for measure in measures))
    for done, (i, j) in enumerate(wanted, start=1):
        both = pair(named[i], named[j], reorder=align, halves=False, in_time=_in_time(measures))
        if i < j:  # of (j, i) the same is to be said; of a population and itself nothing
            warnings.extend(both.warnings)
        of_rows = partial(_folds_of_pair, named[0], named[i], both)
        fill = partial(_fill, values, (i, j), both, groups, of_rows)
        left, refused = unless_refused(left, fill, refused)
        progress("pairs", done, len(wanted))
    return [(measure, values[measure.label]) for measure in left], refused, warnings


def _fill(
    values: Mapping[str, Values],
    at: tuple[int, int],
    both: Pair,
    groups: Groups,
    of_rows: Callable[[Measure], Measure],
    measure: Measure,
) -> Measure:
    """Write the score of a pair where it belongs, and of a symmetric measure its mirror's."""
    if at[0] <= at[1] or not measure.symmetric:
        values[measure.label][at] = _of_one(both, of_rows(measure), groups)
    if measure.symmetric:
        values[measure.label][at[::-1]] = values[measure.label][at]
    return measure


def _of_one(both: Pair, measure: Measure, groups: Groups) -> float:
    held = _held_out(measure, both, groups)
    x, y = (_summary(held, one) for one in both.seen_by(measure))
    return float(held.score(x, y))


def _summary(measure: Measure, population: Representation) -> Any:
    """The measure's summary, with the name of a population that has too many neurons for it."""
    try:
        return summary_of(measure, population)
    except errors.HomologError as error:
        if error.code != "HM005":
            raise
        why = str(error).removeprefix("HM005 ")
        raise errors.HomologError("HM005", f"{population.called}: {why}") from None


def _folds_of_pair(
    first: Representation, reference: Representation, both: Pair, measure: Measure
) -> Measure:
    """The measure with folds of a pair's rows, if labels were told for the first population's.

    Raises
    ------
    HomologError
        HM025 for a row that is none of the first population's.
    """
    folds: Any = measure.options.get("folds")
    if np.shape(folds) != (first.n_stimuli,):
        return measure
    known = reference.labels if None in (first.stimuli, reference.stimuli) else first.labels
    place = {label: row for row, label in enumerate(known)}
    unknown = [label for label in both.reference.labels if label not in place]
    if unknown:
        what = f"without a label for stimulus {unknown[0]!r} of {reference.called}"
        allowed = f"labels of stimuli that {first.called} has, too: leave out the others"
        raise errors.bad_value("folds", what, allowed)
    return measure.using(folds=np.asarray(folds)[[place[one] for one in both.reference.labels]])


def _orders(n: int, symmetric: bool) -> list[tuple[int, int]]:
    """Reference and candidate of every pair to be scored."""
    return [(i, j) for i, j in product(range(n), repeat=2) if i <= j or not symmetric]


def _in_time(measures: Sequence[Measure]) -> bool:
    """Whether populations keep their time axis, for which measures of mean responses refuse."""
    return any(measure.sees == "time" for measure in measures)


def _held_out(measure: Measure, both: Pair, groups: Groups) -> Measure:
    own = both.reference.groups or both.candidate.groups
    return holding_out(measure, both, None if groups is None else own)

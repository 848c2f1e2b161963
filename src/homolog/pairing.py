"""Two populations brought row for row onto the same stimuli, with nothing hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import constant_columns
from homolog._words import counted, listed
from homolog.measures._blocks import blocks_of
from homolog.measures._measure import Measure
from homolog.representation import Representation, align, require_same_stimuli, without

Halves = tuple[NDArray[np.float64], NDArray[np.float64]]

LEAST_TRIALS_TO_HALVE = 4
"""Half of them must be two, for a measure that tells signal from noise by single trials."""

_DIMS = {"trial": ("trial", "stimulus", "neuron"), "time": ("stimulus", "time", "neuron")}


@dataclass(frozen=True, eq=False)
class Pair:
    """Condition means of two populations on the same stimuli, ready to be scored.

    Attributes
    ----------
    reference, candidate
        (stimulus, neuron) condition means, complete, equal stimuli in equal rows.
    reference_halves, candidate_halves
        Condition means of odd and of even trials, or why there are none.
    warnings
        What was dropped or taken on trust on the way.
    trials
        Reference and candidate on the same stimuli as they were given, with single trials.
    """

    reference: Representation
    candidate: Representation
    reference_halves: Halves | str | None
    candidate_halves: Halves | str | None
    warnings: tuple[str, ...]
    trials: tuple[Representation, ...] = ()

    def seen_by(self, measure: Measure) -> tuple[Representation, ...]:
        """What a measure sees of reference and candidate: their means, or every trial."""
        return self.trials if measure.sees == "trial" else (self.reference, self.candidate)

    def halves_for(self, measure: Measure) -> tuple[Halves | str | None, ...]:
        """The same of odd and of even trials, or why there are none."""
        if measure.sees != "trial":
            return self.reference_halves, self.candidate_halves
        return tuple(_halves_of_trials(measure, one) for one in self.trials)


def pair(
    reference: Representation,
    candidate: Representation,
    *,
    reorder: bool = False,
    halves: bool = True,
    in_time: bool = False,
) -> Pair:
    """Check that two populations saw the same stimuli and take means over trials.

    Parameters
    ----------
    reference, candidate
        Populations with any dims but time, unless `in_time`; fold time into stimuli first.
    reorder
        Whether to keep the shared stimuli in the reference's order where labels differ,
        instead of raising.
    halves
        Whether to take means over halves of the trials, too.
    in_time
        Whether a time axis is kept, for measures that see it.

    Raises
    ------
    HomologError
        HM001 other stimuli, HM002 another order, HM003 transposed, HM028 a time axis,
        HM036 rows grouped differently.
    """
    reference, candidate = _named(reference, "X"), _named(candidate, "Y")
    unlabelled = [one.called for one in (reference, candidate) if one.stimuli is None]
    if reorder and not unlabelled and reference.stimuli != candidate.stimuli:
        reference, candidate = align(reference, candidate)
    require_same_stimuli(reference, candidate)
    x, y = reference.condition_means(), candidate.condition_means()
    x, y, kept = _complete(x, y, in_time)
    return Pair(
        reference=x,
        candidate=y,
        reference_halves=_halves(reference, kept) if halves else None,
        candidate_halves=_halves(candidate, kept) if halves else None,
        warnings=(
            *x.dropped,
            *y.dropped,
            *gaps(reference),
            *gaps(candidate),
            *trusted(unlabelled),
        ),
        trials=tuple(
            one if kept.all() else one.select(stimuli=kept) for one in (reference, candidate)
        ),
    )


def _named(population: Representation, name: str) -> Representation:
    return population if population.name else replace(population, name=name)


def trusted(unlabelled: list[str]) -> tuple[str, ...]:
    """Say that rows without labels are taken to be the same stimuli."""
    if not unlabelled:
        return ()
    verb = "has" if len(unlabelled) == 1 else "have"
    return (
        f"{listed(unlabelled)} {verb} no stimulus labels: row k of one is taken to be"
        " the same stimulus as row k of the other",
    )


def gaps(population: Representation) -> tuple[str, ...]:
    """Say that some trials lack responses, for their means are over the others."""
    if population.missing is None or not population.has_trials:
        return ()
    share = population.missing.mean()
    return (
        f"{population.called}: {share:.1%} of single-trial responses are missing from its means",
    )


def _complete(
    x: Representation, y: Representation, in_time: bool
) -> tuple[Representation, Representation, NDArray[np.bool_]]:
    """Drop the stimuli at which any neuron of either was never recorded."""
    lacking = np.zeros(x.n_stimuli, dtype=bool)
    for one in (x, y):
        if one.missing is not None:
            lacking |= one.missing.any(axis=tuple(range(1, one.missing.ndim)))
    why = "without any response of some neuron, in one or the other population"
    x, y = (without(one, "stimulus", lacking, why) for one in (x, y))
    if not in_time:
        for one in (x, y):
            _ = one.matrix  # refuses what is not (stimulus, neuron) by now
    return x, y, ~lacking


def _halves(population: Representation, kept: NDArray[np.bool_]) -> Halves | str | None:
    if not population.has_trials:
        return None
    try:
        first, second = population.select(stimuli=kept).halves()
    except errors.HomologError as error:
        return str(error)
    return _float64(first), _float64(second)


def _halves_of_trials(measure: Measure, population: Representation) -> Halves | str:
    n = population.n_trials
    if n < LEAST_TRIALS_TO_HALVE:
        return f"{measure.name} needs 2 trials in each half, and there are {n} in all"
    first, second = (population.select(trials=range(start, n, 2)) for start in (0, 1))
    return seen(measure, first), seen(measure, second)


def seen(measure: Measure, population: Representation) -> NDArray[np.float64]:
    """The array that a measure takes of a population.

    Returns
    -------
    responses
        (stimulus, neuron), or (stimulus, trial, neuron) or (stimulus, time, neuron) for a
        measure that sees these.

    Raises
    ------
    HomologError
        HM028 for a mean with other axes or missing responses, HM082 where trials or times
        are not there, HM083 where single trials are missing.
    """
    if measure.sees == "mean":
        return population.matrix
    if population.dims != _DIMS[measure.sees]:
        raise errors.population_unseen(
            measure.name, population.called, population.dims, measure.sees
        )
    if population.missing is not None:
        share = float(population.missing.mean())
        raise errors.trials_missing(measure.name, population.called, share)
    responses = _float64(population)
    return responses.swapaxes(0, 1) if measure.sees == "trial" else responses


def _float64(population: Representation) -> NDArray[np.float64]:
    return np.asarray(population.responses, dtype=np.float64)


def summary_of(measure: Measure, population: Representation) -> Any:
    """The measure's summary of a population, with errors that name it."""
    try:
        return measure.summary(seen(measure, population))
    except errors.HomologError as error:
        if error.code != "HM006" or measure.sees != "mean":
            raise
        x = population.matrix
        constant = np.flatnonzero(constant_columns(x))
        labels = [population.neuron_labels[i] for i in constant]
        raise errors.constant_neurons(population.called, labels, *x.shape[::-1]) from None


@dataclass(frozen=True, eq=False)
class Blocked:
    """Two populations of which the reference's rows are grouped in blocks of neighbours.

    Attributes
    ----------
    reference, candidate
        With the rows that are not left out.
    rows
        Places of the reference's rows among all that were given.
    said
        What was done.
    """

    reference: Representation
    candidate: Representation
    rows: NDArray[np.int64]
    said: tuple[str, ...]

    def rows_of(self, left: Representation) -> list[int]:
        """The same of what is left of the reference once it is paired."""
        place = dict(zip(self.reference.labels, self.rows.tolist(), strict=True))
        return [place[label] for label in left.labels]


def in_blocks(
    reference: Representation,
    candidate: Representation,
    length: int | None,
    gap: int,
    *,
    align: bool,
) -> Blocked:
    """Two populations whose rows are grouped in blocks of neighbours, if a length is given.

    Parameters
    ----------
    reference, candidate
        Rows are moments in time, in order.
    length, gap
        How many rows belong together at least, None for each alone, and how many are left out at
        the end of each block.
    align
        Whether rows of the candidate will be found by their labels.

    Raises
    ------
    HomologError
        HM025 for rows that belong together already, and numbers that cannot be.
    """
    if length is None:
        if gap:
            raise errors.bad_value("gap", gap, "0 where there are no blocks")
        return Blocked(reference, candidate, np.arange(reference.n_stimuli), ())
    if reference.groups or candidate.groups:
        raise errors.bad_value(
            "blocks", length, "None where rows belong to groups already: leave one out"
        )
    block, kept = blocks_of(reference.n_stimuli, length, gap)
    said = f"rows belong together in {counted(int(block.max()) + 1, 'block')} of neighbours"
    if gap:
        last = "last row of each is" if gap == 1 else f"last {gap} rows of each are"
        said += f"; the {last} left out: {np.sum(~kept)} of {len(kept)} rows"
    reference = replace(reference, groups=tuple(block.tolist()))
    by_label = align and reference.stimuli is not None and candidate.stimuli is not None
    if not by_label:
        require_same_stimuli(_named(reference, "X"), _named(candidate, "Y"))
        candidate = _cut(candidate, kept)
    return Blocked(_cut(reference, kept), candidate, np.flatnonzero(kept), (said,))


def _cut(population: Representation, kept: NDArray[np.bool_]) -> Representation:
    """Some rows, still without labels if they had none: others lose the same rows."""
    left = population.select(stimuli=kept)
    return left if population.stimuli else replace(left, stimuli=None)


def folds_of_rows(measure: Measure, rows: Sequence[int], n_given: int) -> Measure:
    """The measure with folds of the rows that are kept, if labels were told for all rows given."""
    folds: Any = measure.options.get("folds")
    if np.shape(folds) != (n_given,) or n_given == len(rows):
        return measure
    return measure.using(folds=np.asanyarray(folds)[rows])


def holding_out(measure: Measure, both: Pair, groups: Sequence[object] | None) -> Measure:
    """The measure with folds that keep together what belongs together.

    Raises
    ------
    HomologError
        HM012 when times of one stimulus would be in training and test.
    """
    if not measure.fits:
        return measure
    own = both.reference.groups or both.candidate.groups
    together = own if groups is None else groups
    if together is None:
        return measure
    if groups is None and isinstance(measure.options["folds"], int | np.integer):
        raise errors.leak("stimulus")
    return measure.holding_out(both.reference.n_stimuli, together)

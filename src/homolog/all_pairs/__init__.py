"""Many populations, every pair of them: a K x K matrix for each measure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

from homolog import errors
from homolog.all_pairs._matrix import Matrices, Matrix
from homolog.all_pairs._scores import scores_of_all
from homolog.comparison import Chosen, Groups, measures_asked, population
from homolog.measures._measure import Measure
from homolog.pairing import folds_of_rows, gaps, in_blocks
from homolog.representation import NanPolicy, Representation, represent
from homolog.statistics import Progress, silent

__all__ = ["Matrices", "Matrix", "matrix"]


@overload
def matrix(
    populations: Mapping[str, Any],
    measures: str | Measure,
    *,
    align: bool = ...,
    nan: NanPolicy = ...,
    groups: Groups = ...,
    blocks: int | None = ...,
    gap: int = ...,
    progress: Progress = ...,
) -> Matrix: ...
@overload
def matrix(
    populations: Mapping[str, Any],
    measures: list[str]
    | list[Measure]
    | list[str | Measure]
    | tuple[str | Measure, ...]
    | None = ...,
    *,
    align: bool = ...,
    nan: NanPolicy = ...,
    groups: Groups = ...,
    blocks: int | None = ...,
    gap: int = ...,
    progress: Progress = ...,
) -> Matrices: ...
def matrix(
    populations: Mapping[str, Any],
    measures: Chosen | None = None,
    *,
    align: bool = False,
    nan: NanPolicy = "stop",
    groups: Groups = None,
    blocks: int | None = None,
    gap: int = 0,
    progress: Progress = silent,
) -> Matrix | Matrices:
    """Score every population against every other.

    Of several measures, those that cannot score one pair or another are listed with their errors
    (`Matrices.refused`) beside the matrices of the others.

    Populations are checked and averaged once, and each measure summarises each population
    once, unless the stimuli that a pair shares differ from pair to pair. A symmetric measure
    is computed for one order only.

    Parameters
    ----------
    populations
        A name for each population: `Representation`, array, or what `represent` takes.
    measures
        A name or a `Measure`, or several. Default: unbiased_cka, procrustes, ridge and
        soft_matching_correlation.
    align
        Whether each pair keeps the stimuli it shares, where labels differ.
    nan
        What to do with NaN, see `represent`.
    groups
        What measures that fit hold out together: a label for each stimulus of the first
        population, of which others take theirs by the labels of their stimuli; or
        ``"stimulus"``, all times of a stimulus, needed after `Representation.fold_time`.
    blocks, gap
        For rows that are moments in time, in the order of the first population: how many
        neighbours measures that fit hold out together, and how many rows to leave out at the end
        of each block. None: rows are stimuli. With `align` the others may have their
        rows in another order, and fewer, but no stimulus that the first population lacks.
    progress
        Called with what is being done, pairs done and pairs in all.

    Returns
    -------
    matrix
        Labelled, with self-scores on the diagonal: a `Matrix` of one name or `Measure`, else
        `Matrices`, which index by the name of a measure.

    Raises
    ------
    HomologError
        What `compare` raises for any pair; of several measures, where all refuse one.

    Examples
    --------
    >>> import numpy as np, homolog
    >>> rng = np.random.default_rng(0)
    >>> layers = {name: rng.normal(size=(30, 5)) for name in ("one", "two")}
    >>> homolog.matrix(layers, "procrustes").names
    ('one', 'two')
    >>> [one.measure.name for one in homolog.matrix(layers)]
    ['unbiased_cka', 'procrustes', 'ridge', 'soft_matching_correlation']
    """
    if not isinstance(populations, Mapping) or not populations:
        allowed = "a mapping of names to populations, at least one"
        raise errors.bad_value("populations", type(populations).__name__, allowed)
    if isinstance(groups, str) and groups != "stimulus":
        raise errors.bad_value("groups", groups, '"stimulus", or a label for each stimulus')
    asked = measures_asked(measures)
    _require_names(populations)
    named = [_named(given, str(name), nan) for name, given in populations.items()]
    if groups is not None and not isinstance(groups, str):
        named = _grouped(named, groups)
    n_given = named[0].n_stimuli
    named, rows, said = _in_blocks(named, blocks, gap, align)
    notes = [*said, *(note for one in named for note in gaps(one))]
    if all(measure.sees != "trial" for measure in asked):
        named = [one.condition_means() for one in named]
    found, refused, more = scores_of_all(
        named,
        [folds_of_rows(measure, rows, n_given) for measure in asked],
        align,
        "stimulus" if blocks else groups,
        progress,
    )
    names, warnings = tuple(one.name for one in named), tuple(dict.fromkeys([*notes, *more]))
    each = tuple(Matrix(names, *one, warnings) for one in found)
    return each[0] if isinstance(measures, str | Measure) else Matrices(each, refused)


def _require_names(populations: Mapping[Any, Any]) -> None:
    names = [str(name) for name in populations]
    if len(set(names)) < len(names):
        raise errors.bad_value("names of populations", list(populations), "each written once")


def _named(given: Any, name: str, nan: NanPolicy) -> Representation:
    if isinstance(given, Representation):
        return replace(given, name=name)
    return represent(given, nan=nan, name=name)


def _grouped(named: Sequence[Representation], groups: Groups) -> list[Representation]:
    """The populations with the groups of their stimuli, told of those of the first."""
    _require_one_order(named)
    first = population(named[0], "stop", groups)
    of = dict(zip(first.labels, first.groups or (), strict=True))
    told = [first]
    for one in named[1:]:
        labels = first.labels if None in (one.stimuli, first.stimuli) else one.labels
        unknown = [label for label in labels if label not in of]
        if unknown:
            what = f"without a label for stimulus {unknown[0]!r} of {one.called}"
            allowed = f"labels of stimuli that {first.called} has, too: leave out the others"
            raise errors.bad_value("groups", what, allowed)
        told.append(population(one, "stop", [of[label] for label in labels]))
    return told


def _require_one_order(named: Sequence[Representation]) -> None:
    """Refuse a row that is one stimulus beside what has no labels, and two by its own."""
    bare = [one.called for one in named if one.stimuli is None]
    first, *others = [one for one in named if one.stimuli is not None] or named
    for one in others if bare else ():
        if one.stimuli != first.stimuli and one.n_stimuli == first.n_stimuli:
            remedy = (
                f"Row k of {bare[0]}, which has no stimulus labels, is taken to be row k of both:"
                f" give {bare[0]} its labels, or leave it out."
            )
            raise errors.groups_differ(first.called, one.called, remedy)


def _in_blocks(
    named: Sequence[Representation], length: int | None, gap: int, align: bool
) -> tuple[list[Representation], list[int], tuple[str, ...]]:
    """The populations in the first one's blocks, which of its rows are left, and what to say."""
    first = named[0]
    cuts = [in_blocks(first, one, length, gap, align=align) for one in named]
    cut = cuts[0]
    if length is None:
        return list(named), cut.rows.tolist(), ()
    _require_in_first(named, length)
    gone = set(first.labels) - set(cut.reference.labels) if first.stimuli else set[object]()
    others = [_without(one.candidate, gone) for one in cuts[1:]]
    return _grouped([cut.reference, *others], cut.reference.groups), cut.rows.tolist(), cut.said


def _require_in_first(named: Sequence[Representation], length: int) -> None:
    """Refuse rows that have no place among the first population's, so are in no block."""
    first = named[0]
    known = set(first.labels)
    for one in named[1:] if first.stimuli else ():
        lacking = [label for label in one.stimuli or () if label not in known]
        if lacking:
            allowed = (
                f"None where {first.called} lacks stimulus {lacking[0]!r} of {one.called}, for"
                " blocks are of rows of the first population: put one first that has every"
                " stimulus, or leave out the stimuli that it lacks"
            )
            raise errors.bad_value("blocks", length, allowed)


def _without(population: Representation, gone: Collection[object]) -> Representation:
    """A population without the stimuli of some labels, where it has labels at all."""
    if not population.stimuli or not gone:
        return population
    return population.select(stimuli=[label not in gone for label in population.labels])

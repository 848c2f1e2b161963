"""Many populations, every pair of them: a K x K matrix for each measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import product
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._words import decimals_for
from homolog.comparison import Chosen, Groups, measures_asked, population
from homolog.measures._measure import Measure
from homolog.measures._spelling import place_of
from homolog.pairing import Pair, gaps, holding_out, pair, summary_of, trusted
from homolog.representation import NanPolicy, Representation, represent
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Matrix:
    """Scores of every population against every other.

    Attributes
    ----------
    names
        Labels of the populations, in the order of rows and columns.
    measure
        What was computed.
    values
        (population, population) scores; rows are references, columns candidates.
    warnings
        What was dropped or taken on trust before scoring.
    """

    names: tuple[str, ...]
    measure: Measure
    values: NDArray[np.float64]
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The matrix with its labels, three digits each."""
        return _printed([self], self.warnings)

    __repr__ = __str__

    def to_dataframe(self) -> pd.DataFrame:
        """References in rows, candidates in columns."""
        import pandas as pd

        return pd.DataFrame(self.values, index=list(self.names), columns=list(self.names))

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write ``matrix.csv`` into `folder`: one row a pair, in long form."""
        return _saved([self], folder)


@dataclass(frozen=True, eq=False)
class Matrices:
    """Scores of every population against every other, by several measures.

    Prints every matrix; iterates over them; ``found["procrustes"]`` is one of them.

    Attributes
    ----------
    each
        A `Matrix` for every measure, in the order asked for, all of the same populations.
    """

    each: tuple[Matrix, ...]

    def __iter__(self) -> Iterator[Matrix]:
        """One matrix after the other."""
        return iter(self.each)

    def __len__(self) -> int:
        """How many measures there are."""
        return len(self.each)

    def __getitem__(self, name: str) -> Matrix:
        """The matrix of the measure with that label, or that name if it is one's alone."""
        return self.each[place_of(name, [one.measure for one in self.each], "matrix")]

    def __str__(self) -> str:
        """Every matrix with its labels, three digits each, then every warning."""
        return _printed(self.each, self.warnings)

    __repr__ = __str__

    @property
    def names(self) -> tuple[str, ...]:
        """Labels of the populations."""
        return self.each[0].names

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was dropped or taken on trust before scoring, for any measure."""
        return tuple(dict.fromkeys(note for one in self.each for note in one.warnings))

    def to_dataframe(self) -> pd.DataFrame:
        """Long form: a row for each measure, reference and candidate, with the value."""
        import pandas as pd

        return pd.DataFrame(_rows(self.each))

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write ``matrix.csv`` into `folder`: one row a measure and pair, in long form."""
        return _saved(self.each, folder)


def _printed(matrices: Sequence[Matrix], warnings: Sequence[str]) -> str:
    tables = map(_table, matrices)
    return "\n".join(["\n\n".join(tables), *(f"! {note}" for note in warnings)])


def _table(one: Matrix) -> str:
    decimals = decimals_for(*one.values.flat)
    head = f"{one.measure.label} (rows: reference, columns: candidate)\n"
    return head + one.to_dataframe().to_string(float_format=lambda value: f"{value:z.{decimals}f}")


def _rows(matrices: Sequence[Matrix]) -> list[dict[str, Any]]:
    return [
        {
            "reference": a,
            "candidate": b,
            "measure": one.measure.label,
            "value": float(one.values[i, j]),
        }
        for one in matrices
        for (i, a), (j, b) in product(enumerate(one.names), repeat=2)
    ]


def _saved(matrices: Sequence[Matrix], folder: str | PathLike[str]) -> Path:
    from homolog._tables import csv_text
    from homolog._write import write_whole

    folder = Path(folder)
    write_whole(folder / "matrix.csv", csv_text(_rows(matrices)).encode())
    return folder


@overload
def matrix(
    populations: Mapping[str, Any],
    measures: str | Measure,
    *,
    align: bool = ...,
    nan: NanPolicy = ...,
    groups: Groups = ...,
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
    progress: Progress = ...,
) -> Matrices: ...
def matrix(
    populations: Mapping[str, Any],
    measures: Chosen | None = None,
    *,
    align: bool = False,
    nan: NanPolicy = "stop",
    groups: Groups = None,
    progress: Progress = silent,
) -> Matrix | Matrices:
    """Score every population against every other.

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
        What `compare` raises for any pair.

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
    notes = [note for one in named for note in gaps(one)]
    if all(measure.sees != "trial" for measure in asked):
        named = [one.condition_means() for one in named]
    if _same_stimuli(named):
        values, more = _from_summaries(named, asked, groups, progress)
    else:
        values, more = _from_pairs(named, asked, align, groups, progress)
    names, warnings = tuple(one.name for one in named), tuple(dict.fromkeys([*notes, *more]))
    found = [Matrix(names, *one, warnings) for one in zip(asked, values, strict=True)]
    return found[0] if isinstance(measures, str | Measure) else Matrices(tuple(found))


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
) -> tuple[list[NDArray[np.float64]], list[str]]:
    """Bring all onto the same rows once, and summarise each once for each measure."""
    pairs = [pair(named[0], one, halves=False, in_time=_in_time(measures)) for one in named]
    values = [_of_all(pairs, measure, groups, progress) for measure in measures]
    unlabelled = [one.called for one in named if one.stimuli is None]
    notes = [note for one in named for note in one.dropped]
    return values, [*notes, *trusted(unlabelled)]


def _of_all(
    pairs: Sequence[Pair], measure: Measure, groups: Groups, progress: Progress
) -> NDArray[np.float64]:
    """Scores of all candidates of `pairs` against each other."""
    measure = _held_out(measure, pairs[0], groups)
    summaries = [summary_of(measure, both.seen_by(measure)[1]) for both in pairs]
    values = measure.score_all(summaries)
    if values is None:
        return _pair_by_pair(summaries, measure, progress)
    progress(f"{measure.label}: pairs", values.size, values.size)
    return values


def _pair_by_pair(
    summaries: Sequence[Any], measure: Measure, progress: Progress
) -> NDArray[np.float64]:
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
) -> tuple[list[NDArray[np.float64]], list[str]]:
    """Bring each pair onto the stimuli it shares, once for all measures."""
    warnings: list[str] = []
    values = [np.empty((len(named), len(named))) for _ in measures]
    wanted = _orders(len(named), all(measure.symmetric for measure in measures))
    for done, (i, j) in enumerate(wanted, start=1):
        both = pair(named[i], named[j], reorder=align, halves=False, in_time=_in_time(measures))
        if i != j:  # nothing is taken on trust of a population and itself
            warnings.extend(both.warnings)
        for measure, scores in zip(measures, values, strict=True):
            if i <= j or not measure.symmetric:
                scores[i, j] = _of_one(both, measure, groups)
            if i <= j and measure.symmetric:
                scores[j, i] = scores[i, j]
        progress("pairs", done, len(wanted))
    return values, warnings


def _of_one(both: Pair, measure: Measure, groups: Groups) -> float:
    held = _held_out(measure, both, groups)
    x, y = (summary_of(held, one) for one in both.seen_by(measure))
    return float(held.score(x, y))


def _orders(n: int, symmetric: bool) -> list[tuple[int, int]]:
    """Reference and candidate of every pair to be scored."""
    return [(i, j) for i, j in product(range(n), repeat=2) if i <= j or not symmetric]


def _in_time(measures: Sequence[Measure]) -> bool:
    """Whether populations keep their time axis: only where no measure sees mean responses."""
    return all(measure.sees == "time" for measure in measures)


def _held_out(measure: Measure, both: Pair, groups: Groups) -> Measure:
    own = both.reference.groups or both.candidate.groups
    return holding_out(measure, both, None if groups is None else own)

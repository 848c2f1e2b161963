"""Many populations, every pair of them: the K x K matrix of one measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.measures import find
from homolog.measures._measure import Measure
from homolog.pairing import Pair, holding_out, pair, summary_of
from homolog.representation import NanPolicy, Representation, represent
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

Groups = Literal["stimulus"] | None


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
        frame = self.to_dataframe().to_string(float_format=lambda value: f"{value:.3f}")
        head = f"{self.measure.label} (rows: reference, columns: candidate)"
        return "\n".join([head, frame, *(f"! {note}" for note in self.warnings)])

    __repr__ = __str__

    def to_dataframe(self) -> pd.DataFrame:
        """References in rows, candidates in columns."""
        import pandas as pd

        return pd.DataFrame(self.values, index=list(self.names), columns=list(self.names))

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write ``matrix.csv`` into `folder`: one row a pair, in long form."""
        from homolog._tables import csv_text
        from homolog._write import write_whole

        folder = Path(folder)
        rows = [
            {
                "reference": a,
                "candidate": b,
                "measure": self.measure.label,
                "value": float(self.values[i, j]),
            }
            for (i, a), (j, b) in product(enumerate(self.names), repeat=2)
        ]
        write_whole(folder / "matrix.csv", csv_text(rows).encode())
        return folder


def matrix(
    populations: Mapping[str, Any],
    measure: str | Measure,
    *,
    align: bool = False,
    nan: NanPolicy = "stop",
    groups: Groups = None,
    progress: Progress = silent,
) -> Matrix:
    """Score every population against every other.

    Each population is summarised once, unless the stimuli that a pair shares differ
    from pair to pair. A symmetric measure is computed for one order only, and self-scores
    only where a measure does not promise that they are its best.

    Parameters
    ----------
    populations
        A name for each population: `Representation`, array, or what `represent` takes.
    measure
        A name or a `Measure`.
    align
        Whether each pair keeps the stimuli it shares, where labels differ.
    nan
        What to do with NaN, see `represent`.
    groups
        ``"stimulus"`` lets measures that fit hold all times of a stimulus out together;
        needed after `Representation.fold_time`.
    progress
        Called with what is being done, pairs done and pairs in all, unless all pairs are
        scored in one go.

    Returns
    -------
    matrix
        Labelled, with self-scores on the diagonal.

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
    """
    if not isinstance(populations, Mapping) or not populations:
        allowed = "a mapping of names to populations, at least one"
        raise errors.bad_value("populations", type(populations).__name__, allowed)
    if groups not in (None, "stimulus"):
        raise errors.bad_value("groups", groups, '"stimulus" or None')
    measure = measure if isinstance(measure, Measure) else find(measure)
    named = [_named(given, str(name), nan) for name, given in populations.items()]
    if _same_stimuli(named):
        values, warnings = _from_summaries(named, measure, groups, progress)
    else:
        values, warnings = _from_pairs(named, measure, align, groups, progress)
    names = tuple(population.name for population in named)
    return Matrix(names, measure, values, tuple(dict.fromkeys(warnings)))


def _pair_by_pair(
    n: int, measure: Measure, score: Callable[[int, int], float], progress: Progress
) -> NDArray[np.float64]:
    values = np.empty((n, n))
    wanted = [(i, j) for i, j in product(range(n), repeat=2) if i <= j or not measure.symmetric]
    for done, (i, j) in enumerate(wanted, start=1):
        values[i, j] = score(i, j)
        if measure.symmetric:
            values[j, i] = values[i, j]
        progress(f"{measure.name}: pairs", done, len(wanted))
    return values


def _named(given: Any, name: str, nan: NanPolicy) -> Representation:
    if isinstance(given, Representation):
        return replace(given, name=name)
    return represent(given, nan=nan, name=name)


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
    named: Sequence[Representation], measure: Measure, groups: Groups, progress: Progress
) -> tuple[NDArray[np.float64], list[str]]:
    """Summarise each population once."""
    pairs = [pair(named[0], one, halves=False, in_time=measure.sees == "time") for one in named]
    measure = _held_out(measure, pairs[0], groups)
    summaries = [summary_of(measure, both.seen_by(measure)[1]) for both in pairs]
    values = measure.score_all(summaries)
    if values is None:
        values = _pair_by_pair(
            len(named),
            measure,
            lambda i, j: float(measure.score(summaries[i], summaries[j])),
            progress,
        )
    return values, [note for both in pairs[1:] or pairs for note in both.warnings]


def _from_pairs(
    named: Sequence[Representation],
    measure: Measure,
    align: bool,
    groups: Groups,
    progress: Progress,
) -> tuple[NDArray[np.float64], list[str]]:
    """Bring each pair onto the stimuli it shares."""
    warnings: list[str] = []

    def score(i: int, j: int) -> float:
        both = pair(named[i], named[j], reorder=align, halves=False, in_time=measure.sees == "time")
        if i != j:  # nothing is taken on trust of a population and itself
            warnings.extend(both.warnings)
        held = _held_out(measure, both, groups)
        x, y = (summary_of(held, one) for one in both.seen_by(measure))
        return float(held.score(x, y))

    return _pair_by_pair(len(named), measure, score, progress), warnings


def _held_out(measure: Measure, both: Pair, groups: Groups) -> Measure:
    own = both.reference.groups or both.candidate.groups
    return holding_out(measure, both, own if groups else None)

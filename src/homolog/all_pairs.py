"""Many populations, every pair of them: the K x K matrix of one measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.measures import find
from homolog.measures._measure import Measure
from homolog.pairing import Pair, pair
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
    """

    names: tuple[str, ...]
    measure: Measure
    values: NDArray[np.float64]

    def __str__(self) -> str:
        """The matrix with its labels, three digits each."""
        frame = self.to_dataframe().to_string(float_format=lambda value: f"{value:.3f}")
        return f"{self.measure.label} (rows: reference, columns: candidate)\n{frame}"

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
    if not populations:
        raise errors.bad_value("populations", {}, "at least one population")
    measure = measure if isinstance(measure, Measure) else find(measure)
    named = {name: _named(given, name, nan) for name, given in populations.items()}
    summaries = _summaries(named, measure, align)
    names = tuple(named)
    values = None if summaries is None else measure.score_all([*summaries.values()])
    if values is None:
        score = _pair_scorer(named, summaries, measure, align)
        values = _pair_by_pair(names, measure, score, progress)
    return Matrix(names, measure, values)


def _pair_by_pair(
    names: tuple[str, ...],
    measure: Measure,
    score: Callable[[str, str], float],
    progress: Progress,
) -> NDArray[np.float64]:
    values = np.full((len(names), len(names)), measure.best)
    own_known = not measure.fits and np.isfinite(measure.best)
    wanted = [
        (i, j)
        for i, j in product(range(len(names)), repeat=2)
        if (i <= j or not measure.symmetric) and not (i == j and own_known)
    ]
    for done, (i, j) in enumerate(wanted, start=1):
        values[i, j] = score(names[i], names[j])
        if measure.symmetric:
            values[j, i] = values[i, j]
        progress(f"{measure.name}: pairs", done, len(wanted))
    return values


def _named(given: Any, name: str, nan: NanPolicy) -> Representation:
    return replace(represent(given, nan=nan), name=name)


def _summaries(
    named: Mapping[str, Representation], measure: Measure, align: bool
) -> dict[str, Any] | None:
    """One summary for each population; None if not all of them share all stimuli."""
    first = next(iter(named.values()))
    means = {
        name: pair(first, population, reorder=align).candidate for name, population in named.items()
    }
    if any(one.n_stimuli != first.n_stimuli for one in means.values()):
        return None
    return {name: measure.summary(population.matrix) for name, population in means.items()}


def _pair_scorer(
    named: Mapping[str, Representation],
    summaries: Mapping[str, Any] | None,
    measure: Measure,
    align: bool,
) -> Callable[[str, str], float]:
    """How to score a pair by name: from shared summaries if there are any."""
    if summaries is None:
        return lambda a, b: _score(measure, pair(named[a], named[b], reorder=align))
    return lambda a, b: float(measure.score(summaries[a], summaries[b]))


def _score(measure: Measure, both: Pair) -> float:
    return float(measure(both.reference.matrix, both.candidate.matrix))

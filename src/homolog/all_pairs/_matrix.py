"""Scores of every population against every other, as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog._words import decimals_for
from homolog.measures._measure import Measure
from homolog.scoring import Refusal, of_name

if TYPE_CHECKING:
    import pandas as pd

_BIASED = (
    "* biased at few stimuli: unrelated populations score alike, too;"
    " homolog.compare tells how much"
)


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
        return _saved(_rows([self]), folder)


@dataclass(frozen=True, eq=False)
class Matrices:
    """Scores of every population against every other, by several measures.

    Prints every matrix; iterates over them; ``found["procrustes"]`` is one of them.

    Attributes
    ----------
    each
        A `Matrix` for every measure, in the order asked for, all of the same populations.
    refused
        Measures that could not score one pair or another, each with its error.
    """

    each: tuple[Matrix, ...]
    refused: tuple[Refusal, ...] = ()

    def __iter__(self) -> Iterator[Matrix]:
        """One matrix after the other."""
        return iter(self.each)

    def __len__(self) -> int:
        """How many matrices there are."""
        return len(self.each)

    def __getitem__(self, name: str) -> Matrix:
        """The matrix of the measure with that label, or that name if it is one's alone.

        Raises
        ------
        HomologError
            Its own, of a measure that refused; HM023 or HM075 of a name.
        """
        return of_name(name, self.each, self.refused, "matrix")

    def __str__(self) -> str:
        """Every matrix with its labels, three digits each, then every warning and refusal."""
        return _printed(self.each, [*self.warnings, *map(str, self.refused)])

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
        """Long form: a row for each measure, reference and candidate, with the value.

        Measures that refused have no value, and say `why`.
        """
        import pandas as pd

        return pd.DataFrame(self._all_rows())

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write ``matrix.csv`` into `folder`: the rows of `to_dataframe`."""
        return _saved(self._all_rows(), folder)

    def _all_rows(self) -> list[dict[str, Any]]:
        return [*_rows(self.each), *_no_values(self.refused, self.names)]


def _printed(matrices: Sequence[Matrix], warnings: Sequence[str]) -> str:
    tables = "\n\n".join(map(_table, matrices))
    biased = [_BIASED] if any(one.measure.biased for one in matrices) else []
    return "\n".join([tables, *biased, *(f"! {note}" for note in warnings)])


def _table(one: Matrix) -> str:
    decimals = decimals_for(*one.values.flat)
    star = " *" if one.measure.biased else ""
    head = f"{one.measure.label}{star} (rows: reference, columns: candidate)\n"
    return head + one.to_dataframe().to_string(float_format=lambda value: f"{value:z.{decimals}f}")


def _rows(matrices: Sequence[Matrix]) -> list[dict[str, Any]]:
    return [
        {
            "reference": a,
            "candidate": b,
            "measure": one.measure.label,
            "value": float(one.values[i, j]),
            "why": "",
        }
        for one in matrices
        for (i, a), (j, b) in product(enumerate(one.names), repeat=2)
    ]


def _no_values(refused: Sequence[Refusal], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "reference": a,
            "candidate": b,
            "measure": one.measure.label,
            "value": None,
            "why": one.why,
        }
        for one in refused
        for a, b in product(names, repeat=2)
    ]


def _saved(rows: list[dict[str, Any]], folder: str | PathLike[str]) -> Path:
    from homolog._tables import csv_text
    from homolog._write import write_whole

    folder = Path(folder)
    write_whole(folder / "matrix.csv", csv_text(rows).encode())
    return folder

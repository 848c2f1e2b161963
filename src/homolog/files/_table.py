"""Text tables: stimuli in rows, neurons in columns, labels in the first of each."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.files._stored import Record, Stored, in_memory, require_room, texts
from homolog.representation import Representation

# What the first column may be called if it holds labels. We write the number of rows
# behind the word, so that a table that lost some is told from a shorter one.
LABELS_BELOW = {"", "stimulus", "stimuli", "image", "condition", "label", "index", "id"} | {
    f"{word}_id" for word in ("stimulus", "image", "condition")
}
COUNTED = re.compile(r"stimulus \(([0-9]+)\)")

WHOLE = re.compile(r"0|-?[1-9][0-9]*")
EMPTY = {"", "nan", "na", "n/a", "null", "none"}
CHARACTERS_PER_NUMBER = 8  # a guess, good enough to refuse what could never fit

Row = list[str]


def arrays_in_csv(path: Path) -> dict[str, Stored]:
    """Return the responses and labels of a comma-separated table."""
    return _arrays(path, ",")


def arrays_in_tsv(path: Path) -> dict[str, Stored]:
    """Return the responses and labels of a tab-separated table."""
    return _arrays(path, "\t")


def write_csv(path: Path, record: Record) -> None:
    """Write a comma-separated table."""
    _write(path, record, ",")


def write_tsv(path: Path, record: Record) -> None:
    """Write a tab-separated table."""
    _write(path, record, "\t")


def lost_in_text(x: Representation) -> list[str]:
    """Name the labels that a table of text would give back as something else."""
    lost = [
        f"{axis} labels of digits that are text"
        for axis, labels in (("stimulus", x.stimuli), ("neuron", x.neurons))
        if labels and all(isinstance(one, str) and WHOLE.fullmatch(one) for one in labels)
    ]
    return [*lost, "an empty label alone"] if x.neurons == ("",) else lost


def _arrays(path: Path, delimiter: str) -> dict[str, Stored]:
    require_room(path, (path.stat().st_size // CHARACTERS_PER_NUMBER,))
    header, rows = _split(_rows(path, delimiter))
    labels = _labels_below(header, rows)
    stimuli = [row[0] for row in rows] if labels else []
    neurons = header[labels:] if header else []
    found: dict[str, NDArray[Any]] = {
        "responses": _numbers([row[labels:] for row in rows], neurons, labels)
    }
    if any(stimuli):
        found["stimuli"] = _labels(stimuli)
    if any(neurons):
        found["neurons"] = _labels(neurons)
    return {key: in_memory(one) for key, one in found.items()}


def _rows(path: Path, delimiter: str) -> list[Row]:
    """Read the cells, as many in every row."""
    text = path.read_bytes().decode("utf-8-sig")
    if not text.endswith(("\n", "\r")):
        raise ValueError("its last line is cut off, or a line end is wanting after it")
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = [row for row in reader if row]
    if not rows:
        raise ValueError("it has no rows")
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ValueError(f"row {number} has {len(row)} fields and row 1 has {len(rows[0])}")
    return rows


def _split(rows: list[Row]) -> tuple[Row | None, list[Row]]:
    """Part the row that names the neurons from the others, if there is one.

    Where the first row could be either it is refused, for a stimulus would be lost, or
    labels taken for responses.
    """
    first, rest = rows[0], rows[0][1:]
    counted = COUNTED.fullmatch(first[0])
    if counted and int(counted[1]) != len(rows) - 1:
        raise ValueError(f"it says that it has {counted[1]} stimuli and has {len(rows) - 1}")
    named = counted or first[0].lower() in LABELS_BELOW - {""}
    if named or _has_words(rest or first) or (not first[0] and _counts_up(rest)):
        return first, rows[1:]
    labelled = not first[0] or _is_word(first[0])
    if _counts_up(first) or (labelled and rest and all(map(WHOLE.fullmatch, rest))):
        raise ValueError(
            "row 1 may name the neurons or hold responses; a header begins with the word stimulus"
        )
    return None, rows


def _counts_up(cells: Row) -> bool:
    """Whether cells count from 0, as columns without names are written."""
    return cells == [str(i) for i in range(len(cells))]


def _labels_below(header: Row | None, rows: list[Row]) -> bool:
    """Whether the first column holds labels of stimuli."""
    named = header is not None and header[0].lower() in LABELS_BELOW
    counted = header is not None and COUNTED.fullmatch(header[0]) is not None
    return named or counted or _has_words([row[0] for row in rows])


def _has_words(cells: Iterable[str]) -> bool:
    return any(map(_is_word, cells))


def _is_word(cell: str) -> bool:
    """Whether a cell holds neither a number nor a mark for a missing one."""
    return math.isnan(_number(cell)) and cell.strip().lower() not in EMPTY


def _number(cell: str) -> float:
    """Return the number in a cell, NaN if there is none."""
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _numbers(rows: list[Row], neurons: Row, labels: int) -> NDArray[np.float64]:
    columns = list(zip(*rows, strict=True))
    words = [i for i, cells in enumerate(columns) if _has_words(cells)]
    of_words = [i for i in words if all(map(_is_word, columns[i]))]
    if of_words:
        raise errors.columns_not_numeric([neurons[i] if neurons else str(i) for i in of_words])
    if words:
        cells = columns[words[0]]
        row = next(i for i, cell in enumerate(cells) if _is_word(cell))
        where = f"row {row + 1 + bool(neurons)}, column {words[0] + 1 + labels}"
        raise ValueError(f"{where} is {cells[row]!r}, not a number")
    return np.array([[_number(cell) for cell in row] for row in rows], dtype=np.float64)


def _labels(cells: Row) -> NDArray[np.int64] | NDArray[np.str_]:
    if all(map(WHOLE.fullmatch, cells)) and all(abs(int(cell)) < 2**63 for cell in cells):
        return np.array(cells).astype(np.int64)
    return np.array(cells)


def _write(path: Path, record: Record, delimiter: str) -> None:
    responses = record["responses"].astype(np.float64)
    n_stimuli, n_neurons = responses.shape
    stimuli = texts(record["stimuli"]) if "stimuli" in record else [""] * n_stimuli
    neurons = texts(record["neurons"]) if "neurons" in record else [""] * n_neurons
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(
            file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
        )
        writer.writerow([f"stimulus ({n_stimuli})", *neurons])
        for label, row in zip(stimuli, responses.tolist(), strict=True):
            writer.writerow([label, *row])

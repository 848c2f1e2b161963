"""Text tables: stimuli in rows, neurons in columns, labels in the first of each."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.files._header import WHOLE, Row, is_word, labels_below, number, split
from homolog.files._stored import Record, Stored, UnreadableError, in_memory, require_room, texts
from homolog.representation import Representation

SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "spaces"}
LINES_LOOKED_AT = 10
CHARACTERS_PER_NUMBER = 8  # a guess, good enough to refuse what could never fit


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
    text = _text(path)
    try:
        found = _parsed(text, delimiter, path)
    except ValueError as error:
        other = _separated_by(text.splitlines()[:LINES_LOOKED_AT], delimiter)
        if other is None:
            raise
        or_else = ", or name it .tsv" if other == "\t" else " and with points for decimals"
        remedy = f"Save it with {SEPARATORS[delimiter]}{or_else}."
        why = f"its columns are separated by {SEPARATORS[other]}"
        raise UnreadableError(why, remedy) from error
    return {key: in_memory(one) for key, one in found.items()}


def _parsed(text: str, delimiter: str, path: Path) -> dict[str, NDArray[Any]]:
    header, rows = split(_rows(text, delimiter), path)
    labels = labels_below(header, rows, path)
    if labels and len(rows[0]) == 1:
        raise UnreadableError("it has one column, of labels, and none of responses")
    stimuli = [row[0] for row in rows] if labels else []
    neurons = header[labels:] if header else []
    found: dict[str, NDArray[Any]] = {
        "responses": _numbers([row[labels:] for row in rows], neurons, labels)
    }
    if any(stimuli):
        found["stimuli"] = _labels(stimuli)
    if any(neurons):
        found["neurons"] = _labels(neurons)
    return found


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("it is not UTF-8 text", "Save it as UTF-8.") from error
    if text.startswith("#"):
        remedy = "Delete the lines that begin with #, or the # alone before names of columns."
        raise UnreadableError("it begins with a comment", remedy)
    if not text.endswith(("\n", "\r")):
        raise UnreadableError("its last line is cut off, or a line end is wanting after it")
    return text


def _rows(text: str, delimiter: str) -> list[Row]:
    """Read the cells, as many in every row."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = [row for row in reader if row]
    if not rows:
        raise UnreadableError("it has no rows")
    for nth, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise UnreadableError(
                f"row {nth} has {len(row)} fields and row 1 has {len(rows[0])}",
                "Give every row as many, and delete lines that stand before the table.",
            )
    return rows


def _separated_by(lines: Sequence[str], delimiter: str) -> str | None:
    """Return what else parts all lines into equally many columns, None if nothing does.

    Spaces stand in labels and commas in decimals too, so these count only where the
    delimiter itself is not to be found.
    """
    for other in SEPARATORS:
        if other == delimiter or (other in ", " and any(delimiter in line for line in lines)):
            continue
        cells = [line.split(None if other == " " else other) for line in lines if line.strip()]
        if len({len(row) for row in cells}) == 1 and len(cells[0]) > 1:
            return other
    return None


def _numbers(rows: list[Row], neurons: Row, labels: int) -> NDArray[np.float64]:
    columns = list(zip(*rows, strict=True))
    of_words = [i for i, cells in enumerate(columns) if all(map(is_word, cells))]
    if of_words:
        raise errors.text_columns([neurons[i] if neurons else str(i) for i in of_words])
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if is_word(cell):
                where = f"row {r + 1 + bool(neurons)}, column {c + 1 + labels}"
                raise UnreadableError(
                    f"{where} is {cell!r}, not a number",
                    "Give the number, or leave the cell empty and choose nan=.",
                )
    return np.array([[number(cell) for cell in row] for row in rows], dtype=np.float64)


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

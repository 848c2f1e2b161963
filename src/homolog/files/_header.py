"""Which row and which column of a table hold labels; where that is not clear it is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from homolog import errors
from homolog.files._stored import UnreadableError

# What the first column may be called if it holds labels. We write the number of rows
# behind the word, so that a table that lost some is told from a shorter one.
LABELS_BELOW = {
    *("", "stimulus", "stimuli", "stim", "image", "condition", "label", "labels", "index", "id"),
    *("stimulus_id", "stim_id", "image_id", "condition_id"),
    "unnamed: 0",  # an index that pandas wrote, read and wrote again
}
COUNTED = re.compile(r"stimulus \(([0-9]+)\)")
NOT_LETTERS = re.compile(r"[\W\d_]+")

WHOLE = re.compile(r"0|-?[1-9][0-9]*")
EMPTY = {"", "nan", "na", "n/a", "null", "none"}

Row = list[str]


def split(rows: list[Row], path: Path) -> tuple[Row | None, list[Row]]:
    """Part the row that names the neurons from the others, if there is one.

    Where the first row could be either it is refused (HM039), for a stimulus would be
    lost, or labels taken for responses.
    """
    first, rest = rows[0], rows[0][1:]
    counted = COUNTED.fullmatch(first[0])
    if counted and int(counted[1]) != len(rows) - 1:
        raise UnreadableError(f"it says that it has {counted[1]} stimuli and has {len(rows) - 1}")
    named = counted or first[0].lower() in LABELS_BELOW - {""}
    if named or _has_words(rest or first) or (not first[0] and _counts_up(rest)):
        return first, rows[1:]
    labelled = not first[0] or is_word(first[0])
    if _counts_up(first) or (labelled and rest and all(map(WHOLE.fullmatch, rest))):
        raise errors.first_row_unclear(path)
    return None, rows


def labels_below(header: Row | None, rows: list[Row], path: Path) -> bool:
    """Whether the first column of a text table holds labels of stimuli (HM039)."""
    if all(is_word(row[0]) for row in rows):
        return True
    return header is not None and named_labels(header, path)


def named_labels(header: Sequence[str], path: Path) -> bool:
    """Whether a first column of numbers holds labels, by its name and those of the others.

    It does if it is called so, or is no member of the one series that the others are, as
    in orientation, n0, n1. Where all are one series it is a neuron too. Everything else is
    refused (HM039), for a label taken for a response would change every score, and so
    would a neuron taken for labels.
    """
    first, *others = header
    if first.lower() in LABELS_BELOW or COUNTED.fullmatch(first):
        return True
    if not others or _one_series(header):
        return False
    if len(others) > 1 and _one_series(others) and not re.search(r"\d", first):
        return True
    raise errors.first_column_unclear(path, first)


def _one_series(names: Sequence[str]) -> bool:
    """Whether names differ in no letter, but in numbers and what stands around them."""
    return len({NOT_LETTERS.sub("", name) for name in names}) == 1


def _counts_up(cells: Row) -> bool:
    """Whether cells count from 0, as columns without names are written."""
    return cells == [str(i) for i in range(len(cells))]


def _has_words(cells: Iterable[str]) -> bool:
    return any(map(is_word, cells))


def is_word(cell: str) -> bool:
    """Whether a cell holds neither a number nor a mark for a missing one."""
    return math.isnan(number(cell)) and cell.strip().lower() not in EMPTY


def number(cell: str) -> float:
    """Return the number in a cell, NaN if there is none."""
    try:
        return float(cell)
    except ValueError:
        return math.nan

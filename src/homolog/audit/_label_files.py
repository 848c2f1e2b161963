"""Labels of conditions from a table, or from the conditions' own names."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO
from os import PathLike
from pathlib import Path

from homolog import errors

Named = dict[str, tuple[str, ...]]
Rows = list[list[str]]


def labels_in_table(path: str | PathLike[str], conditions: Sequence[object]) -> Named:
    """Read a table of labels: a row for each condition, a column for each variable.

    Parameters
    ----------
    path
        Comma-separated text with a header. The first column holds the label of each
        condition, in any order, or its place: 0, 1, 2 and so on.
    conditions
        Labels of the conditions, in their order.

    Returns
    -------
    labels
        Variable -> a label for each condition.

    Raises
    ------
    HomologError
        HM032 when there is no such file, HM067 for a table that does not fit.
    """
    path = Path(path)
    header, rows = _read(path)
    by_name = {row[0]: row for row in rows}
    if len(by_name) < len(rows):
        twice = next(name for name in by_name if sum(row[0] == name for row in rows) > 1)
        raise errors.labels_unmatched(path, f"condition {twice!r} has two rows", "Leave out one.")
    wanted = _wanted(path, by_name, conditions)
    return {
        variable: tuple(by_name[name][column].strip() for name in wanted)
        for column, variable in enumerate(header[1:], start=1)
    }


def _read(path: Path) -> tuple[list[str], Rows]:
    if not path.is_file():
        near = sorted(one.name for one in path.parent.glob("*.csv")) if path.parent.is_dir() else []
        raise errors.no_file(path, near)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise errors.labels_unmatched(path, "it is not UTF-8 text", "Save it as UTF-8.") from None
    rows = [row for row in csv.reader(StringIO(text, newline="")) if row]
    if len(rows) < 2 or len(rows[0]) < 2:
        remedy = "Give a header, conditions in the first column, and variables in the others."
        raise errors.labels_unmatched(path, "no variable or no condition in it", remedy)
    header = [name.strip() for name in rows[0]]
    for nth, row in enumerate(rows, 1):
        if len(row) != len(header):
            why = f"row {nth} has {len(row)} fields and row 1 has {len(header)}"
            raise errors.labels_unmatched(path, why, "Give every row as many, parted by commas.")
    if len(set(header[1:])) < len(header) - 1 or "" in header[1:]:
        why = f"its variables are {', '.join(header[1:])}"
        raise errors.labels_unmatched(path, why, "Name every variable, each otherwise.")
    return header, rows[1:]


def _wanted(path: Path, there: dict[str, list[str]], conditions: Sequence[object]) -> list[str]:
    """The first cell of the row of every condition: its label, or else its place."""
    labels = [str(one) for one in conditions]
    places = [str(place) for place in range(len(labels))]
    for names in (labels, places):
        if all(name in there for name in names) and len(there) == len(names):
            return names
    lacking = [name for name in labels if name not in there]
    if lacking and len(there) == len(labels) - len(lacking):
        why = f"no row for {len(lacking)} of {len(labels)} conditions, such as {lacking[0]!r}"
    elif lacking:
        why = f"no row for condition {lacking[0]!r}; its first column begins {next(iter(there))!r}"
    else:
        unknown = next(name for name in there if name not in labels)
        why = f"{unknown!r} is no condition of the recording"
    remedy = "Give a row for each condition, with its label, or 0, 1, 2 and so on, first."
    raise errors.labels_unmatched(path, why, remedy)


def labels_by_pattern(pattern: str, conditions: Sequence[object]) -> Named:
    """Take labels from the conditions' own names.

    Parameters
    ----------
    pattern
        As the names are, with a variable in braces where they differ, as in
        ``"{context} {direction}°"``. ``{}`` is a part that is no variable.
    conditions
        Labels of the conditions, in their order.

    Raises
    ------
    HomologError
        HM067 for a pattern without variables, or a name that it does not fit.

    Examples
    --------
    >>> labels_by_pattern("{side}-{}", ("left-1", "right-2"))
    {'side': ('left', 'right')}
    """
    names = re.findall(r"\{(\w*)\}", pattern)
    variables = [name for name in names if name]
    if not variables or len(set(variables)) < len(variables):
        remedy = 'Name each variable in braces, once, as in "{context} {direction}°".'
        raise errors.labels_unmatched(f"pattern {pattern!r}", "no variable, or one twice", remedy)
    found: Named = dict.fromkeys(variables, ())
    fits = re.compile(_expression(pattern), re.DOTALL)
    for condition in conditions:
        match = fits.fullmatch(str(condition))
        if match is None:
            why = f"condition {str(condition)!r} does not fit"
            remedy = "Give one that fits all, or the labels in a table."
            raise errors.labels_unmatched(f"pattern {pattern!r}", why, remedy)
        parts = iter(match.groups())
        for name in variables:
            found[name] += (next(parts),)
    return found


def _expression(pattern: str) -> str:
    """The pattern as a regular expression, with a group for each variable."""
    pieces = re.split(r"(\{\w*\})", pattern)
    return "".join(
        (".+?" if piece == "{}" else "(.+?)")
        if re.fullmatch(r"\{\w*\}", piece)
        else re.escape(piece)
        for piece in pieces
    )

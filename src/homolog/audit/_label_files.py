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
Lines = dict[int, list[str]]
"""Rows that are not empty, by their numbers: from 1, as a spreadsheet shows them."""

SEPARATORS = (",", ";", "\t")


def labels_in_table(path: str | PathLike[str], conditions: Sequence[object]) -> Named:
    """Read a table of labels: a row for each condition, a column for each variable.

    Parameters
    ----------
    path
        Text with a header, its columns separated by commas, semicolons or tabs. The first
        column holds the label of each condition, in any order, or its place: 0, 1, 2 and so
        on.
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
    number_of: dict[str, int] = {}
    for number, row in rows.items():
        if row[0] in number_of:
            why = f"rows {number_of[row[0]]} and {number} are both for condition {row[0]!r}"
            remedy = (
                f"Leave out one; or, if {header[0]!r} is a variable, put a column before it that"
                " names each condition (for --groups: each stimulus)."
            )
            raise errors.labels_unmatched(path, why, remedy)
        number_of[row[0]] = number
    wanted = [rows[number_of[name]] for name in _wanted(path, header[0], number_of, conditions)]
    return {
        variable: tuple(row[column].strip() for row in wanted)
        for column, variable in enumerate(header[1:], start=1)
    }


def _read(path: Path) -> tuple[list[str], Lines]:
    """The header, and the rows below it."""
    lines = _lines(path)
    first, cells = next(iter(lines.items()), (1, []))
    if len(lines) < 2 or len(cells) < 2:
        remedy = "Give a header, conditions in the first column, and variables in the others."
        raise errors.labels_unmatched(path, "no variable or no condition in it", remedy)
    header = [name.strip() for name in cells]
    if len(set(header[1:])) < len(header) - 1 or "" in header[1:]:
        why = f"its variables are {', '.join(header[1:])}"
        raise errors.labels_unmatched(path, why, "Name every variable, each otherwise.")
    rows = {number: row for number, row in lines.items() if number != first}
    for number, row in rows.items():
        _refuse_uneven(path, number, row, header)
    return header, rows


def _refuse_uneven(path: Path, number: int, row: list[str], header: list[str]) -> None:
    if len(row) != len(header):
        why = f"row {number} has {len(row)} columns and the header has {len(header)}"
        remedy = "Give every row as many, separated by commas, semicolons or tabs."
        raise errors.labels_unmatched(path, why, remedy)
    for name, cell in zip(header, row, strict=True):
        if not cell.strip():
            remedy = "Give a label, or leave out the variable, or the condition."
            raise errors.labels_unmatched(path, f"row {number}, column {name!r} is empty", remedy)


def _lines(path: Path) -> Lines:
    """The cells of each row, separated by whatever gives all rows as many."""
    if not path.is_file():
        here = path.parent.iterdir() if path.parent.is_dir() else ()
        raise errors.no_file(path, sorted(n.name for n in here if n.suffix in (".csv", ".tsv")))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        remedy = "Save it as comma-separated text in UTF-8."
        raise errors.labels_unmatched(path, "it is not UTF-8 text", remedy) from None
    found = [_separated(text, one) for one in SEPARATORS]
    return next(filter(_even, found), max(found, key=_columns))


def _separated(text: str, by: str) -> Lines:
    rows = csv.reader(StringIO(text, newline=""), delimiter=by)
    return {number: row for number, row in enumerate(rows, 1) if any(map(str.strip, row))}


def _columns(lines: Lines) -> int:
    return len(next(iter(lines.values()), []))


def _even(lines: Lines) -> bool:
    return _columns(lines) > 1 and len({len(row) for row in lines.values()}) == 1


def _wanted(
    path: Path, head: str, there: dict[str, int], conditions: Sequence[object]
) -> list[str]:
    """The first cell of the row of every condition: its label, or else its place."""
    labels = [str(one) for one in conditions]
    places = [str(place) for place in range(len(labels))]
    for names in (labels, places):
        if all(name in there for name in names) and len(there) == len(names):
            return names
    if head in (labels if head in labels else places):
        why = f"its first row is itself for condition {head!r}: it has no header"
        remedy = "Begin with a row that names the columns, as in condition,context."
        raise errors.labels_unmatched(path, why, remedy)
    lacking = [name for name in labels if name not in there]
    unknown = [name for name in there if name not in labels]
    if lacking and unknown and len(unknown) < len(there):
        why = (
            f"row {there[unknown[0]]}: {unknown[0]!r} is no condition of the recording; and there"
            f" is no row for {lacking[0]!r}"
        )
    elif lacking and len(there) == len(labels) - len(lacking):
        why = f"no row for {len(lacking)} of {len(labels)} conditions, such as {lacking[0]!r}"
    elif lacking:
        why = f"no row for condition {lacking[0]!r}; its first column begins {next(iter(there))!r}"
    else:
        why = f"row {there[unknown[0]]}: {unknown[0]!r} is no condition of the recording"
    remedy = "Give a row for each condition, with its label, or 0, 1, 2 and so on, first."
    raise errors.labels_unmatched(path, why, remedy)


def labels_by_pattern(pattern: str, conditions: Sequence[object]) -> Named:
    """Take labels from the conditions' own names.

    Parameters
    ----------
    pattern
        As the names are, with a variable in braces where they differ, as in
        ``"{context} {direction}°"``. ``{}`` is a part that is no variable. Where a name can be
        split in several ways, each part takes as little as it can, from left to right: by
        ``"{context}-{}"`` the context of ``"no-look-1"`` is ``"no"``.
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
    >>> labels_by_pattern("{context}-{}", ("look-1", "no-look-1"))
    {'context': ('look', 'no')}
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

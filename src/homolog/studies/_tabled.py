"""Tables of a study for a person: as text in columns, as Markdown and as HTML."""

from collections.abc import Mapping, Sequence
from html import escape

from homolog.studies._study import Row

NOT_EVIDENCE = "A quick run: these numbers show that everything runs, and nothing else."


LONGEST_WHOLE = 20
"""Letters of a cell that a page does not break."""


def cell(value: object) -> str:
    """A number with two digits behind the point, nothing for None, yes or no, or a word."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def aligned(rows: Sequence[Row]) -> str:
    """Columns of one width each, with a rule below their heads."""
    table = [list(rows[0]), *(list(map(cell, row.values())) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(one.ljust(width) for one, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    lines.insert(1, "─" * max(map(len, lines)))
    return "\n".join(lines)


def markdown(rows: Sequence[Row]) -> str:
    """A table as GitHub and others show it."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(map(cell, row.values()) for row in rows)]
    return "\n".join(f"| {' | '.join(one.replace('|', '/') for one in line)} |" for line in lines)


def page(tables: Mapping[str, Sequence[Row]], *, quick: bool) -> str:
    """All tables of a study in one Markdown file."""
    parts = [f"## {title}\n\n{markdown(rows)}\n" for title, rows in tables.items()]
    return "\n".join([*([f"**{NOT_EVIDENCE}**\n"] if quick else []), *parts])


def html(rows: Sequence[Row]) -> str:
    """A table of a page; what it says is escaped."""
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in rows[0])
    body = "".join(f"<tr>{''.join(map(_html_cell, row.values()))}</tr>" for row in rows)
    return f'<div class="wide"><table><tr class="head">{head}</tr>{body}</table></div>'


def _html_cell(value: object) -> str:
    """What is short stays on one line, such as the sizes of layers."""
    said = cell(value)
    whole = ' class="whole"' if len(said) <= LONGEST_WHOLE else ""
    return f"<td{whole}>{escape(said)}</td>"

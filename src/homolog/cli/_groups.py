"""What belongs together, as commands take it: the option, and the labels that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from homolog.representation import Representation

Groups = Annotated[
    str | None,
    typer.Option(
        help='What is held out together: "stimulus", all times of a stimulus; or TABLE.csv::column'
        " with a label for each stimulus, whose first column names the stimulus."
    ),
]

Blocks = Annotated[
    int | None,
    typer.Option(help="For rows in time: how many neighbours belong together."),
]
Gap = Annotated[int, typer.Option(help="Rows left out at the end of each block.")]


def told_groups(told: str | None, reference: Representation) -> Any:
    """A label for each stimulus of the reference, where a table is given."""
    if told in (None, "stimulus"):
        return told
    from homolog import errors
    from homolog.audit._label_files import labels_in_table

    table, _, column = told.partition("::")
    if not column:
        raise errors.bad_value("--groups", told, "stimulus, or TABLE.csv::column")
    found = labels_in_table(table, reference.labels)
    if column not in found:
        raise errors.unknown_name("column", column, list(found), f"Give {table}::column.")
    return found[column]

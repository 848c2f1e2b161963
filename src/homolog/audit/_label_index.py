"""Labels of pandas put into the order of the conditions, by the names in their index."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors
from homolog.representation._by_name import is_counted

if TYPE_CHECKING:
    import pandas as pd

REMEDY = (
    "Give the names of the conditions as index, or labels in their order with"
    " .reset_index(drop=True)."
)


def columns_in_order(table: pd.DataFrame, conditions: Sequence[Hashable] | None) -> dict[str, Any]:
    """Variable -> its labels, in the order of the conditions.

    Names of conditions are looked for in the index, or else in the first column, where a table
    from a file has them. An index that only counts the rows says nothing.
    """
    first = table.columns[0] if len(table.columns) > 1 else None
    if is_counted(table.index) and first is not None:
        order = _order(table[first].tolist(), conditions)
        if order is not None:
            table = table.drop(columns=first).iloc[order]
            return {str(name): table[name].tolist() for name in table.columns}
    columns = {str(name): table.iloc[:, i] for i, name in enumerate(table.columns)}
    return {name: in_order(None, column, conditions) for name, column in columns.items()}


def in_order(
    variable: str | None, labels: pd.Series, conditions: Sequence[Hashable] | None
) -> list[Any]:
    """The labels of one variable, in the order of the conditions.

    Raises
    ------
    HomologError
        HM062 for an index of other names.
    """
    if is_counted(labels.index):
        return labels.tolist()
    order = _order(labels.index.tolist(), conditions)
    if order is None:
        begins = repr(labels.index.tolist()[0])
        why = f"their index begins {begins} and does not name the conditions, each once"
        raise errors.bad_labels(variable, why, REMEDY)
    return labels.iloc[order].tolist()


def _order(names: Sequence[Any], conditions: Sequence[Hashable] | None) -> list[int] | None:
    """The row of each condition, by its name or else its place; None for other names."""
    row_of = {_plain(name): row for row, name in enumerate(names)}
    for wanted in (conditions, range(len(names))):
        known = [] if wanted is None else [_plain(one) for one in wanted]
        if len(known) == len(names) and set(known) == set(row_of):
            return [row_of[name] for name in known]
    return None


def _plain(name: Any) -> str:
    return str(name.item() if isinstance(name, np.generic) else name)

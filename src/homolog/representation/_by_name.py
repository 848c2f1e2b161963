"""Groups told by name, as a dict or an index of pandas does, in the order of the stimuli."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from homolog import errors
from homolog.representation._axes import label

if TYPE_CHECKING:
    import pandas as pd


def is_of_pandas(given: object, has: str) -> bool:
    """Whether something is a table, which has columns, or a column of one, which has a dtype."""
    return type(given).__module__.partition(".")[0] == "pandas" and hasattr(given, has)


def is_counted(index: pd.Index) -> bool:
    """Whether rows are numbered as they stand, as pandas does unless it is told otherwise."""
    return index.tolist() == list(range(len(index)))


def groups_in_order(groups: Any, stimuli: Sequence[object]) -> Any:
    """The group of each stimulus; what is told without names is told in the order of the rows.

    Parameters
    ----------
    groups
        A dict, or a Series with an index of its own, from names of stimuli to groups; it may know
        of more stimuli. Anything else is left as it is.
    stimuli
        Labels of the stimuli, or their positions.

    Raises
    ------
    HomologError
        HM025 for a stimulus that is not named, or a name given twice.
    """
    if isinstance(groups, Mapping):
        names, told = list(groups), list(groups.values())
    elif is_of_pandas(groups, "index") and groups.ndim == 1 and not is_counted(groups.index):
        names, told = groups.index.tolist(), groups.tolist()
    else:
        return groups
    rows = {_plain(name): row for row, name in enumerate(names)}
    lacking = [one for one in stimuli if _plain(one) not in rows]
    if lacking or len(rows) < len(names):
        which = f"not of {lacking[0]!r}" if lacking else "some of them twice"
        raise errors.bad_value(
            "groups",
            f"told of {len(names)} stimuli by name, of {names[0] if names else None!r} first,"
            f" {which}",
            "each stimulus named once, or labels in the order of the rows, as a list",
        )
    return [told[rows[_plain(one)]] for one in stimuli]


def _plain(name: object) -> str:
    return str(label(name))

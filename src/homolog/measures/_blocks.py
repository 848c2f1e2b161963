"""Rows in time: neighbours that belong together, because they resemble each other."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.measures._groups import Labels, numbered
from homolog.measures._numbers import is_whole


def neighbours(n_rows: int, n_blocks: int, groups: Labels | None = None) -> NDArray[np.int64]:
    """The number of the block that each row is in, blocks being of nearly equal size.

    Parameters
    ----------
    n_rows, n_blocks
        How many rows and blocks there are.
    groups
        What each row belongs to; groups stand whole, in the order of their first row.
    """
    group = numbered(groups, n_rows)
    return group * n_blocks // (int(group.max()) + 1)


def blocks_of(n_rows: int, length: int, gap: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Blocks of at least so many neighbouring rows, and which rows are kept of them.

    They are longer where that gives all one length, or two blocks or more of either of two, so
    that blocks can be exchanged.

    Parameters
    ----------
    n_rows
        How many rows there are.
    length
        How many neighbours belong together at least.
    gap
        How many rows are left out at the end of every block, so that rows of two blocks are
        more than so many apart.

    Returns
    -------
    block, kept
        (row,) the number of its block, and whether it is kept.

    Raises
    ------
    HomologError
        HM025 for numbers that cannot be.
    """
    _require("blocks", length, 1, n_rows // 2, "half of the rows, that there may be two")
    _require("gap", gap, 0, length - 1, "less than a block")
    most = n_rows // length
    n_blocks = next((n for n in range(most, 1, -1) if _exchangeable(n_rows, n)), most)
    block = neighbours(n_rows, n_blocks)
    left = np.bincount(block)[block] - _place(block)
    return block, left > gap


def _exchangeable(n_rows: int, n_blocks: int) -> bool:
    longer = n_rows % n_blocks
    return longer == 0 or 1 < longer < n_blocks - 1


def _place(block: NDArray[np.int64]) -> NDArray[np.int64]:
    """From 0, within the row's block."""
    return np.arange(len(block)) - np.searchsorted(block, block)


def _require(what: str, given: Any, least: int, most: int, why: str) -> None:
    if not is_whole(given) or not least <= given <= most:
        raise errors.bad_value(what, given, f"a whole number from {least} to {most}, {why}")

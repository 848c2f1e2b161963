"""Counts, lists and columns, for everything that is said to a person."""

from collections.abc import Sequence
from math import floor, log10

ROUNDING = 1e-9
"""Numbers no larger are 0 but for rounding."""


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun, in the plural where it needs one."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def listed(items: Sequence[str]) -> str:
    """Items as a sentence joins them: a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def decimals_for(*values: float | None) -> int:
    """How many decimals show three digits of the largest of some numbers: 3, or more."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    return 2 - floor(log10(largest)) if ROUNDING < largest < 0.01 else 3


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines, columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]

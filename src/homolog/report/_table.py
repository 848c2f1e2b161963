"""The rows of the score table, each with a strip drawn to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from homolog import _pictured
from homolog.report import _words

if TYPE_CHECKING:
    from homolog.comparison import Comparison
    from homolog.scoring import Score

COLUMNS = ("Measure", "Score", "95 % interval", "Chance", "Ceiling", "p")


@dataclass(frozen=True)
class Strip:
    """Where the marks of one score lie, in percent of the way from less to more alike.

    `null` spans the middle 95 % of the scores of permuted stimuli.
    """

    value: float
    interval: tuple[float, float] | None
    chance: float | None
    null: tuple[float, float] | None
    ceiling: float | None
    left: str
    right: str


@dataclass(frozen=True)
class Row:
    """One line of the table: for each column what is read and what is sorted by."""

    label: str
    title: str
    notes: tuple[str, ...]
    cells: tuple[tuple[str, str, float | None], ...]
    strip: Strip
    words: str


def rows(comparison: Comparison) -> list[Row]:
    """Return the table's rows, in the order in which the measures were asked for."""
    return [_row(score) for score in comparison.scores]


def marks(rows: Sequence[Row]) -> set[str]:
    """Return which marks stand on some strip, and so need to be explained."""
    kinds = ("interval", "chance", "null", "ceiling")
    return {kind for kind in kinds if any(getattr(row.strip, kind) is not None for row in rows)}


def _row(score: Score) -> Row:
    measure = score.measure
    limit, n = "Ceiling" if measure.higher_is_closer else "Floor", score.decimals
    return Row(
        label=measure.label,
        title=measure.title.rstrip("."),
        notes=_notes(score),
        cells=(
            ("Score", _words.number(score.value, n), score.value),
            ("95 % interval", _words.interval(score.interval, n), _width(score.interval)),
            ("Chance", _words.number(score.chance, n), score.chance),
            (limit, _words.number(score.ceiling, n), score.ceiling),
            ("p", _words.p_value(score.p_value), score.p_value),
        ),
        strip=_strip(score),
        words=_words.score_in_words(score),
    )


def _notes(score: Score) -> tuple[str, ...]:
    measure = score.measure
    said = {
        "smaller is closer": not measure.higher_is_closer,
        "biased": measure.biased,
        "reference from candidate": not measure.symmetric,
        "held-out stimuli": measure.fits,
    }
    return tuple(note for note, holds in said.items() if holds)


def _width(interval: tuple[float, float] | None) -> float | None:
    return None if interval is None else interval[1] - interval[0]


def _strip(score: Score) -> Strip:
    scale = _pictured.scale(score)

    def percent(value: float | None) -> float | None:
        return None if value is None else round(100 * scale.position(value), 2)

    def span(ends: tuple[float, float] | None) -> tuple[float, float] | None:
        if ends is None:
            return None
        low, high = sorted(100 * scale.position(end) for end in ends)
        return round(low, 2), round(high - low, 2)

    null = np.asarray(score.null)
    middle = (
        (float(np.quantile(null, 0.025)), float(np.quantile(null, 0.975))) if null.size else None
    )
    ends = f"{scale.left:.4g}".replace("-", "\N{MINUS SIGN}"), f"{scale.right:.4g}"
    return Strip(
        value=round(100 * scale.position(score.value), 2),
        interval=span(score.interval),
        chance=percent(score.chance),
        null=span(middle),
        ceiling=percent(score.ceiling),
        left=f"\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK} {ends[0]}"
        if scale.left_open
        else ends[0],
        right=f"{ends[1]} \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
        if scale.right_open
        else ends[1],
    )

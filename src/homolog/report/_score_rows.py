"""The rows of the page of encoding scores: a layer in a region, as numbers and as a strip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog._words import counted
from homolog.report import _score_charts, _words

if TYPE_CHECKING:
    from homolog.encoding import Encoding, Summary

Cells = tuple[tuple[str, str, str, float | None], ...]


@dataclass(frozen=True)
class Row:
    """One layer in one region: names, (column, text, spread, key) cells, and the strip.

    Attributes
    ----------
    value, interval, ceiling
        Median, lower quartile and distance of the quartiles, and median ceiling, in percent
        of the strip.
    words
        The strip described to someone who cannot see it.
    """

    layer: str
    about: str
    best: bool
    cells: Cells
    value: float
    interval: tuple[float, float]
    ceiling: float | None
    words: str


@dataclass(frozen=True)
class Region:
    """A region with its rows, its neurons and its charts."""

    name: str
    words: str
    rows: list[Row]
    charts: list[_score_charts.Chart]


def region(found: Encoding, name: str) -> Region:
    here = [one for one in found.summaries() if one.region == name]
    first = here[0]
    told = [f"{counted(first.n_neurons, 'neuron')} scored"]
    if first.n_with_ceiling is not None:
        told.append(f"{first.n_with_ceiling} of them with a ceiling")
    if first.n_unscored:
        told.append(f"{first.n_unscored} not scored")
    best = found.best(name)
    widths = dict(zip(found.layers, found.n_layer_neurons, strict=True))
    several = len(found.layers) > 1
    rows = [
        _row(
            found, one, widths[one.layer], several and best is not None and best.layer == one.layer
        )
        for one in here
    ]
    return Region(name, ", ".join(told), rows, _score_charts.of_region(found, name))


def _row(found: Encoding, one: Summary, width: int, best: bool) -> Row:
    middle, half = one.median_correlation, (one.lower_correlation, one.upper_correlation)
    words = f"{one.layer} in {one.region}: median r {_words.number(middle)}, quartiles"
    return Row(
        layer=one.layer,
        about=counted(width, "neuron"),
        best=best,
        cells=tuple(_cell(one, *column) for column in _columns(found)),
        **_strip(found, one),
        words=f"{words} {_words.interval(half)}.",
    )


def _columns(found: Encoding) -> list[tuple[str, str]]:
    """Heads of the columns, and what of a summary they show."""
    plain = [("r", "correlation"), ("R²", "share")]
    if found.ceilings is None:
        return plain
    over = [(f"{head} over ceiling", f"normalised_{name}") for head, name in plain]
    return [plain[0], over[0], plain[1], over[1]]


def _cell(one: Summary, head: str, name: str) -> tuple[str, str, str, float | None]:
    median = getattr(one, f"median_{name}")
    if median is None:
        return head, _words.number(None), "", None
    low, high = getattr(one, f"lower_{name}"), getattr(one, f"upper_{name}")
    spread = f"{_words.number(low, 2)} to {_words.number(high, 2)}"
    return head, _words.number(median), spread, median


def ends(found: Encoding) -> tuple[float, float]:
    """What all strips share: from 0, or the lowest quartile below it, to 1."""
    lowest = min(one.lower_correlation for one in found.summaries())
    return (min(0.0, float(np.floor(10 * lowest) / 10)), 1.0)


def _strip(found: Encoding, one: Summary) -> dict[str, Any]:
    low, high = ends(found)

    def percent(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    top = _median_ceiling(found, one.region)
    left, right = percent(one.lower_correlation), percent(one.upper_correlation)
    return {
        "value": percent(one.median_correlation),
        "interval": (left, round(right - left, 2)),
        "ceiling": None if top is None else percent(top),
    }


def _median_ceiling(found: Encoding, region: str) -> float | None:
    if found.ceilings is None:
        return None
    kept = _score_charts.here(found, region) & found.ceilings.repeats
    return float(np.median(found.ceilings.correlation[kept])) if kept.any() else None

"""The page and the figure of a gauge audit."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homolog import figures
from homolog.audit import _gauge_words
from homolog.audit._given import scored_apart
from homolog.figures._gauge import ABOVE, below
from homolog.report import _gauge_files, _words
from homolog.report._audit_charts import MARKS
from homolog.report._charts import Chart, Json
from homolog.report._rendering import download, rendered
from homolog.report._static import sized

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from homolog.audit import GaugeAudit
    from homolog.audit._targets import Reals

LOWEST_START = 0.9
"""Strips and axes begin here, or lower where scores do."""


@dataclass(frozen=True)
class Row:
    """One measure of the table.

    Parameters
    ----------
    measure, colour
        Its label, and the name of its colour.
    cells
        For each further column its name, what is read and what is sorted by.
    spread, value, balanced
        In percent of the strip: lowest score and range at the widest spread, their mean, and
        the lowest once balanced.
    words
        The strip described to someone who cannot see it.
    """

    measure: str
    colour: str
    cells: tuple[tuple[str, str, float], ...]
    spread: tuple[float, float]
    value: float
    balanced: float | None
    words: str


def page(found: GaugeAudit, command: str | None) -> str:
    """Return the page of a gauge audit."""
    drawn = charts(found)
    return rendered("gauge.html.j2", {**_shown(found, drawn), **_again(found, command)}, drawn)


def figure(found: GaugeAudit) -> Figure:
    """Scores of rescaled networks and of balanced ones, a row for each measure."""
    n = 1 if found.balanced is None else 2
    drawn = sized(0.6 + 4.4 * n, 1.4 + 0.45 * len(found.measures))
    axes = drawn.subplots(1, n, squeeze=False, sharex=True)
    figures.gauge_scores(list(axes.ravel()), found)
    marks = figures.spread_marks(found)
    drawn.legend(handles=marks, loc="outside upper left", ncols=6, frameon=False, fontsize=8)
    return drawn


def _shown(found: GaugeAudit, drawn: list[Chart]) -> dict[str, Any]:
    scored, there = found.moments
    return {
        "name": found.name,
        "verdict": _gauge_words.verdict(found),
        "facts": [
            ("Neurons", str(found.n_neurons), ""),
            ("Moments", str(scored), "" if scored == there else f"of {there}"),
            ("Rescaled networks", str(found.n), "at each spread"),
            (
                "Outputs differ by" if found.has_outputs else "States differ by",
                f"{found.output_difference:.1g}",
                "of the largest",
            ),
        ],
        "columns": _columns(found),
        "rows": rows(found),
        "start": _words.number(start(found), 1),
        "widest": f"{found.spread.max():g}",
        "is_balanced": found.balanced is not None,
        "spreads": _gauge_words.in_order(found),
        "notes": [text.replace(" - ", " \N{MINUS SIGN} ") for text in scored_apart(found.measures)],
        "charts_shown": drawn,
        "warnings": [("", text) for text in _gauge_words.warnings(found)],
    }


def _again(found: GaugeAudit, command: str | None) -> dict[str, Any]:
    bibtex = _gauge_files.bibtex(found)
    return {
        "methods": _gauge_words.methods(found),
        "references": _gauge_files.cited(found),
        "bibtex": bibtex,
        "bibtex_link": download(bibtex),
        **_gauge_files.again(found, command),
    }


def _columns(found: GaugeAudit) -> list[str]:
    return ["Measure", *(one.capitalize() for one in _gauge_words.columns(found))]


def start(found: GaugeAudit) -> float:
    """Where strips and axes begin: a tenth at or below the lowest score."""
    scores = [*found.rescaled.values(), *(found.balanced or {}).values()]
    return min(LOWEST_START, math.floor(10 * min(one.min() for one in scores)) / 10)


def rows(found: GaugeAudit) -> list[Row]:
    """Return a row for each measure."""
    return [_row(found, one.label, f"m{i % 8}") for i, one in enumerate(found.measures)]


def _row(found: GaugeAudit, label: str, colour: str) -> Row:
    scores = found.rescaled[label]
    widest = scores[found.spread.argmax()]
    said = (
        f"{label}: mean {_words.number(widest.mean())}, from {_words.number(widest.min())} to"
        f" {_words.number(widest.max())}, at spread {found.spread.max():g}"
    )
    lowest = None if found.balanced is None else float(found.balanced[label].min())
    if lowest is not None:
        said += f"; {_words.number(lowest)} at the lowest once balanced"
    columns, texts = _columns(found)[1:], _gauge_words.cells(found, label)
    keys = [found.itself[label]] if "Itself" in columns else []
    keys += [*map(float, scores.mean(axis=1)), *([] if lowest is None else [lowest])]
    shown = [text.replace("-", "\N{MINUS SIGN}") for text in texts]
    ends = _percent(found, widest.min()), _percent(found, widest.max())
    return Row(
        measure=label,
        colour=colour,
        cells=tuple(zip(columns, shown, keys, strict=True)),
        spread=(ends[0], round(ends[1] - ends[0], 2)),
        value=_percent(found, widest.mean()),
        balanced=None if lowest is None else _percent(found, lowest),
        words=f"{said}.",
    )


def _percent(found: GaugeAudit, score: float) -> float:
    left = start(found)
    return round(100 * (min(float(score), 1.0) - left) / (1 - left), 2)


def charts(found: GaugeAudit) -> list[Chart]:
    """Return scores of rescaled networks and of balanced ones, a row for each measure."""
    drawn = [_chart(found, "rescaled", found.rescaled, found.itself)]
    if found.balanced is not None and found.balanced_itself is not None:
        drawn.append(_chart(found, "balanced", found.balanced, found.balanced_itself))
    return drawn


def _chart(
    found: GaugeAudit, title: str, of: Mapping[str, Reals], itself: Mapping[str, float]
) -> Chart:
    low = ", ".join(f"{label} {_words.number(scores.min())}" for label, scores in of.items())
    left, n = start(found), len(found.measures)
    rows = [(-i, one.label, of[one.label]) for i, one in enumerate(found.measures)]
    return Chart(
        id=f"gauge-{title}",
        title=title.capitalize(),
        note=f"mean, lowest to highest of {found.n}",
        words=f"Score of the {title} networks at each spread. At the lowest: {low}.",
        data=[_trace(found, label, scores, itself[label], y) for y, label, scores in rows],
        layout={
            "xaxis": {"title": {"text": "Score"}, "range": [left, 1 + 0.02 * (1 - left)]},
            "yaxis": {"range": [-n + 0.5, 0.6], "visible": False},
            "annotations": [_named(y, label) for y, label, _ in rows],
            "margin": {"l": 8, "r": 8, "t": 8, "b": 48},
            "showlegend": False,
        },
    )


def _named(y: int, label: str) -> Json:
    """A measure's name above its row."""
    return {
        "text": html.escape(label, quote=False),
        "showarrow": False,
        "font": {"size": 11},
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": y + ABOVE,
        "yanchor": "middle",
    }


def _trace(found: GaugeAudit, label: str, scores: Reals, itself: float, y: int) -> Json:
    """Means and ranges, one spread below the other; first of all the network against itself."""
    order = found.spread.argsort()
    scores, spreads = scores[order], found.spread[order]
    mean = scores.mean(axis=1)
    colour = f"@m{-y % 8}"
    symbols = [MARKS[i % 8] for i in range(len(spreads))]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(float(one), 6) for one in (itself, *mean)],
        "y": [float(y), *(y + round(float(one), 6) for one in below(len(spreads)))],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [0.0, *(round(float(one), 6) for one in scores.max(axis=1) - mean)],
            "arrayminus": [0.0, *(round(float(one), 6) for one in mean - scores.min(axis=1))],
            "color": colour,
            "thickness": 1.3,
            "width": 3,
        },
        "name": html.escape(label, quote=False),
        "marker": {
            "color": colour,
            "symbol": ["line-ns-open", *symbols],
            "size": [20, *(7 for _ in symbols)],
        },
        "text": ["against itself", *(f"spread {one:g}" for one in spreads)],
        "hovertemplate": "%{text}: %{x:.3f}<extra>%{fullData.name}</extra>",
    }

"""The interactive charts of encoding scores, for plotly.js to draw in the page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog import _pictured
from homolog._words import counted
from homolog.report import _words
from homolog.report._charts import LEGEND, Chart, Json

if TYPE_CHECKING:
    from homolog.encoding import Encoding, Summary
    from homolog.encoding._maps import Floats

PERCENTILES = (5, 25, 50, 75, 95)
MOST_POINTS = 3000
LETTERS = 18  # of a layer below an axis
UPRIGHT = 40  # letters of all layers that still stand side by side

_MARGIN: Json = {"l": 60, "r": 8, "t": 12, "b": 52}


def of_region(found: Encoding, region: str) -> list[Chart]:
    """How the neurons of a region spread under every layer, and each of them under the best."""
    nth = list(dict.fromkeys(found.regions)).index(region)
    return [_boxes(found, region, nth), _neurons(found, region, nth)]


def here(found: Encoding, region: str) -> np.ndarray:
    """(neuron,) whether a scored neuron stands in a region."""
    return np.array([one == region for one in found.regions])


def _boxes(found: Encoding, region: str, nth: int) -> Chart:
    inside = here(found, region)
    names = [html.escape(_pictured.cut(one, LETTERS), quote=False) for one in found.layers]
    boxes = [_box("r", range(len(names)), found.correlation[:, inside], "@accent")]
    if found.ceilings is not None and (inside & found.ceilings.repeats).any():
        tops = found.ceilings.correlation[inside & found.ceilings.repeats]
        boxes.append(_box("ceiling", [len(names)], tops[None], "@soft"))
        names.append("ceiling")
    medians = np.median(found.correlation[:, inside], axis=1)
    said = [f"{a} {_words.number(b, 2)}" for a, b in zip(found.layers, medians, strict=True)]
    return Chart(
        id=f"layers-{nth}",
        title="Layer by layer",
        note="5, 25, 50, 75, 95 %",
        words=f"Correlations of the neurons of {region} by layer; medians: {', '.join(said)}.",
        data=boxes,
        layout={
            "xaxis": {
                "tickvals": list(range(len(names))),
                "ticktext": names,
                "tickangle": -90 if sum(map(len, names)) > UPRIGHT else 0,
                "showgrid": False,
                "automargin": True,
            },
            "yaxis": {"title": {"text": "Correlation, r"}, "zeroline": True},
            "margin": _MARGIN,
        },
    )


def _box(name: str, places: Sequence[int] | range, scores: Floats, colour: str) -> Json:
    """Boxes from percentiles alone, so that the page need not hold every neuron of every layer."""
    at = np.percentile(scores, PERCENTILES, axis=1)
    keys = ("lowerfence", "q1", "median", "q3", "upperfence")
    return {
        "type": "box",
        "name": name,
        "x": list(places),
        **{key: _short(values) for key, values in zip(keys, at, strict=True)},
        "line": {"color": colour, "width": 1.6},
        "fillcolor": "@null",
        "showlegend": False,
        "yhoverformat": ".3f",
    }


def _neurons(found: Encoding, region: str, nth: int) -> Chart:
    best = found.best(region)
    if best is None:
        words = f"Not drawn: no neuron of {region} has a ceiling."
        return Chart(f"neurons-{nth}", "Neuron by neuron", words, data=[], layout={})
    if found.ceilings is None:
        return _histogram(found, best, nth)
    return _against_ceilings(found, best, nth)


def _against_ceilings(found: Encoding, best: Summary, nth: int) -> Chart:
    assert found.ceilings is not None
    rows = np.flatnonzero(here(found, best.region) & found.ceilings.repeats)
    rows = rows[:: -(-len(rows) // MOST_POINTS)]
    scores = found.correlation[found.layers.index(best.layer), rows]
    labels = [html.escape(str(found.neurons[row]), quote=False) for row in rows]
    ends = [min(0.0, float(scores.min())), 1.0]
    return Chart(
        id=f"neurons-{nth}",
        title=f"Each neuron by {_pictured.cut(best.layer, LETTERS)}",
        note=counted(len(rows), "neuron"),
        words=(
            f"Correlation of every neuron of {best.region} that has a ceiling, predicted by"
            f" {best.layer}, against its ceiling. {int((scores >= _tops(found, rows)).sum())} of"
            f" {len(rows)} reach it."
        ),
        data=[
            {
                "type": "scatter",
                "mode": "lines",
                "x": ends,
                "y": ends,
                "name": "at the ceiling",
                "line": {"color": "@soft", "width": 1.3, "dash": "dot"},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": _short(_tops(found, rows)),
                "y": _short(scores),
                "text": labels,
                "name": "neuron",
                "showlegend": False,
                "marker": {"color": "@accent", "size": 6 if len(rows) < 200 else 4},
                "opacity": 0.7,
                "hovertemplate": "%{text}: %{y:.3f}, ceiling %{x:.3f}<extra></extra>",
            },
        ],
        layout={
            "xaxis": {"title": {"text": "Ceiling of r"}, "range": [0, 1.02]},
            "yaxis": {"title": {"text": "Correlation, r"}, "range": [ends[0] - 0.02, 1.02]},
            **LEGEND,
        },
    )


def _tops(found: Encoding, rows: np.ndarray) -> Floats:
    assert found.ceilings is not None
    return found.ceilings.correlation[rows]


def _histogram(found: Encoding, best: Summary, nth: int) -> Chart:
    scores = found.correlation[found.layers.index(best.layer), here(found, best.region)]
    counts, edges = np.histogram(scores, bins=np.linspace(-1, 1, 41))
    shown = np.flatnonzero(counts)
    kept = slice(shown[0], shown[-1] + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    return Chart(
        id=f"neurons-{nth}",
        title=f"Each neuron by {_pictured.cut(best.layer, LETTERS)}",
        note=counted(len(scores), "neuron"),
        words=(
            f"How many neurons of {best.region} correlate how well with what {best.layer}"
            f" predicts: from {_words.number(float(scores.min()), 2)} to"
            f" {_words.number(float(scores.max()), 2)}."
        ),
        data=[
            {
                "type": "bar",
                "x": _short(middles[kept]),
                "y": counts[kept].tolist(),
                "width": 0.046,
                "marker": {"color": "@accent"},
                "showlegend": False,
                "hovertemplate": "r near %{x:.2f}: %{y}<extra></extra>",
            }
        ],
        layout={
            "xaxis": {"title": {"text": "Correlation, r"}},
            "yaxis": {"title": {"text": "Neurons"}},
            "margin": _MARGIN,
        },
    )


def _short(values: Floats) -> list[float]:
    return [float(f"{one:.4g}") for one in values]

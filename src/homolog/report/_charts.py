"""The interactive charts, as plain dictionaries that plotly.js draws in the page.

A colour written as ``"@name"`` is looked up by the page in its style sheet, so that the
charts follow the light and the dark theme. Labels may come from a file: plotly renders a
little HTML in them, so they are escaped here.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import _pictured
from homolog._words import listed
from homolog.report import _words

if TYPE_CHECKING:
    from homolog.comparison import Comparison
    from homolog.representation import Representation

STEP = 1e-4  # distances are kept in the page to this precision
FEW, LONGEST_OF_FEW = 16, 14  # stimuli whose labels all fit at an axis, and their letters
LONGEST = 48  # letters of any label
LONGEST_OF_MANY = 4  # letters of labels of which some fit

# Cividis: even steps for the eye, in colour-blind vision too, and dark means alike.
COLOURS = (
    *("#00224e", "#123570", "#3b496c", "#575d6d", "#707173"),
    *("#8a8678", "#a59c74", "#c3b369", "#fee838"),
)

Json = dict[str, Any]

LEGEND: Json = {
    "showlegend": True,
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    "margin": {"l": 60, "r": 8, "t": 32, "b": 52},
}


@dataclass(frozen=True)
class Chart:
    """One chart: what plotly.js draws, and what stands around it on the page.

    Parameters
    ----------
    id
        Names the element that the page draws into.
    title, note
        What stands above the chart, left and right.
    words
        The chart described to someone who cannot see it.
    data, layout
        Traces and layout as plotly.js takes them, colours by name; no traces where there
        is nothing to draw, and `words` say why.
    role
        "reference" or "candidate" where the chart shows only that population.
    """

    id: str
    title: str
    words: str
    data: list[Json]
    layout: Json
    note: str = ""
    role: str = ""


def dissimilarities(comparison: Comparison) -> tuple[list[Chart], float]:
    """Return the dissimilarity matrices of both populations and where their colours end."""
    sides = {"reference": comparison.reference, "candidate": comparison.candidate}
    every = _pictured.stride(comparison.reference.n_stimuli)
    matrices = {
        role: _pictured.dissimilarities(side)[::every, ::every] for role, side in sides.items()
    }
    highest = _pictured.shared_scale(*matrices.values())
    labels = _labels(comparison.reference.labels[::every])
    charts = [
        _heat_map(role, side, matrices[role], labels, highest) for role, side in sides.items()
    ]
    return charts, highest


def _heat_map(
    role: str, side: Representation, distances: np.ndarray, labels: list[str], highest: float
) -> Chart:
    name = _words.population(side, role)
    between = distances[np.triu_indices(len(distances), 1)]
    known = between[np.isfinite(between)]
    if not known.size:
        words = f"Not drawn: to no two stimuli does {name} respond with patterns to correlate."
        return Chart(f"dissimilarities-{role}", name, words, data=[], layout={}, role=role)
    middle = _words.number(float(np.median(known)), 2)
    trace = {
        "type": "heatmap",
        "x": labels,
        "y": labels,
        # Decoded by the page: a triangle of 16-bit numbers is a tenth of the text.
        "z": {"triangle": _triangle(distances), "n": len(labels), "unit": STEP},
        "zmin": 0,
        "zmax": highest,
        "colorscale": [[step / 8, colour] for step, colour in enumerate(COLOURS)],
        "showscale": False,  # both charts share the one above them
        "hoverongaps": False,
        "hovertemplate": "%{y}<br>%{x}<br>distance %{z:.3f}<extra></extra>",
    }
    return Chart(
        id=f"dissimilarities-{role}",
        title=name,
        role=role,
        words=(
            f"Heat map of the correlation distance between the responses of {name} to "
            f"{len(labels)} stimuli: median {middle}, colours from 0 to "
            f"{_words.number(highest, 1)}."
        ),
        data=[trace],
        layout={
            "xaxis": {**_stimulus_axis(labels, -90), "constrain": "domain"},
            "yaxis": {
                **_stimulus_axis(labels, 0),
                "autorange": "reversed",
                "scaleanchor": "x",
                "constrain": "domain",
            },
            "margin": {"l": 40, "r": 4, "t": 4, "b": 40},
        },
    )


def matched_tuning(comparison: Comparison) -> list[Chart]:
    """Return the tuning curves of the best, the median and the worst match."""
    chosen = _pictured.best_median_worst(comparison)
    return [_tuning(comparison, rank, match) for rank, match in chosen.items()]


def _tuning(comparison: Comparison, rank: str, match: _pictured.Match) -> Chart:
    reference, candidate = comparison.reference, comparison.candidate
    labels = _labels(reference.labels)
    title, r = f"{rank.capitalize()} match", _words.number(match.correlation, 2)
    return Chart(
        id=f"match-{rank}",
        title=title,
        note=f"r = {r}",
        words=(
            f"{title}: responses of {_pictured.neuron_name(reference, match.reference, LONGEST)} "
            f"of the reference and of "
            f"{_pictured.neuron_name(candidate, match.candidate, LONGEST)} of the candidate to "
            f"{len(labels)} stimuli, correlation {r}."
        ),
        data=[
            _tuning_line(reference, match.reference, "reference", labels),
            _tuning_line(candidate, match.candidate, "candidate", labels),
        ],
        layout={
            "xaxis": {"showgrid": False, **_stimulus_axis(labels, -90)},
            "yaxis": {"title": {"text": "Response (s.d. from mean)"}, "zeroline": True},
            "hovermode": "x unified",
            **LEGEND,
        },
    )


def _tuning_line(side: Representation, neuron: int, role: str, labels: list[str]) -> Json:
    name = html.escape(_pictured.neuron_name(side, neuron, 20), quote=False)
    crowded = len(labels) > _pictured.MOST_LINES
    mode = "lines+markers" if len(labels) <= 60 else "lines"
    return {
        "type": "scatter",
        "mode": "markers" if crowded and role == "candidate" else mode,
        "x": labels,
        "y": [round(float(value), 3) for value in _pictured.tuning(side, neuron)],
        "name": f"{role}, {name}",
        "line": {"color": f"@{role}", "width": 1.6},
        "marker": {"color": f"@{role}", "size": 3 if crowded else 4},
        "opacity": 0.7 if crowded else 1,
        "hovertemplate": "%{y:.2f}",
    }


def spectrum(comparison: Comparison) -> Chart:
    """Return the share of variance by principal component of the two populations."""
    sides = {"reference": comparison.reference, "candidate": comparison.candidate}
    ratios = [
        f"{_words.number(_pictured.participation_ratio(side), 1)} for the {role}"
        for role, side in sides.items()
    ]
    return Chart(
        id="spectrum",
        title="Variance by dimension",
        words=(
            "Share of variance by principal component, both axes logarithmic. Participation "
            f"ratio {listed(ratios)}."
        ),
        data=[_spectrum_line(side, role) for role, side in sides.items()],
        layout={
            "xaxis": {
                "title": {"text": "Principal component"},
                "type": "log",
                "tickvals": [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
            },
            "yaxis": {
                "title": {"text": "Share of variance"},
                "type": "log",
                "tickformat": "~%",
                "dtick": 1,
            },
            **LEGEND,
        },
    )


def _spectrum_line(side: Representation, role: str) -> Json:
    shares = _pictured.spectrum(side)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(1, len(shares) + 1)),
        "y": [float(f"{share:.4g}") for share in shares],
        "name": role,
        "line": {"color": f"@{role}", "width": 1.6},
        "marker": {"size": 4},
        "hovertemplate": "component %{x}: %{y:.2~%} of variance<extra>%{fullData.name}</extra>",
    }


def _stimulus_axis(labels: list[str], angle: int) -> Json:
    """Name all stimuli if they are few, some if their names are short, else none.

    Names that are not on the axis appear when the pointer rests on the chart.
    """
    longest = max(map(len, labels))
    few = len(labels) <= FEW and longest <= LONGEST_OF_FEW
    short = longest <= LONGEST_OF_MANY
    return {
        "title": {"text": "Stimulus"},
        "type": "category",
        "showticklabels": few or short,
        **({"dtick": 1, "tickangle": angle} if few else {"nticks": 6, "tickangle": 0}),
        "automargin": True,
    }


def _labels(labels: Sequence[object]) -> list[str]:
    """Escape labels and cut long ones; the number keeps cut ones apart."""
    texts = [str(label) for label in labels]
    cut = [
        t if len(t) <= LONGEST else f"{_pictured.cut(t, 40)} ({i + 1})" for i, t in enumerate(texts)
    ]
    return [html.escape(text, quote=False) for text in cut]


def _triangle(distances: np.ndarray) -> str:
    """Pack the upper triangle in 16 bits, in steps of 0.0001; 65535 stands for undefined."""
    values = distances[np.triu_indices(len(distances), 1)]
    steps = np.where(np.isnan(values), 65535, np.round(np.nan_to_num(values) / STEP))
    return base64.b64encode(steps.astype("<u2").tobytes()).decode("ascii")

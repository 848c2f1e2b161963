"""The interactive charts of an audit, as plain dictionaries that plotly.js draws in the page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import _pictured
from homolog.audit._audit_curves import (
    first_score,
    mark_size,
    mean_curve,
    score_ticks,
    variance_ticks,
)
from homolog.audit._audit_words import back
from homolog.report._charts import LEGEND, LONGEST, Chart, Json

if TYPE_CHECKING:
    from homolog.audit import Audit
    from homolog.audit._decoding import Decoding

MARKS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x", "star")


def decoding_curves(audit: Audit) -> list[Chart]:
    """Return accuracy against score, a chart for each variable."""
    own = audit.decoding
    return [] if own is None else [_of(audit, own, variable) for variable in audit.variables]


def _of(audit: Audit, own: Decoding, variable: str) -> Chart:
    left = first_score(audit)
    said = [f"{one.label} {back(audit.needed(one.label, variable))}" for one in audit.measures]
    return Chart(
        id=f"decoding-{audit.variables.index(variable)}",
        title=_pictured.cut(variable, LONGEST),
        note=f"recording {own.accuracy[variable]:.2f}",
        words=(
            f"Accuracy of decoding {variable} against score. The recording's level is"
            f" {own.accuracy[variable]:.2f}, chance {own.chance[variable]:.2f}. It is back:"
            f" {'; '.join(said)}."
        ),
        data=[
            _band(own, variable, left),
            _level("recording", own.accuracy[variable], left, "dash"),
            _level("chance", own.chance[variable], left, "dot"),
            *(
                _curve(audit, measure.label, variable, i)
                for i, measure in enumerate(audit.measures)
            ),
        ],
        layout={
            "xaxis": {"title": {"text": "Score (1: same)"}, "range": [left, 1.01]},
            "yaxis": {"title": {"text": "Decoding accuracy"}, "range": [0, 1.02]},
            "hovermode": "x unified",
            **_without_legend(),
        },
    )


def _curve(audit: Audit, measure: str, variable: str, i: int) -> Json:
    scores, accuracy = mean_curve(audit, measure, variable)
    return {
        **_line(scores, accuracy, measure, i),
        "mode": "lines",
        "hovertemplate": "%{y:.2f}",
    }


def _band(own: Decoding, variable: str, left: float) -> Json:
    low, high = own.low[variable], own.high[variable]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [left, 1.01, 1.01, left],
        "y": [_short(low), _short(low), _short(high), _short(high)],
        "fill": "toself",
        "fillcolor": "@null",
        "opacity": 0.5,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _level(name: str, level: float, left: float, dash: str) -> Json:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [left, 1.01],
        "y": [_short(level)] * 2,
        "name": name,
        "line": {"color": "@soft", "width": 1.3, "dash": dash},
        "hoverinfo": "skip",
    }


def component_capture(audit: Audit) -> Chart | None:
    """Return the score at which each component is half captured; None where none is reported."""
    if not audit.courses[0].half_capture.size:
        return None
    half = {one.label: audit.half_capture(one.label) for one in audit.measures}
    known = {label: int(np.isfinite(scores).sum()) for label, scores in half.items()}
    return Chart(
        id="capture",
        title="Half captured at",
        note="above the line: not below the goal",
        words=(
            "Score at which each principal component of the recording is half captured, against"
            f" its share of variance. Half captured below {audit.goal:g}, of"
            f" {len(audit.explained_variance)} components: "
            + ", ".join(f"{n} by {label}" for label, n in known.items())
            + "."
        ),
        data=[
            trace
            for i, (label, scores) in enumerate(half.items())
            for trace in _captured(audit, label, scores, i)
        ]
        + [_goal(audit)],
        layout={
            "xaxis": _variances(audit.explained_variance),
            "yaxis": _half_scores(audit),
            **LEGEND,
        },
    )


def _half_scores(audit: Audit) -> Json:
    """Scores to the goal, and above it a place of its own for what is not captured below."""
    ticks = score_ticks(audit)
    return {
        "title": {"text": "Score"},
        "range": [first_score(audit), _top(audit)],
        "tickvals": [*ticks, (audit.goal + _top(audit)) / 2],
        "ticktext": [*(f"{tick:g}" for tick in ticks), f"> {audit.goal:g}"],
    }


def _captured(audit: Audit, label: str, scores: Any, i: int) -> list[Json]:
    there = np.isfinite(scores)
    shares = np.asarray(audit.explained_variance)
    hover = "%{x:.2~%} of variance: %{y:.3f}<extra>%{fullData.name}</extra>"
    found = {
        **_line(shares[there], scores[there], label, i),
        "mode": "lines+markers",
        "hovertemplate": hover,
    }
    above = np.full((~there).sum(), audit.goal + 0.04 * (i + 1))
    never = {
        **_line(shares[~there], above, label, i),
        "mode": "markers",
        "showlegend": False,
        "marker": {"color": f"@m{i % 8}", "symbol": f"{MARKS[i % 8]}-open", "size": 7},
        "hovertemplate": "%{x:.2~%} of variance: not below the goal<extra>%{fullData.name}</extra>",
    }
    return [found, never] if above.size else [found]


def _goal(audit: Audit) -> Json:
    shares = audit.explained_variance
    line = _level("goal", audit.goal, 0, "solid")
    return {**line, "x": [_short(shares[-1]), _short(shares[0])], "showlegend": False}


def _top(audit: Audit) -> float:
    return audit.goal + 0.04 * (len(audit.measures) + 1)


def component_perturbation(audit: Audit) -> Chart | None:
    """Return what is left of a score when a component is replaced; None where none could be."""
    found = audit.perturbation
    if found is None:
        return None
    first = ", ".join(f"{name} {scores[0]:.2f}" for name, scores in found.simulated.items())
    return Chart(
        id="perturbation",
        title="Left when replaced",
        note="one component at a time",
        words=(
            "Score of the recording with one principal component replaced by another course,"
            f" against the component's share of variance. For the first component: {first}."
        ),
        data=[
            _replaced(found.explained_variance, scores, name, i)
            for i, (name, scores) in enumerate(found.simulated.items())
        ],
        layout={
            "xaxis": _variances(found.explained_variance),
            "yaxis": {"title": {"text": "Score"}, "rangemode": "tozero"},
            **LEGEND,
        },
    )


def _variances(shares: Any) -> Json:
    ticks = variance_ticks(shares)
    return {
        "title": {"text": "Variance of the component"},
        "type": "log",
        "tickvals": ticks,
        "ticktext": [f"{100 * tick:g}%" for tick in ticks],
    }


def _replaced(shares: Any, scores: Any, name: str, i: int) -> Json:
    trace = _line(shares, scores, name, i)
    trace["marker"] = {**trace["marker"], "size": round(10 * mark_size(len(shares), i), 1)}
    hover = "%{x:.2~%} of variance: %{y:.3f}<extra>%{fullData.name}</extra>"
    return {**trace, "mode": "lines+markers", "hovertemplate": hover}


def _line(x: Sequence[float] | Any, y: Any, name: str, i: int) -> Json:
    return {
        "type": "scatter",
        "x": [_short(one) for one in x],
        "y": [_short(one) for one in y],
        "name": html.escape(name, quote=False),
        "line": {"color": f"@m{i % 8}", "width": 2},
        "marker": {"color": f"@m{i % 8}", "symbol": MARKS[i % 8], "size": 7},
    }


def _short(value: float) -> float:
    return float(f"{float(value):.4g}")


def _without_legend() -> Json:
    """The page names the measures once, above all charts of variables."""
    margin: Json = LEGEND["margin"]
    return {"margin": {**margin, "t": 12}}

"""What a similarity score rewards: pictures of an audit, one colour and mark for each measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import _pictured, errors
from homolog.audit._audit_curves import (
    apart,
    first_score,
    mark_size,
    mean_curve,
    score_ticks,
    variance_ticks,
)
from homolog.figures._looks import INK, SOFT, several

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from homolog.audit import Audit, GaugeAudit

# Okabe and Ito: told apart with any colour vision; marks tell them apart in grey.
MEASURES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b3fa8", "#1d2127")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
LONGEST = 22  # letters of a name beside a curve
LINE_OF_TEXT = 0.065  # how high it is, where accuracies run from 0 to 1
BEYOND = 0.045
"""How far above the goal stands what never came to it, as a share of the scores drawn."""


def decoding_curves(axes: Sequence[Axes], audit: Audit) -> list[Axes]:
    """Draw decoding accuracy against score, an Axes for each variable of the audit.

    A thick line is the mean over seeds of a measure, named at its end, thin ones its seeds.
    The mark stands where the variable is back: at the lower end of the recording's interval,
    which is shaded up to its upper end.

    Raises
    ------
    HomologError
        HM025 for other than one Axes for each variable, or an audit without labels.
    """
    own = audit.decoding
    if own is None:
        raise errors.bad_value("audit", audit.name, "an audit with labels: nothing was decoded")
    listed = several(axes, len(audit.variables))
    for ax, variable in zip(listed, audit.variables, strict=True):
        for i, measure in enumerate(audit.measures):
            _curves(ax, audit, measure.label, variable, i)
        _named_at_the_end(ax, audit, variable)
        _levels(ax, own.accuracy[variable], (own.low[variable], own.high[variable]))
        ax.axhline(own.chance[variable], color=SOFT, linewidth=1, linestyle=":", zorder=1)
        ax.set(xlim=(first_score(audit), 1.0), ylim=(0, 1.02))
        ax.set_title(variable, fontsize=10)
        ax.set_xlabel("Score (1: same)")
        ax.set_ylabel("Decoding accuracy")
        ax.spines[["top", "right"]].set_visible(False)
    return listed


def _curves(ax: Axes, audit: Audit, measure: str, variable: str, i: int) -> None:
    colour = _colour(i)
    for one in audit.of(measure):
        ax.plot(one.score, one.accuracy[variable], color=colour, linewidth=0.6, alpha=0.4)
    scores, accuracy = mean_curve(audit, measure, variable)
    ax.plot(scores, accuracy, color=colour, linewidth=1.9, label=measure, zorder=3)
    back = audit.needed(measure, variable).median
    if back is not None and audit.decoding is not None:
        level = audit.decoding.low[variable]
        ax.plot(
            back, level, _mark(i), color=colour, markersize=7, markeredgecolor="white", zorder=5
        )


def _named_at_the_end(ax: Axes, audit: Audit, variable: str) -> None:
    """The name of each measure beside the end of its curve."""
    labels = [one.label for one in audit.measures]
    ends = [float(mean_curve(audit, label, variable)[1][-1]) for label in labels]
    for i, (label, place) in enumerate(zip(labels, apart(ends, LINE_OF_TEXT, 1.0), strict=True)):
        ax.annotate(
            _pictured.cut(label, LONGEST), (1.0, place), (5, 0), textcoords="offset points",
            va="center", color=_colour(i), fontsize=8, annotation_clip=False,
        )  # fmt: skip


def _levels(ax: Axes, level: float, ends: tuple[float, float]) -> None:
    """The recording's own accuracy, with its interval."""
    ax.axhspan(*ends, color=INK, alpha=0.07, linewidth=0, zorder=0)
    ax.axhline(level, color=INK, linewidth=1, linestyle="--", zorder=1)


def needed_scores(ax: Axes, audit: Audit) -> Axes:
    """Draw the score that each variable needs, a row for each variable and measure.

    The mark is the median over seeds and the bar their range. An open mark beyond the end of
    the axis stands for a variable that half of the seeds or more never brought back. Rows of a
    variable that the recording itself does not tell are empty, and its name says so.
    """
    rows = [(name, i) for name in audit.variables for i in range(len(audit.measures))]
    gap = 0.8
    places = [row + gap * audit.variables.index(name) for row, (name, _) in enumerate(rows)]
    for place, (variable, i) in zip(places, rows, strict=True):
        _needed(ax, audit, variable, i, place)
    ax.set_yticks(places, [audit.measures[i].label for _, i in rows])
    for variable in audit.variables:
        top = min(place for place, (name, _) in zip(places, rows, strict=True) if name == variable)
        ax.text(
            first_score(audit), top - 0.75, f"{variable}{_untold(audit, variable)}",
            ha="left", va="center", color=INK, fontsize=10, fontweight="bold",
        )  # fmt: skip
    ax.axvline(audit.goal, color=SOFT, linewidth=0.8, zorder=0)
    ax.set(xlim=(first_score(audit) - 0.01, 1 + 2 * BEYOND), ylim=(max(places) + 0.6, -1.3))
    ax.set_xlabel("Score needed before the variable is back (1: same)")
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.grid(axis="x", color=SOFT, alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)
    return ax


def _untold(audit: Audit, variable: str) -> str:
    known = audit.decoding is not None and audit.decoding.above_chance(variable)
    return "" if known else ": the recording itself does not tell it"


def _needed(ax: Axes, audit: Audit, variable: str, i: int, place: float) -> None:
    if audit.decoding is None or not audit.decoding.above_chance(variable):
        return
    one, colour = audit.needed(audit.measures[i].label, variable), _colour(i)
    if one.unasked:
        return
    if one.reached:
        ends = [one.reached[0], audit.goal if one.unreached else one.reached[-1]]
        ax.plot(ends, [place, place], color=colour, alpha=0.35, linewidth=6, solid_capstyle="butt")
    if one.median is not None:
        ax.plot(one.median, place, _mark(i), color=colour, markersize=7)
        return
    ax.plot(1 + BEYOND, place, _mark(i), color=colour, markersize=7, markerfacecolor="none")
    ax.annotate(
        "", (1 + 2 * BEYOND, place), (1 + 1.3 * BEYOND, place),
        arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1},
    )  # fmt: skip


def component_capture(ax: Axes, audit: Audit) -> Axes:
    """Draw the score at which each principal component is half captured against its variance.

    Marks are medians over seeds. Open marks above the line at the goal stand for components
    that were not captured below it.
    """
    shares = 100 * np.asarray(audit.explained_variance)
    for i, measure in enumerate(audit.measures):
        half = audit.half_capture(measure.label)
        there = np.isfinite(half)
        _marked(ax, shares[there], half[there], i, measure.label)
        above = audit.goal + BEYOND * (1 + 0.6 * i)
        ax.plot(
            shares[~there], np.full((~there).sum(), above), _mark(i),
            color=_colour(i), markerfacecolor="none", markersize=4.5,
        )  # fmt: skip
    ax.axhline(audit.goal, color=SOFT, linewidth=0.8, zorder=0)
    top = audit.goal + BEYOND * (1.2 + 0.6 * len(audit.measures))
    ax.set(xscale="log", ylim=(first_score(audit), top))
    ticks = score_ticks(audit)
    above = f"> {audit.goal:g}"
    ax.set_yticks([*ticks, (audit.goal + top) / 2], [*(f"{tick:g}" for tick in ticks), above])
    ax.set_ylabel("Score at which half captured")
    _dress_variances(ax, shares)
    return ax


def component_perturbation(ax: Axes, audit: Audit) -> Axes:
    """Draw what is left of a score when one principal component is replaced, by its variance.

    Marks are the simulation, lines the formula where there is one.

    Raises
    ------
    HomologError
        HM025 for an audit in which no component could be replaced.
    """
    found = audit.perturbation
    if found is None:
        raise errors.bad_value("audit", audit.name, "one in which components could be replaced")
    shares = 100 * np.asarray(found.explained_variance)
    for i, (name, scores) in enumerate(found.simulated.items()):
        size = 7 * mark_size(len(shares), i)
        ax.plot(shares, scores, _mark(i), color=_colour(i), markersize=size, label=name)
        if name in found.closed_form:
            ax.plot(shares, found.closed_form[name], color=_colour(i), linewidth=1, zorder=1)
    ax.set(xscale="log", ylim=(min(0.0, *(s.min() for s in found.simulated.values())), 1.03))
    ax.set_ylabel("Score with the component replaced")
    _dress_variances(ax, shares)
    return ax


def _marked(ax: Axes, x: Any, y: Any, i: int, label: str) -> None:
    ax.plot(x, y, f"{_mark(i)}-", color=_colour(i), linewidth=1, markersize=4.5, label=label)


def _dress_variances(ax: Axes, shares: Sequence[float] | Any) -> None:
    ticks = variance_ticks(shares)
    ax.set_xticks(ticks, [f"{tick:g} %" for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlabel("Variance of the component (% of the recording's)")
    ax.spines[["top", "right"]].set_visible(False)


def measure_marks(audit: Audit | GaugeAudit) -> list[Line2D]:
    """The marks of the measures with their names, for the ``handles`` of a legend."""
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=_colour(i), marker=_mark(i), linewidth=1.5, label=one.label)
        for i, one in enumerate(audit.measures)
    ]


def _colour(i: int) -> str:
    return MEASURES[i % len(MEASURES)]


def _mark(i: int) -> str:
    return MARKS[i % len(MARKS)]

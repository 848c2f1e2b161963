"""Candidates against one recording: their scores, and their differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from homolog.figures._looks import INK, SCORE, SOFT, several

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from homolog.ranking import Ranking

BAR: dict[str, Any] = {"alpha": 0.35, "solid_capstyle": "butt"}


def ranking_scores(axes: Sequence[Axes], ranking: Ranking) -> list[Axes]:
    """Draw every candidate's score with its interval, one Axes for each measure.

    The closest candidate stands on top, and closer is further right, for distances too. Grey
    is the ceiling with its interval; the short grey lines are chance levels.

    Raises
    ------
    HomologError
        HM025 for other than one Axes for each measure.
    """
    listed = several(axes, len(ranking.measures))
    for ax, measure in zip(listed, ranking.measures, strict=True):
        shown = ranking.of(measure.label)
        ceiling = next((c for c in ranking.ceilings if c.measure.label == measure.label), None)
        if ceiling is not None:
            ax.axvline(ceiling.value, color=SOFT, linewidth=1.2, zorder=1)
            if ceiling.interval is not None:
                ax.axvspan(*ceiling.interval, color=SOFT, alpha=0.25, linewidth=0, zorder=0)
        for row, one in enumerate(shown):
            if one.interval is not None:
                ax.plot(one.interval, [row, row], **BAR, color=SCORE, linewidth=5)
            if one.chance is not None:
                ax.plot([one.chance] * 2, [row - 0.2, row + 0.2], color=SOFT, linewidth=1.6)
            ax.plot(one.value, row, "o", color=SCORE, markersize=6)
        _framed(ax, [one.candidate for one in shown])
        ax.set_title(_titled(measure.label, measure.biased), fontsize=10, color=INK)
        ax.set_xlabel(f"{'Distance' if measure.kind == 'distance' else 'Score'} (closer: right)")
        if measure.kind == "distance":
            ax.invert_xaxis()
    return listed


def ranking_differences(axes: Sequence[Axes], ranking: Ranking) -> list[Axes]:
    """Draw every difference with its interval, one Axes for each measure.

    A full mark is a difference found with at most 5 % false discoveries among all of the
    ranking, an empty one was not told from 0, and a small grey one was not tested.

    Raises
    ------
    HomologError
        HM025 for other than one Axes for each measure.
    """
    listed = several(axes, len(ranking.measures))
    for ax, measure in zip(listed, ranking.measures, strict=True):
        shown = [one for one in ranking.differences if one.measure.label == measure.label]
        ax.axvline(0.0, color=SOFT, linewidth=0.8, zorder=0)
        for row, one in enumerate(shown):
            if one.interval is not None:
                ax.plot(one.interval, [row, row], **BAR, color=INK, linewidth=2.5)
            ax.plot(
                one.value,
                row,
                "o",
                color=INK if one.q is not None else SOFT,
                markerfacecolor=INK if one.found() else "white",
                markersize=6 if one.q is not None else 4,
            )
        _framed(ax, [f"{one.first} \N{MINUS SIGN} {one.second}" for one in shown])
        distance = measure.kind == "distance"
        ax.set_xlabel(
            f"Difference of {'distances' if distance else 'scores'} (first closer: right)"
        )
        if distance:
            ax.invert_xaxis()
    return listed


def ranking_marks(ranking: Ranking) -> list[Artist]:
    """What stands in the figure, for a legend."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks: list[Artist] = [
        Line2D([], [], color=SCORE, marker="o", linestyle="", label="score"),
        Line2D([], [], **BAR, color=SCORE, linewidth=5, label="95 % interval"),
    ]
    if any(one.chance is not None for one in ranking.standings):
        marks.append(
            Line2D([], [], color=SOFT, marker="|", linestyle="", markersize=10, label="chance")
        )
    if ranking.ceilings:
        marks.append(Patch(color=SOFT, alpha=0.25, label="ceiling, floor of a distance"))
    if any(one.q is not None for one in ranking.differences):
        found = Line2D([], [], color=INK, marker="o", linestyle="", label="found (q ≤ 0.05)")
        other = Line2D(
            [],
            [],
            color=INK,
            marker="o",
            markerfacecolor="white",
            linestyle="",
            label="not told from 0",
        )
        marks += [found, other]
    return marks


def _framed(ax: Axes, names: list[str]) -> None:
    """Rows from top to bottom, with the names beside them."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)


def _titled(label: str, biased: bool) -> str:
    return f"{label} *" if biased else label

"""Scores between less alike and more alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homolog import _pictured
from homolog.figures._looks import INK, SCORE, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.comparison import Comparison


def scores(ax: Axes, comparison: Comparison) -> Axes:
    """Draw every score to scale between less alike and more alike.

    One row per measure: the dot is the score and the bar its 95 % interval; the short grey
    line is chance and the line with a triangle the ceiling (the floor of a distance). Rows
    have their own scales, whose two ends are written below them.
    """
    for row, score in enumerate(comparison.scores):
        scale = _pictured.scale(score)
        ax.plot([0, 1], [row, row], color=SOFT, linewidth=0.8, zorder=1)
        if score.chance is not None:
            place = scale.position(score.chance)
            ax.plot([place, place], [row - 0.2, row + 0.2], color=SOFT, linewidth=1.6, zorder=2)
        if score.ceiling is not None:
            place = scale.position(score.ceiling)
            ax.plot([place, place], [row - 0.24, row + 0.2], color=INK, linewidth=1.2, zorder=2)
            ax.plot(place, row - 0.3, marker="v", color=INK, markersize=5)
        if score.interval is not None:
            ends = [scale.position(end) for end in score.interval]
            ax.plot(ends, [row, row], color=SCORE, alpha=0.35, linewidth=6, solid_capstyle="butt")
        ax.plot(scale.position(score.value), row, "o", color=SCORE, markersize=7, zorder=4)
        for place, end, side in ((0, scale.left, "left"), (1, scale.right, "right")):
            text = f"{end:.3g}".replace("-", "\N{MINUS SIGN}")
            ax.text(place, row + 0.36, text, ha=side, va="center", color=SOFT, fontsize=7)
    _explain_marks(ax, comparison)
    labels = [score.measure.label.replace(", ", ",\n") for score in comparison.scores]
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(comparison.scores) - 0.5, -0.6)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([])
    ax.set_xlabel("less alike  \N{RIGHTWARDS ARROW}  more alike")
    ax.set_ylabel("Measure")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _explain_marks(ax: Axes, comparison: Comparison) -> None:
    """Add a legend of the marks that some strip has, above the strips."""
    from matplotlib.lines import Line2D

    marks = {
        "value": Line2D([], [], color=SCORE, marker="o", linestyle="", label="score"),
        "interval": Line2D([], [], color=SCORE, alpha=0.35, linewidth=6, label="95 % interval"),
        "chance": Line2D(
            [], [], color=SOFT, marker="|", linestyle="", markersize=10, label="chance"
        ),
        "ceiling": Line2D([], [], color=INK, marker="v", linestyle="", label="ceiling"),
    }
    ax.legend(
        handles=[
            mark
            for part, mark in marks.items()
            if any(getattr(score, part) is not None for score in comparison.scores)
        ],
        ncols=4,
        frameon=False,
        fontsize=8,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        handlelength=1.2,
    )

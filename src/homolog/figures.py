"""Static figures by matplotlib: each function takes Axes, draws on them and returns them.

Only artists of the given Axes are touched, so the functions compose into any layout and
leave matplotlib's settings as they were. Blue is the reference and orange the candidate,
a pair that readers with any form of colour blindness can tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog import _pictured

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.all_pairs import Matrix
    from homolog.comparison import Comparison
    from homolog.representation import Representation

REFERENCE = "#0072b2"
CANDIDATE = "#d55e00"
SCORE = "#5b3fa8"
INK = "#1d2127"
SOFT = "#8b919a"


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


def dissimilarities(
    ax: Axes, representation: Representation, *, highest: float | None = None
) -> Axes:
    """Draw the correlation distance between the patterns of every two stimuli.

    Parameters
    ----------
    ax
        Where to draw; the colour bar is an inset of it.
    representation
        Condition means of one population.
    highest
        Upper end of the colour scale, to give two populations the same; by default the
        population's own largest distance, rounded up. The lower end is always 0.
    """
    distances = _pictured.dissimilarities(representation)
    top = _pictured.shared_scale(distances) if highest is None else highest
    image = ax.imshow(distances, cmap="cividis", vmin=0, vmax=top, interpolation="nearest")
    bar_ax = ax.inset_axes((1.04, 0.0, 0.045, 1.0))
    bar = ax.figure.colorbar(image, cax=bar_ax)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    bar.set_label("Correlation distance, 1 \N{MINUS SIGN} r")
    ax.set_title(_pictured.cut(representation.called, 40), fontsize=10)
    _name_stimuli(ax, representation, "both")
    ax.spines[:].set_visible(False)
    return ax


def matched_tuning(axes: Sequence[Axes], comparison: Comparison) -> Sequence[Axes]:
    """Draw the best, median and worst of the matched pairs of neurons, one on each Axes.

    Neurons are matched one to one so that the summed correlation of their tuning over
    stimuli is largest. Responses are in standard deviations from each neuron's mean.
    Above 200 stimuli they are in the order of the reference's response. Axes beyond the
    number of matched pairs are switched off.
    """
    reference, candidate = comparison.reference, comparison.candidate
    chosen = list(_pictured.best_median_worst(comparison).items())
    crowded = reference.n_stimuli > _pictured.MOST_LINES
    for ax, (rank, match) in zip(axes, chosen, strict=False):
        x = _pictured.tuning(reference, match.reference)
        y = _pictured.tuning(candidate, match.candidate)
        order = np.argsort(x) if crowded else np.arange(len(x))
        names = [
            f"{_pictured.cut(side.called, 30)}, {_pictured.neuron_name(side, neuron, 23)}"
            for side, neuron in ((reference, match.reference), (candidate, match.candidate))
        ]
        ax.plot(x[order], color=REFERENCE, linewidth=1.2, label=names[0])
        style = "." if crowded else "-"
        ax.plot(y[order], style, color=CANDIDATE, linewidth=1.2, markersize=2, label=names[1])
        ax.set_title(f"{rank.capitalize()} match, r = {match.correlation:.2f}", fontsize=10)
        ax.set_ylabel("Response (s.d. from mean)")
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False, fontsize=7, loc="lower left", bbox_to_anchor=(0, -0.55))
        _name_stimuli(ax, reference, "x")
        if crowded:
            ax.set_xlabel("Stimulus, by response of the reference")
    for ax in axes[len(chosen) :]:
        ax.set_axis_off()
    return axes


def spectrum(ax: Axes, comparison: Comparison) -> Axes:
    """Draw the share of variance of every principal component of the two populations."""
    for side, colour in ((comparison.reference, REFERENCE), (comparison.candidate, CANDIDATE)):
        shares = _pictured.spectrum(side)
        ratio = _pictured.participation_ratio(side)
        components = np.arange(1, len(shares) + 1)
        ax.plot(
            components,
            shares,
            ".-",
            color=colour,
            linewidth=1,
            label=f"{_pictured.cut(side.called, 30)}: participation ratio {ratio:.1f}",
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    ax.set_xlabel("Principal component")
    ax.set_ylabel("Share of variance")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=8)
    return ax


def matrix(ax: Axes, matrix: Matrix) -> Axes:
    """Draw the scores of all pairs of populations as a labelled heat map.

    Rows are references and columns candidates. Up to 12 populations the numbers are
    written into the cells. Dark is less alike for every measure, distances included.
    """
    values = np.asarray(matrix.values, dtype=float)
    colours = "cividis_r" if matrix.measure.best < matrix.measure.worst else "cividis"
    image = ax.imshow(values, cmap=colours, interpolation="nearest")
    if len(matrix.names) <= 12:
        for (row, column), value in np.ndenumerate(values):
            dark = sum(image.to_rgba(value)[:3]) < 1.5
            ax.text(
                column,
                row,
                f"{value:.2f}".replace("-", "\N{MINUS SIGN}"),
                ha="center",
                va="center",
                color="white" if dark else "black",
                fontsize=7,
            )
    ax.set_xticks(range(len(matrix.names)), matrix.names, rotation=90)
    ax.set_yticks(range(len(matrix.names)), matrix.names)
    ax.set_xlabel("Candidate")
    ax.set_ylabel("Reference")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(image, cax=ax.inset_axes((1.04, 0.0, 0.045, 1.0)))
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    bar.set_label(matrix.measure.label)
    return ax


def _name_stimuli(ax: Axes, representation: Representation, which: str) -> None:
    """Label up to 12 stimuli by name where the names are short, else by their number."""
    labels = [str(label) for label in representation.labels]
    for side in ("x", "y") if which == "both" else (which,):
        named = len(labels) <= 12 and max(map(len, labels)) <= 12
        if named:
            rotation = 90 if side == "x" else 0
            getattr(ax, f"set_{side}ticks")(range(len(labels)), labels, rotation=rotation)
        getattr(ax, f"set_{side}label")("Stimulus" if named else "Stimulus number")

"""Scores against how much there is, a line for each measure in the colour of its family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import SOFT, dressed
from homolog.studies._study import Table
from homolog.studies.families._measures import ASKED, COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEVELS = {"stimuli": (20, 40, 80, 160), "neurons": (5, 10, 20, 40), "trials": (2, 5, 10, 20)}
TRUTHS = ("unrelated", "related")
LOWEST, HIGHEST = -0.5, 1.1
"""Of the scale that is shown; what is beyond stands at its end, as a triangle."""


def figure_of(means: Table) -> Figure:
    """Unrelated pairs above and related ones below, for stimuli, neurons and trials."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(11, 7.4), layout="constrained")
    axes: Any = figure.subplots(2, len(LEVELS), sharey=True)
    for line, truth in zip(axes, TRUTHS, strict=True):
        for ax, what in zip(line, LEVELS, strict=True):
            dressed(ax)
            _lines(ax, means[means["truth"] == truth], what)
            ax.set_title(f"{truth.capitalize()} pairs, fewer {what}", fontsize=9, loc="left")
        line[0].set_ylabel("from unrelated (0) to identical (1)", fontsize=8)
    handles, names = axes[0, 0].get_legend_handles_labels()
    handles.append(Line2D([], [], color=SOFT, marker="v", linestyle="", label="beyond the panel"))
    names.append("beyond the panel")
    figure.legend(handles, names, frameon=False, fontsize=8, loc="outside lower center", ncols=6)
    return figure


def _lines(ax: Axes, means: Table, what: str) -> None:
    levels = sorted(means[means["what"] == what]["level"].unique())
    places = [*range(len(levels)), len(levels)]
    shown: set[str] = set()
    for one in ASKED:
        mine = means[means["measure"] == one.spelled]
        of = mine[mine["what"] == what].set_index("level")["place"]
        whole = mine[mine["what"] == "all"]["place"]
        if not len(whole):
            continue
        found = [*(of.get(level, np.nan) for level in levels), whole.iloc[0]]
        values = np.array(found, dtype=float)
        drawn = np.clip(values, LOWEST, HIGHEST)
        label = one.family if one.family not in shown else None
        shown.add(one.family)
        ax.plot(places, drawn, color=COLOURS[one.family], linewidth=1.3, alpha=0.75, label=label)
        for mark, beyond in (("v", values < LOWEST), ("^", values > HIGHEST)):
            if not beyond.any():
                continue  # No points, unclipped, take all room from the panel.
            at = np.flatnonzero(beyond)
            ax.plot(at, drawn[at], mark, color=COLOURS[one.family], markersize=6, clip_on=False)
    ax.axhline(0, color=SOFT, linewidth=0.8)
    ax.set_xticks(places, [*map(str, levels), "all"])
    ax.set_ylim(LOWEST - 0.03, HIGHEST + 0.03)

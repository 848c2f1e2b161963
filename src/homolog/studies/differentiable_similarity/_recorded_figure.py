"""Accuracies against scores, a panel for each measure, and what is captured when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import CANDIDATE, REFERENCE, SOFT, dressed
from homolog.studies._study import Table
from homolog.studies.differentiable_similarity._climbs import CALLED, CLOSE, COLOURS, at_most

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_VARIABLES = (REFERENCE, CANDIDATE)

WIDE = 300.0
"""Factor between the variances of components above which powers of ten are marks enough."""


def figure_of(rows: Table) -> Figure:
    """Decoding above; below, scores needed, and scores at which components are captured."""
    from matplotlib.figure import Figure

    measures = list(dict.fromkeys(rows["measure"].dropna()))
    figure = Figure(figsize=(11, 6.8), layout="constrained")
    above, below = figure.subfigures(2, 1, squeeze=False, hspace=0.04)[:, 0]
    over = list(above.subplots(1, len(measures), sharey=True))
    left, right = below.subplots(1, 2)
    for ax in (*over, left, right):
        dressed(ax)
    for ax, measure in zip(over, measures, strict=True):
        _accuracies(ax, rows, measure)
    over[0].set_ylabel("Decoding accuracy")
    handles, names = over[0].get_legend_handles_labels()
    above.legend(handles, names, frameon=False, fontsize=8, loc="outside upper center", ncols=4)
    _needed(left, rows, measures)
    _captured(right, rows, measures)
    return figure


def _accuracies(ax: Axes, rows: Table, measure: str) -> None:
    own = rows[rows["kind"] == "recording"].set_index("variable")
    along = rows[(rows["kind"] == "along") & (rows["measure"] == measure)]
    for colour, variable in zip(_VARIABLES, own.index, strict=False):
        for _, one in along[along["variable"] == variable].groupby("start"):
            ax.plot(one["score"], one["accuracy"], color=colour, linewidth=0.9, alpha=0.6)
        ax.plot([], [], color=colour, label=variable)
        ax.axhline(own.loc[variable, "accuracy"], color=colour, linestyle="--", linewidth=1)
        ends = float(own.loc[variable, "low"]), float(own.loc[variable, "high"])
        ax.axhspan(*ends, color=colour, alpha=0.09, linewidth=0)
        ax.axhline(own.loc[variable, "chance"], color=colour, linestyle=":", linewidth=0.8)
    ax.axvline(0.9, color=SOFT, linewidth=0.8)
    ax.set_xlim(0, 1.01)
    ax.set_xticks((0, 0.5, 1))
    ax.set_ylim(0, 1.04)
    ax.set_xlabel(f"{CALLED[measure]} score")
    ax.plot([], [], "--", color=SOFT, label="from the recording")
    ax.plot([], [], ":", color=SOFT, label="chance")


def _needed(ax: Axes, rows: Table, measures: Sequence[str]) -> None:
    """Scores at which each variable is back at the recording's level, start by start."""
    needed, own = rows[rows["kind"] == "needed"], rows[rows["kind"] == "recording"]
    told = own[own["low"].astype(float) > own["chance"].astype(float)].set_index("variable")
    guessed = told.index[told["low"].astype(float) < told["guessing"].astype(float)]
    places: list[tuple[str, str]] = [
        (variable, measure) for variable in told.index for measure in measures
    ]
    for height, (variable, measure) in enumerate(places):
        one = needed[(needed["variable"] == variable) & (needed["measure"] == measure)]
        reached = one["score"].dropna().astype(float)
        marks: dict[str, Any] = {"color": COLOURS[measure], "markersize": 6, "alpha": 0.7}
        if variable in guessed:
            marks["markerfacecolor"] = "none"
        ax.plot(reached, np.full(len(reached), height), "o", **marks)
        if len(reached) < len(one):
            ax.plot(1.03, height, ">", **marks)
    ax.set_yticks(range(len(places)), [f"{v}, {CALLED[m]}" for v, m in places])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.05)
    ax.axvline(0.9, color=SOFT, linewidth=0.8)
    opened = ", open: guesses come as far" if len(guessed) else ""
    ax.set_xlabel(f"Score needed (▸ not below {CLOSE}{opened})")


def _captured(ax: Axes, rows: Table, measures: Sequence[str]) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    chosen = rows[rows["kind"] == "component"]
    halves = chosen.assign(at=at_most(chosen["score"]))
    for measure in measures:
        found = halves[halves["measure"] == measure].groupby("variance")["at"].mean()
        shown: dict[str, Any] = {
            "color": COLOURS[measure],
            "label": CALLED[measure],
            "markersize": 4,
        }
        ax.plot(found.index, found, "o", alpha=0.8, **shown)
    ax.set_xscale("log")
    wide = halves["variance"].max() > WIDE * halves["variance"].min()
    ax.xaxis.set_major_locator(LogLocator(subs=(1,) if wide else (1, 3)))
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(0, 1.04)
    ax.set_xlabel("Share of variance of a component")
    ax.set_ylabel("Score at which half is captured")
    ax.legend(frameon=False, fontsize=8, loc="lower left")

"""The figure of the losses of balanced networks under noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from homolog.studies._drawing import CANDIDATE, INK, REFERENCE, SCORE, panels
from homolog.studies._study import Table
from homolog.studies.synaptic_balancing._noise import GAUGES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {0.3: SCORE, 0.1: CANDIDATE, 0.0: REFERENCE}
MARKS = {0.3: "o", 0.1: "s", 0.0: "^"}
TICKS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 5, 10)
TITLES = ("Log-scales sum to 0 (paper)", "Equal activity power", "Grounded, equal power")


def draw(rows: Table) -> Figure:
    """Ratio of losses against noise, a panel for each gauge; and costs before and after."""
    figure, axes = panels(4, width=13, height=3.6)
    measured = rows[rows["ratio"].notna()]
    for ax, gauge, title in zip(axes, GAUGES, TITLES, strict=False):
        _ratios(ax, measured[measured["gauge"] == gauge])
        ax.set_title(title, fontsize=10, loc="left")
        ax.set_xlabel("Noise ε (per √time constant)")
    reach = [end for ax in axes[:3] for end in ax.get_ylim()]
    ticks = [tick for tick in TICKS if min(reach) <= tick <= max(reach)]
    for ax in axes[:3]:
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.set_yticks([], minor=True)
        ax.set_ylim(min(reach), max(reach))
    axes[0].set_ylabel("Loss, balanced / original")
    if len(measured):
        axes[0].legend(frameon=False, fontsize=8, loc="best")
    _costs(axes[3], measured[measured["gauge"] == GAUGES[0]])
    return figure


def _ratios(ax: Axes, rows: Table) -> None:
    """Every network thin, with its bootstrap error; mean and median over networks thick."""
    ax.axhline(1, color=INK, linewidth=0.8)
    ax.set_yscale("log")
    for penalty, own in rows.groupby("penalty", sort=False):
        colour, mark = COLOURS[float(str(penalty))], MARKS[float(str(penalty))]
        for _, one in own.sort_values("noise").groupby("replica"):
            ax.errorbar(
                one["noise"],
                one["ratio"],
                yerr=one["ratio_se"],
                color=colour,
                alpha=0.3,
                linewidth=0.7,
            )
        by_noise = own.groupby("noise")["ratio"]
        mean, median = by_noise.mean(), by_noise.median()
        label = f"penalty {penalty:g}, mean of {own['replica'].nunique()}"
        ax.plot(
            mean.index, mean, color=colour, marker=mark, markersize=4, linewidth=1.8, label=label
        )
        ax.plot(median.index, median, ":", color=colour, linewidth=1.5)
    ax.plot([], [], ":", color=INK, label="median over networks")


def _costs(ax: Axes, rows: Table) -> None:
    """Cost after over before, for every network."""
    one = rows[rows["noise"] == 0]
    for place, (penalty, own) in enumerate(one.groupby("penalty", sort=False)):
        colour, mark = COLOURS[float(str(penalty))], MARKS[float(str(penalty))]
        spread = place + np.linspace(-0.2, 0.2, len(own))
        ax.plot(spread, own["cost_after"] / own["cost_before"], mark, color=colour, markersize=5)
    names = [f"{penalty:g}" for penalty in one["penalty"].unique()]
    ax.set_xticks(range(len(names)), names)
    ax.set_xlim(-0.6, max(len(names), 1) - 0.4)
    ax.set_xlabel("Penalty in training")
    ax.set_ylim(0, 1)
    ax.set_ylabel("Cost C*, over C before")
    ax.set_title("Robustness cost", fontsize=10, loc="left")

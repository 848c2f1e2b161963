"""The figure of false positives: every test by its share of p at most 0.05."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from homolog.studies._drawing import CANDIDATE, FOURTH, INK, REFERENCE, SCORE, SOFT, THIRD, dressed
from homolog.studies._study import Table
from homolog.studies.calibration._shares import of_tested

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "unbiased_cka": REFERENCE,
    "cka": CANDIDATE,
    "procrustes": THIRD,
    "rsa": FOURTH,
    "ridge": SCORE,
    "soft_matching_correlation": INK,
}
DESIGNS = {"equal": "equally many neurons", "unequal": "12 and 30 neurons"}
MARKS = {"unpaired": ("o", REFERENCE), "grouped": ("s", CANDIDATE)}


def draw(rows: Table) -> Figure:
    """Differences against the number of stimuli, and below p of random pairing by measure."""
    from matplotlib.figure import Figure

    rows = rows[rows["n_untested"] < rows["n_studies"]]
    pairing = rows[(rows["test"] == "pairing") & rows["design"].isin(list(MARKS))]
    n_measures = pairing["measure"].nunique()
    heights = [3.2, 1.0 + 0.19 * n_measures]
    figure = Figure(figsize=(9.5, sum(heights)), layout="constrained")
    grid = figure.add_gridspec(2, 2, height_ratios=heights)
    for place, design in enumerate(DESIGNS):
        ax = figure.add_subplot(grid[0, place])
        _differences(ax, rows[(rows["test"] == "difference") & (rows["design"] == design)])
        ax.set_title(f"Differences of two candidates: {DESIGNS[design]}", fontsize=9, loc="left")
    _pairings(figure.add_subplot(grid[1, :]), pairing)
    return figure


def _differences(ax: Axes, rows: Table) -> None:
    dressed(ax)
    ax.axhspan(4, 6, color=SOFT, alpha=0.2, linewidth=0)
    ax.axhline(5, color=INK, linewidth=0.6)
    for measure, colour in COLOURS.items():
        one = rows[rows["measure"] == measure].sort_values("n_stimuli")
        if len(one):
            percent, low, high = _percent(one)
            ax.errorbar(
                one["n_stimuli"],
                percent,
                yerr=[percent - low, high - percent],
                color=colour,
                marker="o",
                markersize=4,
                linewidth=1,
                label=measure,
            )
    ax.set_xscale("log")
    ticks = sorted(rows["n_stimuli"].unique())
    ax.set_xticks(ticks, [f"{n}" for n in ticks])
    ax.minorticks_off()
    ax.set_ylim(0, max(12.0, ax.get_ylim()[1]))
    ax.set_xlabel("Stimuli")
    ax.set_ylabel("p ≤ 0.05 (%)")
    if len(rows):
        ax.legend(
            frameon=False, fontsize=7, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.17)
        )


def _pairings(ax: Axes, rows: Table) -> None:
    dressed(ax)
    ax.axvspan(4, 6, color=SOFT, alpha=0.2, linewidth=0)
    ax.axvline(5, color=INK, linewidth=0.6)
    measures = sorted(rows["measure"].unique(), reverse=True)
    for (design, (mark, colour)), shift in zip(MARKS.items(), (0.15, -0.15), strict=True):
        one = rows[rows["design"] == design]
        if not len(one):
            continue
        percent, low, high = _percent(one)
        places = np.array([measures.index(name) for name in one["measure"]]) + shift
        ax.errorbar(
            percent,
            places,
            xerr=[percent - low, high - percent],
            fmt=mark,
            color=colour,
            markersize=3.5,
            linewidth=0.8,
            label="stimuli on their own" if design == "unpaired" else "groups of three",
        )
    ax.set_yticks(range(len(measures)), measures, fontsize=7)
    ax.set_ylim(-0.7, len(measures) - 0.3)
    ax.set_xlim(0, max(10.0, ax.get_xlim()[1]))
    ax.set_xlabel("p ≤ 0.05 (%)")
    ax.set_title(
        "Populations with nothing in common: stimuli paired at random", fontsize=9, loc="left"
    )
    if len(rows):
        ax.legend(frameon=False, fontsize=7, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))


def _percent(rows: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares in percent, and the ends of their 95 % intervals."""
    shares = [of_tested(one) for one in rows.itertuples()]
    ends = np.array([one.interval(0.95) for one in shares])
    return 100 * np.array([one.value for one in shares]), 100 * ends[:, 0], 100 * ends[:, 1]

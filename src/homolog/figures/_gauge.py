"""Scores of a network against networks that compute the same: how far they move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog.figures._audit import MARKS, MEASURES
from homolog.figures._looks import INK, SOFT, several

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.audit import GaugeAudit
    from homolog.audit._targets import Reals

STEP = 0.025
"""From one measure to the next beside it, as a share of the widest spread."""


def gauge_scores(axes: Sequence[Axes], found: GaugeAudit) -> list[Axes]:
    """Draw every score against spread, of rescaled networks and of the same once balanced.

    Marks are means over networks and bars reach from the lowest to the highest; measures stand
    beside each other, in order. The score of the network against itself stands at spread 0.

    Raises
    ------
    HomologError
        HM025 for other than two Axes, or one where networks were not balanced.
    """
    drawn = {"Rescaled": found.rescaled}
    if found.balanced is not None:
        drawn["Rescaled, then balanced"] = found.balanced
    listed = several(axes, len(drawn))
    lowest = min(scores.min() for of in drawn.values() for scores in of.values())
    for ax, (title, of) in zip(listed, drawn.items(), strict=True):
        _scores(ax, found, of)
        ax.axhline(1.0, color=SOFT, linewidth=0.8, zorder=0)
        ax.set_xticks([0, *found.spread], ["0", *(f"{one:g}" for one in found.spread)])
        ax.set_ylim(min(lowest, 0.9) - 0.02, 1.02)
        ax.set_title(title, fontsize=10, color=INK)
        ax.set_xlabel("Spread of the log-scales of neurons")
        ax.set_ylabel("Score against itself (1: same)")
        ax.spines[["top", "right"]].set_visible(False)
    return listed


def beside(found: GaugeAudit, i: int) -> float:
    """How far from its spread measure i stands, so that measures that agree are all seen."""
    return STEP * float(found.spread.max()) * (i - (len(found.measures) - 1) / 2)


def _scores(ax: Axes, found: GaugeAudit, of: Mapping[str, Reals]) -> None:
    order = np.argsort(found.spread)
    for i, one in enumerate(found.measures):
        scores = of[one.label][order]
        x = np.concatenate([[0.0], found.spread[order]]) + beside(found, i)
        mean = np.concatenate([[found.itself[one.label]], scores.mean(axis=1)])
        colour, mark = MEASURES[i % len(MEASURES)], MARKS[i % len(MARKS)]
        ax.vlines(x[1:], scores.min(axis=1), scores.max(axis=1), color=colour, alpha=0.5)
        ax.plot(
            x, mean, mark, linestyle="-", color=colour, linewidth=0.7, markersize=5, label=one.label
        )

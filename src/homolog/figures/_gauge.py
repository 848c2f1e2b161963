"""Scores of a network against networks that compute the same: how far they move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog.figures._audit import MARKS, MEASURES
from homolog.figures._looks import INK, SOFT, several

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from homolog.audit import GaugeAudit
    from homolog.audit._targets import Reals

ABOVE = 0.36
"""How far above its row the name of a measure stands; rows are 1 apart."""
_UPPER, _LOWER = 0.08, -0.28
"""Where in a row the narrowest spread stands, and the widest."""


def gauge_scores(axes: Sequence[Axes], found: GaugeAudit) -> list[Axes]:
    """Draw every score in a row for each measure, of rescaled networks and of balanced ones.

    Marks are means over networks and bars reach from the lowest to the highest, the narrowest
    spread uppermost (see `spread_marks`). An upright line is the score of the network, or of
    that balanced, against itself.

    Raises
    ------
    HomologError
        HM025 for other than two Axes, or one where networks were not balanced.
    """
    drawn = [("Rescaled", found.rescaled, found.itself)]
    if found.balanced is not None and found.balanced_itself is not None:
        drawn.append(("Rescaled, then balanced", found.balanced, found.balanced_itself))
    listed = several(axes, len(drawn))
    lowest = min(0.9, *(scores.min() for _, of, _ in drawn for scores in of.values()))
    for ax, (title, of, itself) in zip(listed, drawn, strict=True):
        for i, one in enumerate(found.measures):
            _row(ax, i, of[one.label][np.argsort(found.spread)], itself[one.label])
        _name_rows(ax, of)
        room = 0.02 * (1 - lowest)
        ax.set_xlim(lowest - room, 1 + room)
        ax.set_ylim(-len(found.measures) + 0.5, 0.6)
        ax.set_yticks([])
        ax.set_title(title, fontsize=10, color=INK, loc="left")
        ax.set_xlabel("Score")
        ax.spines[["top", "right", "left"]].set_visible(False)
    return listed


def spread_marks(found: GaugeAudit) -> list[Line2D]:
    """The mark of every spread and of the network itself, for the ``handles`` of a legend."""
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], color=INK, marker=_mark(i), linestyle="", label=f"spread {one:g}")
        for i, one in enumerate(sorted(found.spread))
    ]
    return [*marks, Line2D([], [], color=INK, marker="|", linestyle="", label="against itself")]


def below(n: int) -> Reals:
    """How far from the middle of a row each of `n` spreads stands."""
    return np.linspace(_UPPER, _LOWER, n) if n > 1 else np.array([(_UPPER + _LOWER) / 2])


def _row(ax: Axes, i: int, scores: Reals, itself: float) -> None:
    colour, y = MEASURES[i % len(MEASURES)], -i + below(len(scores))
    ax.plot([itself] * 2, [-i + _LOWER - 0.1, -i + _UPPER + 0.1], color=SOFT, linewidth=1)
    ax.hlines(y, scores.min(axis=1), scores.max(axis=1), color=colour, alpha=0.6)
    for k, one in enumerate(scores.mean(axis=1)):
        ax.plot(one, y[k], _mark(k), color=colour, markersize=4.5)


def _name_rows(ax: Axes, of: Mapping[str, Reals]) -> None:
    for i, label in enumerate(of):
        ax.text(
            0, -i + ABOVE, label, transform=ax.get_yaxis_transform(), fontsize=8, va="center",
            color=MEASURES[i % len(MEASURES)],
        )  # fmt: skip


def _mark(i: int) -> str:
    return MARKS[i % len(MARKS)]

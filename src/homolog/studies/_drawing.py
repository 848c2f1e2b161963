"""One look for the figures of all studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.figures import CANDIDATE, INK, REFERENCE, SCORE, SOFT
from homolog.studies._words import mean_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

THIRD, FOURTH = "#009e73", "#b8860b"
"""Two more colours that any eye tells from the reference's blue and the candidate's orange."""

FEWEST = 4
"""Runs without which an interval of Student's t would fill the panel and say nothing."""

RULES = {
    "corinfomax": "#0072b2",
    "equilibrium_propagation": "#e69f00",
    "similarity_matching": "#009e73",
    "predictive_coding": "#cc79a7",
    "predictive_coding_nudge": "#56b4e9",
    "feedback_alignment": "#d55e00",
    "backprop": "#1d2127",
}
"""The colours of Okabe and Ito, which any eye tells apart."""

SECOND_VARIANTS = ("sparse", "mse")

__all__ = [
    "CANDIDATE",
    "FOURTH",
    "INK",
    "REFERENCE",
    "RULES",
    "SCORE",
    "SOFT",
    "THIRD",
    "banded",
    "dressed",
    "panels",
    "rule_marks",
]


def panels(n: int, *, height: float = 3.4, width: float = 10.0) -> tuple[Figure, list[Axes]]:
    """A figure of `n` panels side by side, each with two spines and a light grid."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.12))
    axes = list(figure.subplots(1, n, squeeze=False)[0])
    for ax in axes:
        dressed(ax)
    return figure, axes


def dressed(ax: Axes) -> None:
    """Two spines and a light grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[:].set_color(SOFT)
    ax.tick_params(color=SOFT, labelsize=8)
    ax.grid(axis="y", color=SOFT, alpha=0.2, linewidth=0.6)
    ax.set_axisbelow(True)


def banded(
    ax: Axes, found: Mapping[Any, Sequence[float]], colour: str, style: str = "-", **marks: Any
) -> None:
    """Means of several runs, and their 95 % interval as a band if there are enough runs."""
    places = list(found)
    ax.plot(places, [np.mean(runs) for runs in found.values()], style, color=colour, **marks)
    if min(map(len, found.values())) < FEWEST:
        return
    _, low, high = (
        np.array(ends) for ends in zip(*map(mean_interval, found.values()), strict=True)
    )
    ax.fill_between(places, low, high, color=colour, alpha=0.2, linewidth=0)


def rule_marks(rule: str, variant: str) -> dict[str, Any]:
    """Colour and line by which a learning rule is known in every figure."""
    return {"color": RULES[rule], "linestyle": "--" if variant in SECOND_VARIANTS else "-"}

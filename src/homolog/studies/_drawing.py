"""One look for the figures of all studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homolog.figures import CANDIDATE, INK, REFERENCE, SCORE, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

THIRD, FOURTH = "#009e73", "#b8860b"
"""Two more colours that any eye tells from the reference's blue and the candidate's orange."""

__all__ = ["CANDIDATE", "FOURTH", "INK", "REFERENCE", "SCORE", "SOFT", "THIRD", "panels"]


def panels(n: int, *, height: float = 3.4, width: float = 10.0) -> tuple[Figure, list[Axes]]:
    """A figure of `n` panels side by side, each with two spines and a light grid."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.12))
    axes = list(figure.subplots(1, n, squeeze=False)[0])
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[:].set_color(SOFT)
        ax.tick_params(color=SOFT, labelsize=8)
        ax.grid(axis="y", color=SOFT, alpha=0.2, linewidth=0.6)
        ax.set_axisbelow(True)
    return figure, axes

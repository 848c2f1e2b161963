"""What the figures have in common: colours, colour bars, and how stimuli are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.representation import Representation

REFERENCE = "#0072b2"
CANDIDATE = "#d55e00"
SCORE = "#5b3fa8"
INK = "#1d2127"
SOFT = "#8b919a"


def colour_bar(ax: Axes, image: Any, label: str) -> None:
    """A scale of colours as high as the Axes, to the right of them."""
    bar = ax.figure.colorbar(image, cax=ax.inset_axes((1.04, 0.0, 0.045, 1.0)))
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    bar.set_label(label)


def name_stimuli(ax: Axes, representation: Representation, which: str) -> None:
    """Label up to 12 stimuli by name where the names are short, else by their number."""
    labels = [str(label) for label in representation.labels]
    for side in ("x", "y") if which == "both" else (which,):
        named = len(labels) <= 12 and max(map(len, labels)) <= 12
        if named:
            rotation = 90 if side == "x" else 0
            getattr(ax, f"set_{side}ticks")(range(len(labels)), labels, rotation=rotation)
        getattr(ax, f"set_{side}label")("Stimulus" if named else "Stimulus number")

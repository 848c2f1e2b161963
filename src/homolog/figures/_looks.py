"""What the figures have in common: colours, colour bars, and how stimuli are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.representation import Representation

REFERENCE = "#0072b2"
CANDIDATE = "#d55e00"
SCORE = "#5b3fa8"
INK = "#1d2127"
SOFT = "#8b919a"


def several(axes: Any, n: int | None = None) -> list[Axes]:
    """The Axes of a list or an array; HM025 for a single one, or if they are not `n`."""
    from matplotlib.axes import Axes

    allowed = "a list of Axes" if n is None else f"a list of {n} Axes"
    listed: list[Any] = np.ravel(np.asarray(axes, dtype=object)).tolist()
    if isinstance(axes, Axes) or not all(isinstance(one, Axes) for one in listed):
        raise errors.bad_value("axes", type(axes).__name__, allowed)
    if n is not None and len(listed) != n:
        raise errors.bad_value("the number of axes", len(listed), allowed)
    return listed


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

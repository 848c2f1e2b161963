"""How unlike the patterns of every two stimuli are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homolog import _pictured
from homolog.figures._looks import colour_bar, name_stimuli

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.representation import Representation


def dissimilarities(
    ax: Axes, representation: Representation, *, highest: float | None = None
) -> Axes:
    """Draw the correlation distance between the patterns of every two stimuli.

    Parameters
    ----------
    ax
        Where to draw; the colour bar is an inset of it.
    representation
        Condition means of one population.
    highest
        Upper end of the colour scale, to give two populations the same; by default the
        population's own largest distance, rounded up. The lower end is always 0.
    """
    distances = _pictured.dissimilarities(representation)
    top = _pictured.shared_scale(distances) if highest is None else highest
    image = ax.imshow(distances, cmap="cividis", vmin=0, vmax=top, interpolation="nearest")
    colour_bar(ax, image, "Correlation distance, 1 \N{MINUS SIGN} r")
    ax.set_title(_pictured.cut(representation.called, 40), fontsize=10)
    name_stimuli(ax, representation, "both")
    ax.spines[:].set_visible(False)
    return ax

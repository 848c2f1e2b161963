"""Maps of a matching: whose mass goes where, and responses carried over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog import _pictured
from homolog.figures._looks import INK, colour_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    from homolog.matching import Matching

_COLOURS = "RdBu_r"
_MOST_DEVIATIONS = 2.0  # of responses in colours; nearly all are within it
_SMALLEST, _LARGEST = 1.5, 10.0  # diameter of a pair, in points


def plan(ax: Axes, matching: Matching, x: object, y: object) -> Axes:
    """Draw a matching on top of what it chose from, the correlations of all pairs.

    A circle is a matched pair, its area the pair's mass. Rows are neurons of x in the order
    of their tuning (the angle in the plane of their first two principal components, so that
    neighbours respond alike); columns are neurons of y in the order of their partners, those
    without one last. So the circles lie near the diagonal whatever the populations. What to
    look for is whether the colours do: then the populations have the same kinds of neurons,
    and where circles stand on the darkest cell of their row the match is clear.

    Parameters
    ----------
    ax
        Where to draw; the colour bar is an inset of it.
    matching
        Any matching of the two populations.
    x, y
        The populations: `Representation`, array, or what `represent` takes.

    Raises
    ------
    HomologError
        HM025 unless there are as many neurons as were matched, HM006 for a constant
        neuron, HM001 if stimuli differ in number.
    """
    x, y = _pictured.populations(x, y)
    pairs = matching.correlations(x.matrix, y.matrix)
    rows = _pictured.alike_together(x)[1]
    columns = _pictured.by_partners(matching, rows)
    shown = _pictured.correlations(x, y)[np.ix_(rows, columns)]
    top = float(np.abs(shown).max())
    image = ax.imshow(shown, cmap=_paler(), vmin=-top, vmax=top, aspect="auto")
    places = np.argsort(columns)[matching.columns], np.argsort(rows)[matching.rows]
    _circles(ax, places, matching.mass, max(shown.shape))
    ax.set_xlabel(f"{y.n_neurons} neurons of {_pictured.cut(y.called, 30)}, by their partners")
    ax.set_ylabel(f"{x.n_neurons} neurons of {_pictured.cut(x.called, 30)}, by tuning")
    mean = float(matching.mass @ pairs)
    ax.set_title(f"Matched pairs, mean r = {mean:.2f}".replace("-", "\N{MINUS SIGN}"), fontsize=10)
    colour_bar(ax, image, "Correlation of tuning")
    _bare(ax)
    return ax


def carried(axes: Sequence[Axes], matching: Matching, x: object, y: object) -> Sequence[Axes]:
    """Draw the responses of y, and beside them those of x carried over to y's neurons.

    Where the two pictures are alike, x has the neurons that y has. Every neuron of y with a
    partner is a row, every stimulus a column, both in the order of y's responses (the angle
    in the plane of the first two principal components, so that neighbours are alike) and
    the same in both pictures. Responses of both populations are in standard deviations
    from each neuron's mean before x is carried over: it is paler where partners disagree.

    Parameters
    ----------
    axes
        Two; y is drawn on the first, x carried over on the second.
    matching
        Any matching of the two populations.
    x, y
        The populations on the same stimuli: `Representation`, array, or what `represent`
        takes. They may be stimuli held out from the matching.

    Raises
    ------
    HomologError
        HM025 unless there are as many neurons as were matched, HM006 for a constant
        neuron, HM001 if stimuli differ in number.
    """
    x, y = _pictured.populations(x, y)
    matching.correlations(x.matrix, y.matrix)  # refuses other populations than were matched
    paired = matching.transposed().matched()
    own = _pictured.standardised(y)[:, paired]
    other = matching.carry(_pictured.standardised(x), paired)
    stimuli, neurons = _pictured.alike_together(y)
    order = np.ix_(stimuli, np.argsort(np.argsort(neurons)[paired]))
    names = [_pictured.cut(side.called, 30) for side in (y, x)]
    images = [
        ax.imshow(
            responses[order].T,
            cmap=_COLOURS,
            vmin=-_MOST_DEVIATIONS,
            vmax=_MOST_DEVIATIONS,
            aspect="auto",
        )
        for ax, responses in zip(axes, (own, other), strict=True)
    ]
    mean = float(np.mean(_pictured.columnwise_correlation(own, other)))
    r = f"{mean:.2f}".replace("-", "\N{MINUS SIGN}")
    for ax, title in zip(axes, (names[0], f"{names[1]}, carried over: mean r = {r}"), strict=True):
        ax.set_title(title, fontsize=10)
        ax.set_xlabel(f"{y.n_stimuli} stimuli")
        _bare(ax)
    axes[0].set_ylabel(f"{len(paired)} neurons of {names[0]}")
    colour_bar(axes[1], images[1], "Response (s.d. from mean)")
    return axes


def _paler() -> Colormap:
    """The colours without the darkest, on which circles could not be seen."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps[_COLOURS](np.linspace(0.14, 0.86, 256)))


def _circles(
    ax: Axes, places: tuple[np.ndarray, np.ndarray], mass: np.ndarray, n_neurons: int
) -> None:
    """Circles of an area like the mass, the largest as wide as a neuron; small ones as dots."""
    from matplotlib.patheffects import withStroke

    box = ax.get_window_extent()
    neuron = min(box.width, box.height) * 72 / ax.figure.dpi / n_neurons
    widest = min(0.8 * neuron, _LARGEST)
    diameter = np.maximum(widest * np.sqrt(mass / mass.max()), _SMALLEST)
    if widest < 2 * _SMALLEST:
        ax.scatter(*places, s=diameter**2, color=INK, linewidths=0)
        return
    drawn = ax.scatter(*places, s=diameter**2, facecolors="none", edgecolors=INK, linewidths=1.0)
    drawn.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


def _bare(ax: Axes) -> None:
    """No ticks, for places in an order by likeness are no numbers of neurons or stimuli."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)

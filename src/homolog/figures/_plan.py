"""Maps of a matching: whose mass goes where, and responses carried over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog import _pictured
from homolog.figures._looks import INK, colour_bar, several
from homolog.representation import together

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    from homolog.matching import Matching

_COLOURS = "RdBu_r"
_ROUNDING = 1e-9  # of masses that are the same
_MOST_DEVIATIONS = 2.0  # of responses in colours; nearly all are within it
_SMALLEST, _LARGEST = 1.5, 10.0  # diameter of a pair, in points
_IN_CELLS = (
    1.5  # diameter of the heaviest pair where cells are small: pairs are few and far between
)


def plan(ax: Axes, matching: Matching, x: object, y: object) -> Axes:
    """Draw a matching on top of what it chose from, the correlations of all pairs.

    A circle is a matched pair, its area the pair's mass, of which there is a key unless
    neurons are so many that pairs are dots. Rows are neurons of x in the order
    of their tuning (the angle in the plane of their first two principal components, so that
    neighbours respond alike); columns are neurons of y in the order of their partners, those
    without one last. So the circles lie near the diagonal whatever the populations. What to
    look for is whether the colours do: then the populations have the same kinds of neurons,
    and where circles stand on the darkest cell of their row the match is clear.

    Parameters
    ----------
    ax
        Where to draw; the colour bar is an inset of it, and the key is below that.
    matching
        Any matching of the two populations.
    x, y
        The populations on the same stimuli: `Representation`, array, or what `represent`
        takes. Trials are averaged.

    Raises
    ------
    HomologError
        HM025 unless there are as many neurons as were matched, HM006 for a constant
        neuron, HM001 for other stimuli, HM002 if their order differs.
    """
    x, y = together(x, y)
    pairs = matching.correlations(x, y)
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
        HM025 unless there are two Axes and as many neurons as were matched, HM006 for a
        constant neuron, HM001 for other stimuli, HM002 if their order differs.
    """
    first, second = several(axes, 2)
    x, y = together(x, y)
    matching.correlations(x, y)  # refuses other populations than were matched
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
        for ax, responses in ((first, own), (second, other))
    ]
    mean = float(np.mean(_pictured.columnwise_correlation(own, other)))
    r = f"{mean:.2f}".replace("-", "\N{MINUS SIGN}")
    for ax, title in ((first, names[0]), (second, f"{names[1]}, carried over: mean r = {r}")):
        ax.set_title(title, fontsize=10)
        ax.set_xlabel(f"{y.n_stimuli} stimuli")
        _bare(ax)
    first.set_ylabel(f"{len(paired)} neurons of {names[0]}")
    colour_bar(second, images[1], "Response (s.d. from mean)")
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
    widest = min(_IN_CELLS * neuron, _LARGEST)
    heaviest = float(mass.max())
    diameter = np.maximum(widest * np.sqrt(mass / heaviest), _SMALLEST)
    if widest < 2 * _SMALLEST:
        ax.scatter(*places, s=diameter**2, color=INK, linewidths=0)
        return
    drawn = ax.scatter(*places, s=diameter**2, facecolors="none", edgecolors=INK, linewidths=1.0)
    drawn.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    one_size = np.ptp(mass) < _ROUNDING * heaviest
    _key(ax, {heaviest: widest} if one_size else {heaviest: widest, heaviest / 4: widest / 2})


def _key(ax: Axes, diameters: dict[float, float]) -> None:
    """What mass a circle of some size stands for, below the colour bar."""
    from matplotlib.lines import Line2D

    ax.legend(
        handles=[
            Line2D(
                [],
                [],
                linestyle="",
                marker="o",
                markersize=diameter,
                markerfacecolor="none",
                markeredgecolor=INK,
                label=f"mass {mass:.2g}",
            )
            for mass, diameter in diameters.items()
        ],
        frameon=False,
        fontsize=7,
        loc="upper left",
        bbox_to_anchor=(1.0, 0.0),
        borderpad=0,
        handletextpad=0.2,
    )


def _bare(ax: Axes) -> None:
    """No ticks, for places in an order by likeness are no numbers of neurons or stimuli."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)

"""Rank correlations of measures as a map, beside what their orders go with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import SOFT
from homolog.studies._study import Table
from homolog.studies.families._measures import COLOURS, by_spelling
from homolog.studies.families._names import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOUR_MAP = "PuOr_r"
"""White at 0; its two sides are told apart by any eye."""


def figure_of(agreed: Table, goes_with: Table, gains: Table) -> Figure:
    """Measures against measures, against what pairs differ in; and families made equal."""
    from matplotlib.figure import Figure

    order = alike_together(agreed)
    names = [str(agreed.columns[i]) for i in order]
    figure = Figure(figsize=(13, 8.6), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(6, 1.6, 2.4))
    image = _map(left, agreed.loc[names, names].to_numpy(), 1.0)
    left.set_xticks(range(len(names)), [short(one) for one in names], rotation=90, fontsize=7)
    _named(left, names)
    left.set_title("Rank correlation over pairs of sessions", fontsize=10, loc="left")
    _map(middle, goes_with.loc[names].to_numpy(), 1.0)
    middle.set_xticks(range(goes_with.shape[1]), list(goes_with.columns), rotation=90, fontsize=8)
    middle.set_yticks([])
    middle.set_title("…with what\npairs share", fontsize=10, loc="left")
    figure.colorbar(image, ax=(left, middle), location="bottom", shrink=0.4, aspect=40, pad=0.02)
    _gained(right, gains)
    return figure


def alike_together(agreed: Table) -> list[int]:
    """An order of measures in which those that rank alike stand together (average linkage)."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    apart = np.clip(1 - agreed.to_numpy(), 0, None)
    np.fill_diagonal(apart, 0)
    tree: Any = linkage(squareform(apart, checks=False), "average", optimal_ordering=True)
    return leaves_list(tree).tolist()


def _map(ax: Axes, values: Any, most: float) -> Any:
    image = ax.imshow(values, cmap=COLOUR_MAP, vmin=-most, vmax=most, aspect="auto")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return image


def _named(ax: Axes, names: list[str]) -> None:
    ax.set_yticks(range(len(names)), [short(one) for one in names], fontsize=7)
    for labels in (ax.get_yticklabels(), ax.get_xticklabels()):
        for label, name in zip(labels, names, strict=True):
            label.set_color(COLOURS[by_spelling(name).family])


def _gained(ax: Axes, gains: Table) -> None:
    places = np.arange(len(gains.columns))
    for shift, equal in zip(np.linspace(-0.3, 0.3, len(gains)), gains.index, strict=True):
        ax.plot(gains.loc[equal].astype(float), places + shift, "o", markersize=4.5, label=equal)
    ax.axvline(0, color=SOFT, linewidth=0.8)
    ax.yaxis.tick_right()
    ax.set_yticks(places, list(gains.columns), fontsize=8)
    for label, family in zip(ax.get_yticklabels(), gains.columns, strict=True):
        label.set_color(COLOURS[family])
    ax.invert_yaxis()
    ax.spines[["top", "left"]].set_visible(False)
    ax.spines[:].set_color(SOFT)
    ax.tick_params(axis="both", labelsize=8, length=0)
    ax.set_xlabel("Change of rank correlation with other families", fontsize=8)
    ax.set_title("Once equal in…", fontsize=10, loc="left")
    ax.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.07))

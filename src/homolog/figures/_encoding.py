"""How well every layer predicts every region of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog import _pictured
from homolog.figures._audit import MARKS, MEASURES
from homolog.figures._looks import INK, SCORE, SOFT, several

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.encoding import Encoding, Summary

LETTERS = 22  # of a name at an axis
UPRIGHT = 40  # letters of all layers that still stand side by side


def encoding_scores(ax: Axes, found: Encoding) -> Axes:
    """Draw the median correlation of every region against the layers, in order.

    Normalised by the ceilings where there are any: then 1 is what the noise of the trials
    lets a perfect prediction reach. A layer none of whose neurons has a ceiling is left out.
    """
    regions = list(dict.fromkeys(found.regions))
    for nth, region in enumerate(regions):
        here = [one for one in found.summaries() if one.region == region]
        shown = [(i, value) for i, one in enumerate(here) if (value := one.headline()) is not None]
        ax.plot(
            [i for i, _ in shown],
            [value for _, value in shown],
            MARKS[nth % len(MARKS)],
            linestyle="-",
            linewidth=0.8,
            color=MEASURES[nth % len(MEASURES)],
            label=f"{_pictured.cut(region, LETTERS)} ({_counted(here[0])})",
        )
    ax.axhline(0.0, color=SOFT, linewidth=0.8, zorder=0)
    if found.ceilings is not None:
        ax.axhline(1.0, color=SOFT, linewidth=0.8, linestyle=":", zorder=0)
    _name_layers(ax, found)
    normalised = ", over ceiling" if found.ceilings is not None else ""
    ax.set_ylabel(f"Median correlation{normalised}")
    brain = _pictured.cut(found.brain, LETTERS)
    ax.set_title(f"{brain} predicted by {found.map.name}", fontsize=10, color=INK)
    ax.legend(title="Region (neurons)", frameon=False, fontsize=8, title_fontsize=8)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _counted(one: Summary) -> int:
    return one.n_neurons if one.n_with_ceiling is None else one.n_with_ceiling


def _name_layers(ax: Axes, found: Encoding) -> None:
    """Names that would not stand side by side are turned."""
    names = [_pictured.cut(one, LETTERS) for one in found.layers]
    turned = 90 if sum(map(len, names)) > UPRIGHT else 0
    ax.set_xticks(range(len(names)), names, rotation=turned)
    ax.set_xlabel("Layer")


def encoding_neurons(axes: Sequence[Axes], found: Encoding, region: str) -> list[Axes]:
    """Draw the neurons of a region: on the first Axes by layer, on the second by the best layer.

    Boxes hold the middle half of the correlations, their whiskers 5 to 95 %. On the second each
    neuron that has a ceiling stands against it; without ceilings, how many score how much.
    """
    by_layer, by_best = several(axes, 2)
    inside = np.array([one == region for one in found.regions])
    by_layer.boxplot(
        list(found.correlation[:, inside]),
        positions=range(len(found.layers)),
        whis=(5, 95),
        showfliers=False,
        medianprops={"color": SCORE},
        widths=0.6,
    )
    _name_layers(by_layer, found)
    by_layer.axhline(0.0, color=SOFT, linewidth=0.8, zorder=0)
    by_layer.set_ylabel("Correlation")
    by_layer.set_title(
        f"{_pictured.cut(region, LETTERS)}: {inside.sum()} neurons", fontsize=10, color=INK
    )
    _under_best(by_best, found, region, inside)
    for ax in (by_layer, by_best):
        ax.spines[["top", "right"]].set_visible(False)
    return [by_layer, by_best]


def _under_best(ax: Axes, found: Encoding, region: str, inside: np.ndarray) -> None:
    best = found.best(region)
    if best is None:
        ax.text(0.5, 0.5, "no neuron has a ceiling", ha="center", va="center", color=SOFT)
        ax.set_axis_off()
        return
    scores = found.correlation[found.layers.index(best.layer)]
    ax.set_title(f"by {_pictured.cut(best.layer, LETTERS)}", fontsize=10, color=INK)
    if found.ceilings is None:
        ax.hist(scores[inside], bins=np.linspace(-1, 1, 41).tolist(), color=SCORE)
        ax.set_xlabel("Correlation")
        ax.set_ylabel("Neurons")
        return
    kept = inside & found.ceilings.repeats
    ax.axline((0, 0), slope=1, color=SOFT, linewidth=0.8, linestyle=":")
    ax.plot(found.ceilings.correlation[kept], scores[kept], "o", color=SCORE, ms=3, alpha=0.6)
    ax.set_xlim(0, 1.02)
    ax.set_xlabel("Ceiling")
    ax.set_ylabel("Correlation")

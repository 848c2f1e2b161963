"""How well every layer predicts every region of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homolog.figures._audit import MARKS, MEASURES
from homolog.figures._looks import INK, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.encoding import Encoding, Summary


def encoding_scores(ax: Axes, found: Encoding) -> Axes:
    """Draw the median correlation of every region against the layers, in order.

    Normalised by the ceilings where there are any: then 1 is what the noise of the trials
    lets a perfect prediction reach. A layer none of whose neurons has a ceiling is left out.
    """
    regions = list(dict.fromkeys(found.regions))
    for nth, region in enumerate(regions):
        here = [one for one in found.summaries() if one.region == region]
        shown = [(i, value) for i, one in enumerate(here) if (value := _shown(one)) is not None]
        ax.plot(
            [i for i, _ in shown],
            [value for _, value in shown],
            MARKS[nth % len(MARKS)],
            linestyle="-",
            linewidth=0.8,
            color=MEASURES[nth % len(MEASURES)],
            label=f"{region} ({_counted(here[0])})",
        )
    ax.axhline(0.0, color=SOFT, linewidth=0.8, zorder=0)
    if found.ceilings is not None:
        ax.axhline(1.0, color=SOFT, linewidth=0.8, linestyle=":", zorder=0)
    ax.set_xticks(range(len(found.layers)), found.layers, rotation=_turned(found))
    ax.set_xlabel("Layer")
    normalised = ", over ceiling" if found.ceilings is not None else ""
    ax.set_ylabel(f"Median correlation{normalised}")
    ax.set_title(f"{found.brain} predicted by {found.map.name}", fontsize=10, color=INK)
    ax.legend(title="Region (neurons)", frameon=False, fontsize=8, title_fontsize=8)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _shown(one: Summary) -> float | None:
    with_ceilings = one.n_with_ceiling is not None
    return one.median_normalised_correlation if with_ceilings else one.median_correlation


def _counted(one: Summary) -> int:
    return one.n_neurons if one.n_with_ceiling is None else one.n_with_ceiling


def _turned(found: Encoding) -> int:
    """Names that would not stand side by side are turned."""
    return 90 if sum(map(len, found.layers)) > 40 else 0

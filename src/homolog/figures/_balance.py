"""What goes into each neuron and what goes out, before and after balancing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog.figures._looks import CANDIDATE, INK, REFERENCE, SOFT, several

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.balancing import Balanced

ROOM = 2.0
"""Factor between the outermost neurons and the edge of the Axes."""


def in_and_out_costs(axes: Sequence[Axes], balanced: Balanced) -> list[Axes]:
    """Draw in-cost against out-cost of every neuron, before and after, on two Axes.

    Neurons on the diagonal are in balance. Those without any in-cost or out-cost have no
    place on logarithmic axes; a line of text counts them.
    """
    before, after = several(axes, 2)
    costs = balanced.costs
    pairs = ((costs.inward, costs.outward), (costs.inward_after, costs.outward_after))
    placed = [(x > 0) & (y > 0) for x, y in pairs]
    shown = np.concatenate(
        [one[there] for both, there in zip(pairs, placed, strict=True) for one in both]
    )
    ends = (shown.min() / ROOM, shown.max() * ROOM) if shown.size else (0.1, 10.0)
    totals = (balanced.cost_before, balanced.cost_after)
    for ax, (inward, outward), there, colour, title, total, imbalance in zip(
        (before, after),
        pairs,
        placed,
        (REFERENCE, CANDIDATE),
        ("Before", "After"),
        totals,
        balanced.imbalance,
        strict=True,
    ):
        ax.plot(ends, ends, color=SOFT, linewidth=1, zorder=0)
        ax.scatter(inward[there], outward[there], s=9, color=colour, alpha=0.6, linewidths=0)
        ax.set_title(f"{title}: C = {total:.4g}, ‖g‖/C = {imbalance:.2g}", fontsize=10)
        _dress(ax, ends, int((~there).sum()))
    return [before, after]


def _dress(ax: Axes, ends: tuple[float, float], n_absent: int) -> None:
    ax.set(xscale="log", yscale="log", xlim=ends, ylim=ends, box_aspect=1)
    ax.set_xlabel("In-cost of a neuron")
    ax.set_ylabel("Out-cost of a neuron")
    ax.spines[["top", "right"]].set_visible(False)
    if n_absent:
        text = f"{n_absent} without in-cost or out-cost"
        ax.text(0.97, 0.03, text, transform=ax.transAxes, ha="right", color=INK, fontsize=8)

"""How the variance of two populations is spread over dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from homolog import _pictured
from homolog.figures._looks import CANDIDATE, REFERENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.comparison import Comparison


def spectrum(ax: Axes, comparison: Comparison) -> Axes:
    """Draw the share of variance of every principal component of the two populations."""
    for side, colour in ((comparison.reference, REFERENCE), (comparison.candidate, CANDIDATE)):
        shares = _pictured.spectrum(side)
        ratio = _pictured.participation_ratio(side)
        components = np.arange(1, len(shares) + 1)
        ax.plot(
            components,
            shares,
            ".-",
            color=colour,
            linewidth=1,
            label=f"{_pictured.cut(side.called, 30)}: participation ratio {ratio:.1f}",
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    ax.set_xlabel("Principal component")
    ax.set_ylabel("Share of variance")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=8)
    return ax

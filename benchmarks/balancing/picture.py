"""The growth of the time with the number of synapses, to look at."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from benchmarks.balancing import goals
from benchmarks.balancing.growth import Size, exponent

FILE = "benchmarks-balancing-growth.png"
"""Its name in the folder ``images`` beside the page."""


def growth_figure(measured: Sequence[Size]) -> Figure:
    """CPU time over synapses, both in logarithms, with the line through it and the goal's."""
    synapses = np.array([one.n_synapses for one in measured], float)
    taken = np.array([one.seconds for one in measured])
    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.loglog(synapses, taken, "o", color="#0072b2", label="measured")
    middle = np.exp(np.log(synapses).mean()), np.exp(np.log(taken).mean())
    slopes = {f"time ∝ synapses^{exponent(measured):.2f}": exponent(measured)}
    slopes[f"goal, ^{goals.GROWTH}"] = goals.GROWTH
    for (label, slope), style in zip(slopes.items(), ("-", ":"), strict=True):
        line = middle[1] * (synapses / middle[0]) ** slope
        axes.loglog(synapses, line, style, color="#555555", label=label)
    axes.set_xlabel("Synapses")
    axes.set_ylabel("CPU time to the equilibrium (s)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def write_growth(measured: Sequence[Size], folder: Path) -> Path:
    """The figure as a file of the folder ``images``."""
    content = BytesIO()
    growth_figure(measured).savefig(content, format="png", dpi=150)
    path = folder / "images" / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.getvalue())
    return path

"""The figures of scores of all pairs of populations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from homolog import figures
from homolog._write import write_whole
from homolog.all_pairs import Matrices, Matrix
from homolog.report._static import rendered, sized

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_figures(found: Matrix | Matrices, folder: Path) -> Path:
    """Write every matrix as ``.svg`` and ``.png``, named after its measure."""
    for one in found if isinstance(found, Matrices) else (found,):
        drawn, name = _figure(one), re.sub(r"[^\w.]+", "-", one.measure.label).strip("-")
        for form in ("svg", "png"):
            write_whole(folder / f"{name}.{form}", rendered(drawn, form))
    return folder


def _figure(found: Matrix) -> Figure:
    """One matrix, with room for every population, and for the measure beside the colours."""
    side = max(0.36 * len(found.names), 0.08 * len(found.measure.label) + 0.4, 1.8)
    longest = 0.08 * max(map(len, found.names))
    drawn = sized(side + longest + 1.3, side + longest + 0.5)
    figures.matrix(drawn.subplots(), found)
    return drawn

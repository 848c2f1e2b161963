"""The scores of all pairs of populations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from homolog._words import decimals_for
from homolog.figures._looks import colour_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.all_pairs import Matrix


def matrix(ax: Axes, matrix: Matrix) -> Axes:
    """Draw the scores of all pairs of populations as a labelled heat map.

    Rows are references and columns candidates. Up to 12 populations the numbers are
    written into the cells. Dark is less alike for every measure, distances included.
    """
    values = np.asarray(matrix.values, dtype=float)
    colours = "cividis_r" if matrix.measure.best < matrix.measure.worst else "cividis"
    image = ax.imshow(values, cmap=colours, interpolation="nearest")
    if len(matrix.names) <= 12:
        decimals = decimals_for(*values.flat) - 1
        for (row, column), value in np.ndenumerate(values):
            dark = sum(image.to_rgba(value)[:3]) < 1.5
            ax.text(
                column,
                row,
                f"{value:z.{decimals}f}".replace("-", "\N{MINUS SIGN}"),
                ha="center",
                va="center",
                color="white" if dark else "black",
                fontsize=7,
            )
    ax.set_xticks(range(len(matrix.names)), matrix.names, rotation=90)
    ax.set_yticks(range(len(matrix.names)), matrix.names)
    ax.set_xlabel("Candidate")
    ax.set_ylabel("Reference")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    colour_bar(ax, image, matrix.measure.label)
    return ax

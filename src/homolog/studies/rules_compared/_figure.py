"""Every pair of networks as a matrix, and networks as points in a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homolog.measures import find
from homolog.studies._drawing import INK, RULES
from homolog.studies._embedding import in_plane
from homolog.studies._study import Table
from homolog.studies.rules_compared._likeness import MEASURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(rows: Table) -> Figure:
    """Every pair by every measure, and below it the networks as points in a plane."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    measured = rows[rows["value"].notna()]
    figure = Figure(figsize=(18, 11), layout=ConstrainedLayoutEngine(w_pad=0.15))
    axes = figure.subplots(2, len(MEASURES))
    for column, name in enumerate(MEASURES):
        one = measured[measured["measure"] == name]
        if not len(one):
            figure.suptitle("Fewer than two networks have finished.")
            continue
        _matrix(axes[0, column], one, name)
        _plane(axes[1, column], one, name)
    marks = axes[1, 0].get_legend_handles_labels()
    figure.legend(*marks, frameon=False, fontsize=8, loc="outside lower center", ncols=10)
    images, n = rows["images"].iloc[0], rows["n_stimuli"].iloc[0]
    title = f"Last hidden layers, the first {n} test images of {images}"
    figure.text(0.005, 0.995, title, fontsize=9, color=INK, va="top")
    return figure


def _square(rows: Table) -> tuple[list[str], Any]:
    names = list(dict.fromkeys(rows["x"]))
    return names, rows["value"].to_numpy().reshape(len(names), len(names))


def _matrix(ax: Axes, rows: Table, measure: str) -> None:
    from homolog import figures
    from homolog.all_pairs import Matrix

    names, values = _square(rows)
    figures.matrix(ax, Matrix(tuple(names), find(measure), values))
    ax.tick_params(labelsize=min(8.0, 160 / len(names)))
    ax.set_xlabel("")
    ax.set_ylabel("")


def _plane(ax: Axes, rows: Table, measure: str) -> None:
    names, values = _square(rows)
    closer = find(measure).higher_is_closer
    places, share = in_plane(find(measure).best - values if closer else values)
    of = rows.drop_duplicates("x").set_index("x")
    rows_there = dict.fromkeys(of["row_x"])
    marks = dict(zip(rows_there, "osD^vP*Xhd", strict=False))
    for row in rows_there:
        mine = [at for at, name in enumerate(names) if of.loc[name, "row_x"] == row]
        colour = RULES[str(of.loc[names[mine[0]], "rule_x"])]
        ax.plot(*places[mine].T, marks[row], color=colour, ms=7, alpha=0.8, label=row)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_title(f"In a plane, which shows {share:.0%} of it", fontsize=9, loc="left", color=INK)

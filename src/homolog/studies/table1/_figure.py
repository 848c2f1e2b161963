"""Dots of replicas on what was published, and how they came there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog.studies import _trained
from homolog.studies._drawing import INK, RULES, SOFT, panels, rule_marks
from homolog.studies._study import Table
from homolog.studies.table1._summary import WITHIN, last_epochs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from homolog.rules._rule import Preset

ROOM = 1.15
"""Of an axis beside what must be seen on it."""


def draw(rows: Table, *, data: str) -> Figure:
    """Accuracies beside the published ones, and learning curves."""
    figure, (left, right) = panels(2, width=13, height=5)
    _dots(left, rows, data)
    curves(right, rows)
    figure.suptitle(f"Images: {rows['images'].iloc[0]}", fontsize=9, color=INK, x=0.01, ha="left")
    return figure


def _dots(ax: Axes, rows: Table, data: str) -> None:
    published = _trained.rows(data)
    quick = bool(rows["quick"].any())
    ends = _ends(published) if not quick else (0.0, 100.0)
    for place, row in enumerate(published):
        _band(ax, row, place)
        runs = rows[rows["task"] == f"{data}-{_trained.key(row)}"]
        for finished, last in zip((True, False), last_epochs(runs), strict=True):
            _row_of_dots(ax, row, place, 100 * last["test_accuracy"], ends, finished)
    ax.set_xlim(*ends)
    ax.set_ylim(len(published) - 0.5, -0.5)
    ax.set_yticks(range(len(published)), [_trained.called(row) for row in published])
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("Test accuracy, %")
    title = "Dots: replicas (hollow: still learning; triangles: beyond the axis).\n"
    band = f"Bands: published mean ± 1 and ± {WITHIN} deviations of test accuracy"
    ax.set_title(title + band, fontsize=8, loc="left", color=INK)


def _ends(published: Sequence[Preset]) -> tuple[float, float]:
    """Of the axis: all bands, and as much again of the widest on either side."""
    bands = [(row.published or 0.0, ROOM * WITHIN * (row.test_std or 0.0)) for row in published]
    reach = max(reach for _, reach in bands) / 2
    return (
        min(mean - width for mean, width in bands) - reach,
        max(mean + width for mean, width in bands) + reach,
    )


def _band(ax: Axes, row: Preset, place: int) -> None:
    mean, std = row.published or 0.0, row.test_std or 0.0
    for times, alpha in ((WITHIN, 0.18), (1, 0.3)):
        ax.barh(place, 2 * times * std, 0.7, mean - times * std, color=SOFT, alpha=alpha, lw=0)
    ax.plot([mean, mean], [place - 0.35, place + 0.35], color=SOFT, linewidth=1)


def _row_of_dots(
    ax: Axes,
    row: Preset,
    place: int,
    values: Sequence[float],
    ends: tuple[float, float],
    finished: bool,
) -> None:
    colour = RULES[row.rule.name]
    offsets = np.linspace(-0.2, 0.2, len(values)) if len(values) > 1 else [0.0] * len(values)
    for value, offset in zip(values, offsets, strict=True):
        shown = float(np.clip(value, *ends))
        marker = "o" if shown == value else "<" if value < shown else ">"
        face = colour if finished else "white"
        ax.plot(
            shown, place + offset, marker, color=colour, markerfacecolor=face, ms=5, clip_on=False
        )


def curves(ax: Axes, rows: Table) -> None:
    """Test accuracy by epoch, a line for each replica."""
    from matplotlib.ticker import MaxNLocator

    begun = rows[rows["replica"].notna()]
    for (name, rule, variant), runs in begun.groupby(["row", "rule", "variant"], sort=False):
        for number, (_, one) in enumerate(runs.groupby("replica")):
            label = name if number == 0 else None
            marks = rule_marks(str(rule), str(variant))
            ax.plot(one["epoch"], 100 * one["test_accuracy"], linewidth=1, label=label, **marks)
    if len(begun):
        # What falls below is a replica that collapsed or has just begun.
        late = 100 * begun.groupby(["row", "variant"])["test_accuracy"].median()
        ax.set_ylim(bottom=max(0.0, float(late.min()) - 6))
        ax.legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("Epoch")
    ax.set_ylabel("Test accuracy, %")
    ax.set_title("While they learn", fontsize=8, loc="left", color=INK)

"""The folder of static figures: SVG and PNG by matplotlib, and the numbers as CSV."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import _pictured, _tables, figures
from homolog._write import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from homolog.comparison import Comparison

Records = list[dict[str, Any]]


def write_figures(comparison: Comparison, folder: Path) -> None:
    """Write every figure that has something to show as ``.svg``, ``.png`` and ``.csv``."""
    drawn: dict[str, tuple[Callable[[Comparison], Figure], Callable[[Comparison], Records]]] = {
        "scores": (_scores, _tables.records),
        "dissimilarities": (_dissimilarities, _dissimilarities_records),
        "matched_tuning": (_matched_tuning, _matched_tuning_records),
        "spectrum": (_spectrum, _spectrum_records),
    }
    for name, (draw, records) in drawn.items():
        rows = records(comparison)
        if rows:
            write_figure(folder, name, draw(comparison), rows)


def write_figure(folder: Path, name: str, figure: Figure, records: Records) -> None:
    """Write one figure as ``.svg`` and ``.png``, and the numbers behind it as ``.csv``."""
    for form in ("svg", "png"):
        write_whole(folder / f"{name}.{form}", rendered(figure, form))
    write_whole(folder / f"{name}.csv", _tables.csv_text(records).encode())


def rendered(figure: Figure, form: str) -> bytes:
    """Return the file's content, the same for the same figure: no date, no random names."""
    import matplotlib

    content = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else None
    with matplotlib.rc_context({"svg.hashsalt": "homolog"}):
        figure.savefig(content, format=form, dpi=200, metadata=metadata)
    return content.getvalue()


def sized(width: float, height: float) -> Figure:
    """An empty figure of that size in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _scores(comparison: Comparison) -> Figure:
    figure = sized(7, 0.8 + 0.55 * len(comparison.scores))
    figures.scores(figure.subplots(), comparison)
    return figure


def _dissimilarities(comparison: Comparison) -> Figure:
    sides = comparison.reference, comparison.candidate
    highest = _pictured.shared_scale(*map(_pictured.dissimilarities, sides))
    figure = sized(9.5, 4)
    for ax, side in zip(figure.subplots(1, 2), sides, strict=True):
        figures.dissimilarities(ax, side, highest=highest)
    return figure


def _dissimilarities_records(comparison: Comparison) -> Records:
    every = _pictured.stride(comparison.reference.n_stimuli)
    labels = comparison.reference.labels[::every]
    x = _pictured.dissimilarities(comparison.reference)[::every, ::every]
    y = _pictured.dissimilarities(comparison.candidate)[::every, ::every]
    return [
        {
            "stimulus": labels[i],
            "other_stimulus": labels[j],
            "reference": f"{x[i, j]:.6g}",
            "candidate": f"{y[i, j]:.6g}",
        }
        for i, j in zip(*np.triu_indices(len(labels), 1), strict=True)
    ]


def _matched_tuning(comparison: Comparison) -> Figure:
    figure = sized(11, 3)
    figures.matched_tuning(list(figure.subplots(1, 3)), comparison)
    return figure


def _matched_tuning_records(comparison: Comparison) -> Records:
    x, y = comparison.reference, comparison.candidate
    return [
        {
            "match": rank,
            "reference_neuron": x.neuron_labels[match.reference],
            "candidate_neuron": y.neuron_labels[match.candidate],
            "r": f"{match.correlation:.6g}",
            "stimulus": label,
            "reference": f"{one:.6g}",
            "candidate": f"{other:.6g}",
        }
        for rank, match in _pictured.best_median_worst(comparison).items()
        for label, one, other in zip(
            x.labels,
            _pictured.tuning(x, match.reference),
            _pictured.tuning(y, match.candidate),
            strict=True,
        )
    ]


def _spectrum(comparison: Comparison) -> Figure:
    figure = sized(5, 3.6)
    figures.spectrum(figure.subplots(), comparison)
    return figure


def _spectrum_records(comparison: Comparison) -> Records:
    sides = {"reference": comparison.reference, "candidate": comparison.candidate}
    return [
        {"population": role, "component": component, "share_of_variance": f"{share:.6g}"}
        for role, side in sides.items()
        for component, share in enumerate(_pictured.spectrum(side), start=1)
    ]

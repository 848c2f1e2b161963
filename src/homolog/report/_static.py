"""The folder of static figures: SVG and PNG by matplotlib, and the numbers as CSV."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from homolog import _pictured, figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from homolog.comparison import Comparison

Cells = Iterable[Sequence[object]]


def write_figures(comparison: Comparison, folder: Path) -> list[Path]:
    """Write every figure of a comparison as ``.svg``, ``.png`` and ``.csv``."""
    drawn: dict[str, tuple[Callable[[Comparison], Figure], Callable[[Comparison], Cells]]] = {
        "scores": (_scores, _scores_cells),
        "dissimilarities": (_dissimilarities, _dissimilarities_cells),
        "matched_tuning": (_matched_tuning, _matched_tuning_cells),
        "spectrum": (_spectrum, _spectrum_cells),
    }
    written: list[Path] = []
    for name, (draw, cells) in drawn.items():
        figure = draw(comparison)
        for form in ("svg", "png"):
            written.append(write_whole(folder / f"{name}.{form}", _rendered(figure, form)))
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(cells(comparison))
        written.append(write_whole(folder / f"{name}.csv", text.getvalue().encode()))
    return written


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file through a temporary one, so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return path


def _rendered(figure: Figure, form: str) -> bytes:
    content = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else None
    figure.savefig(content, format=form, dpi=200, bbox_inches="tight", metadata=metadata)
    return content.getvalue()


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _scores(comparison: Comparison) -> Figure:
    figure = _figure(7, 0.8 + 0.55 * len(comparison.scores))
    figures.scores(figure.subplots(), comparison)
    return figure


def _scores_cells(comparison: Comparison) -> Cells:
    yield "measure", "value", "low", "high", "chance", "ceiling", "p_value"
    for score in comparison.scores:
        ends = score.interval or ("", "")
        rest = (score.chance, score.ceiling, score.p_value)
        yield score.measure.label, score.value, *ends, *("" if v is None else v for v in rest)


def _dissimilarities(comparison: Comparison) -> Figure:
    sides = comparison.reference, comparison.candidate
    highest = _pictured.shared_scale(*map(_pictured.dissimilarities, sides))
    figure = _figure(9.5, 4)
    for ax, side in zip(figure.subplots(1, 2), sides, strict=True):
        figures.dissimilarities(ax, side, highest=highest)
    return figure


def _dissimilarities_cells(comparison: Comparison) -> Cells:
    yield "stimulus", "other_stimulus", "reference", "candidate"
    labels = comparison.reference.labels
    x = _pictured.dissimilarities(comparison.reference)
    y = _pictured.dissimilarities(comparison.candidate)
    for i, one in enumerate(labels):
        for j in range(i + 1, len(labels)):
            yield one, labels[j], f"{x[i, j]:.6g}", f"{y[i, j]:.6g}"


def _matched_tuning(comparison: Comparison) -> Figure:
    figure = _figure(11, 3)
    figures.matched_tuning(list(figure.subplots(1, 3)), comparison)
    return figure


def _matched_tuning_cells(comparison: Comparison) -> Cells:
    yield "match", "reference_neuron", "candidate_neuron", "r", "stimulus", "reference", "candidate"
    x, y = comparison.reference, comparison.candidate
    for rank, match in _pictured.best_median_worst(comparison).items():
        names = x.neuron_labels[match.reference], y.neuron_labels[match.candidate]
        curves = _pictured.tuning(x, match.reference), _pictured.tuning(y, match.candidate)
        for label, *responses in zip(x.labels, *curves, strict=True):
            yield rank, *names, f"{match.correlation:.6g}", label, *(f"{r:.6g}" for r in responses)


def _spectrum(comparison: Comparison) -> Figure:
    figure = _figure(5, 3.6)
    figures.spectrum(figure.subplots(), comparison)
    return figure


def _spectrum_cells(comparison: Comparison) -> Cells:
    yield "population", "component", "share_of_variance"
    sides = {"reference": comparison.reference, "candidate": comparison.candidate}
    for role, side in sides.items():
        for component, share in enumerate(_pictured.spectrum(side), start=1):
            yield role, component, f"{share:.6g}"

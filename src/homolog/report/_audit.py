"""The page and the static figures of an audit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import figures
from homolog._words import listed
from homolog.audit import _audit_tables, _audit_words
from homolog.audit._course import FOLDS_SEED
from homolog.audit._guarantee import CHOOSING
from homolog.audit._guaranteed import SEEDS, STEPS
from homolog.report import _audit_charts, _audit_table, _words
from homolog.report._rendering import download, rendered
from homolog.report._static import sized, write_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from homolog.audit import Audit

PANELS = 2
"""Most charts of variables side by side."""


def page(audit: Audit, command: str | None) -> str:
    """Return the page of an audit."""
    shown = _shown(audit)
    charts = [*shown["decoding"], *shown["components"]]
    return rendered("audit.html.j2", {**shown, **_provenance(audit, command)}, charts)


def _shown(audit: Audit) -> dict[str, Any]:
    components = _audit_charts.component_capture(audit), _audit_charts.component_perturbation(audit)
    return {
        "name": audit.name,
        "shape": _facts(audit),
        "goal": _words.number(audit.goal, 2),
        "n_seeds": len(audit.seeds),
        "measures": [(one.label, f"m{i % 8}") for i, one in enumerate(audit.measures)],
        "verdict": _audit_words.verdict(audit),
        "columns": _audit_table.COLUMNS,
        "rows": _audit_table.rows(audit),
        "ends": _audit_table.ends(audit),
        "decoding": _audit_charts.decoding_curves(audit),
        "components": [chart for chart in components if chart is not None],
        "told": [(one.label, _audit_words.of(audit, one.label)) for one in audit.measures],
        "guarantees": _audit_table.guarantees(audit),
        "guaranteed": _audit_words.guarantees(audit),
        "below_chance": _audit_words.BELOW_CHANCE if _at_chance(audit) else None,
        "warnings": [("", text) for text in audit.warnings],
    }


def _at_chance(audit: Audit) -> bool:
    return any(_audit_words.AT_CHANCE in row for row in _audit_table.guarantees(audit))


def _facts(audit: Audit) -> list[tuple[str, int]]:
    last = "Neurons" if audit.variance is None else "Components"
    names = ("Conditions", "Times", last) if len(audit.shape) == 3 else ("Conditions", last)
    return list(zip(names, audit.shape, strict=True))


def _provenance(audit: Audit, command: str | None) -> dict[str, Any]:
    bibtex = _audit_tables.bibtex(audit)
    settings = audit.facts["audit"]
    return {
        "methods": methods(audit),
        "references": _audit_tables.references(audit),
        "bibtex": bibtex,
        "bibtex_link": download(bibtex),
        "command": command or audit.call,
        "settings": [
            ("Seeds", ", ".join(map(str, audit.seeds))),
            ("Goal", audit.goal),
            ("Folds", settings["folds"]),
            ("Variance", settings["variance"]),
        ],
        "versions": list(audit.facts["versions"].items()),
        "digests": [("Recording", audit.facts["recording"]["blake2b"])],
    }


def methods(audit: Audit) -> str:
    """What was done, in words that can stand in a paper."""
    optimisers = sorted({one.optimiser.capitalize() for one in audit.courses})
    said = [
        f"{_audit_words.method(audit)} Optimiser: {listed(optimisers)}; independent"
        " Gaussian responses of as many neurons as the recording has to begin with, the same"
        " seeds for all measures.",
    ]
    if audit.decoding is not None:
        said.append(
            "Variables were decoded at each time by logistic regression with a squared penalty"
            f" (C = 1) from responses of one total variance, in {audit.decoding.folds} folds over"
            " conditions that hold the classes in equal shares; the interval of the recording's"
            " accuracy is Wilson's, over conditions."
        )
    if audit.courses[0].half_capture.size:
        said.append(
            "A component counts as half captured where a linear readout of the responses accounts"
            " for half of what the random start did not account for."
        )
    if audit.guarantees:
        said.append(_methods_of_guarantees())
    return " ".join(said)


def _methods_of_guarantees() -> str:
    return (
        "Guarantees: for each variable by itself a ridge readout of its classes was made as bad as"
        f" possible while the scores were held, by L-BFGS (about {STEPS} steps) with a growing"
        " penalty on scores that fall short. It set out from the recording without the variable,"
        f" with part of it and whole, and from {SEEDS} Gaussian responses (seed {FOLDS_SEED}). Of"
        " all responses that have the scores, and the recording, the worst were chosen by their"
        f" decoding in {CHOOSING} draws of folds, and decoded in another."
    )


def write_figures(audit: Audit, folder: Path) -> None:
    """Write every figure of an audit as ``.svg``, ``.png`` and ``.csv``."""
    if audit.decoding is not None:
        write_figure(folder, "decoding", _decoding(audit), _audit_tables.decoding(audit))
        write_figure(folder, "needed", _needed(audit), _audit_tables.needed(audit))
    if audit.courses[0].half_capture.size:
        write_figure(folder, "components", _capture(audit), _audit_tables.components(audit))
    if audit.perturbation is not None:
        rows = _audit_tables.perturbation(audit)
        write_figure(folder, "perturbation", _perturbation(audit), rows)


def _decoding(audit: Audit) -> Figure:
    n = len(audit.variables)
    wide = min(PANELS, n)
    high = -(-n // wide)
    figure = sized(max(5.4, 4.4 * wide), 3.0 * high)
    axes = list(figure.subplots(high, wide, squeeze=False).ravel())
    figures.decoding_curves(axes[:n], audit)
    for spare in axes[n:]:
        spare.set_axis_off()
    return figure


def _needed(audit: Audit) -> Figure:
    figure = sized(6.8, 0.9 + len(audit.variables) * (0.4 + 0.27 * len(audit.measures)))
    figures.needed_scores(figure.subplots(), audit)
    return figure


def _capture(audit: Audit) -> Figure:
    figure = sized(5.6, 4.2)
    figures.component_capture(figure.subplots(), audit)
    return _named(figure, audit)


def _perturbation(audit: Audit) -> Figure:
    figure = sized(5.6, 4.2)
    figures.component_perturbation(figure.subplots(), audit)
    return _named(figure, audit)


def _named(figure: Figure, audit: Audit) -> Figure:
    """Name the measures above all panels."""
    marks = figures.measure_marks(audit)
    figure.legend(handles=marks, loc="outside upper left", ncols=4, frameon=False, fontsize=8)
    return figure

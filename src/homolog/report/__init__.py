"""One offline HTML file that shows results to a person, and static figures beside it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import _citations, _pictured, errors
from homolog._tables import ceiling_notes
from homolog._words import counted, listed
from homolog._write import write_whole
from homolog.report import (
    _audit,
    _charts,
    _gauge,
    _gauge_files,
    _matrices,
    _methods,
    _rank,
    _score,
    _static,
    _table,
    _words,
)
from homolog.report._rendering import download, rendered

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from homolog.all_pairs import Matrices, Matrix
    from homolog.audit import Audit, GaugeAudit
    from homolog.comparison import Comparison
    from homolog.encoding import Encoding
    from homolog.ranking import Ranking
    from homolog.representation import Representation

__all__ = [
    "require",
    "write",
    "write_audit",
    "write_encoding",
    "write_gauge",
    "write_matrices",
    "write_ranking",
]


def require() -> None:
    """Raise HM013 unless jinja2 and plotly are installed."""
    missing = [package for package in ("jinja2", "plotly") if find_spec(package) is None]
    if missing:
        raise errors.missing_extra("the report", listed(missing), "report")


def write(comparison: Comparison, folder: str | Path, *, command: str | None = None) -> Path:
    """Write ``report.html`` and the folder ``figures`` for a comparison.

    The page needs no network: plotly.js, style and numbers are inside it, and its content
    security policy forbids every request. Labels and names are escaped. ``figures`` holds
    each picture as SVG and PNG with the numbers behind it as CSV. Of more than 600 stimuli
    the page and the CSV show the dissimilarities of every second or third, and so on.

    Parameters
    ----------
    comparison
        What :func:`homolog.compare` returned.
    folder
        Where to write; made if it does not exist. Files of earlier reports are replaced,
        each only once its successor is complete.
    command
        The command line that computes the comparison again; by default the call in Python.

    Returns
    -------
    page
        Path of ``report.html``.

    Raises
    ------
    HomologError
        HM013 where jinja2 or plotly is not installed; nothing is written then.
    """
    require()
    folder = Path(folder)
    page = _render(comparison, command)
    _static.write_figures(comparison, folder / "figures")
    return write_whole(folder / "report.html", page.encode())


def write_audit(audit: Audit, folder: str | Path, *, command: str | None = None) -> Path:
    """Write ``report.html`` and the folder ``figures`` for an audit, as `write` does.

    Parameters
    ----------
    audit
        What :func:`homolog.audit.audit` returned.
    folder
        Where to write; made if it does not exist.
    command
        The command line that computes the audit again, if there was one.

    Returns
    -------
    page
        Path of ``report.html``.

    Raises
    ------
    HomologError
        HM013 where jinja2 or plotly is not installed; nothing is written then.
    """
    require()
    folder = Path(folder)
    page = _audit.page(audit, command)
    _audit.write_figures(audit, folder / "figures")
    return write_whole(folder / "report.html", page.encode())


def write_gauge(found: GaugeAudit, folder: str | Path, *, command: str | None = None) -> Path:
    """Write the page, figure and table of a gauge audit, and how it was made.

    These are ``report.html``, ``gauge.svg``, ``.png`` and ``.csv``, ``run.toml`` (command,
    settings, seed, digests of network and inputs, versions) and ``refs.bib``.

    Parameters
    ----------
    found
        What :func:`homolog.audit.gauge_audit` returned.
    folder
        Where to write; made if it does not exist.
    command
        The command line that computes it again; by default the call in Python.

    Returns
    -------
    page
        Path of ``report.html``.

    Raises
    ------
    HomologError
        HM013 where jinja2 or plotly is not installed; nothing is written then.
    """
    require()
    folder = Path(folder)
    page = _gauge.page(found, command)
    _static.write_figure(folder, "gauge", _gauge.figure(found), found.rows())
    write_whole(folder / "run.toml", _gauge_files.run_toml(found, command).encode())
    write_whole(folder / "refs.bib", _gauge_files.bibtex(found).encode())
    return write_whole(folder / "report.html", page.encode())


def write_matrices(found: Matrix | Matrices, folder: str | Path) -> Path:
    """Draw the scores of all pairs of populations, a figure for each measure.

    Parameters
    ----------
    found
        What :func:`homolog.matrix` returned.
    folder
        Where to write; made if it does not exist. Its ``save`` writes the numbers there.

    Returns
    -------
    figures
        The folder ``figures`` in `folder`, with ``MEASURE.svg`` and ``.png`` of each.
    """
    return _matrices.write_figures(found, Path(folder) / "figures")


def write_ranking(ranking: Ranking, folder: str | Path, *, command: str | None = None) -> Path:
    """Write ``report.html``, and ``ranking.svg`` and ``.png``, for a ranking of candidates.

    Parameters
    ----------
    ranking
        What :func:`homolog.ranking.rank` returned.
    folder
        Where to write; made if it does not exist. `Ranking.save` writes the numbers there.
    command
        The command line that computes it again; by default the call in Python.

    Returns
    -------
    page
        Path of ``report.html``.

    Raises
    ------
    HomologError
        HM013 where jinja2 or plotly is not installed; nothing is written then.
    """
    require()
    folder = Path(folder)
    page = _rank.page(ranking, command)
    return _with_figures(folder, page, {"ranking": _rank.figure(ranking)})


def write_encoding(found: Encoding, folder: str | Path, *, command: str | None = None) -> Path:
    """Write ``report.html`` and two figures for encoding scores.

    These are ``scores.svg`` and ``.png`` (medians by layer and region) and ``neurons.svg`` and
    ``.png``.

    Parameters
    ----------
    found
        What :func:`homolog.encoding.score` returned.
    folder
        Where to write; made if it does not exist. `Encoding.save` writes the numbers there.
    command
        The command line that computes it again; by default the call in Python.

    Returns
    -------
    page
        Path of ``report.html``.

    Raises
    ------
    HomologError
        HM013 where jinja2 or plotly is not installed; nothing is written then.
    """
    require()
    folder = Path(folder)
    page = _score.page(found, command)
    drawn = {"scores": _score.medians(found), "neurons": _score.neurons(found)}
    return _with_figures(folder, page, drawn)


def _with_figures(folder: Path, page: str, figures: Mapping[str, Figure]) -> Path:
    for name, figure in figures.items():
        for form in ("svg", "png"):
            write_whole(folder / f"{name}.{form}", _static.rendered(figure, form))
    return write_whole(folder / "report.html", page.encode())


def _render(comparison: Comparison, command: str | None) -> str:
    shown = _shown(comparison)
    charts = [*shown["dissimilarities"], *shown["matched"], shown["spectrum"]]
    return rendered("compare.html.j2", {**shown, **_provenance(comparison, command)}, charts)


def _shown(comparison: Comparison) -> dict[str, Any]:
    """Return what the template shows of the populations and their scores."""
    table = _table.rows(comparison)
    bibtex = _citations.bibtex(comparison.scores)
    warnings = [("Data.", text) for text in comparison.warnings]
    if _pictured.in_time(comparison.reference):
        warnings.append(("Pictures.", "of mean responses over time, where measures saw the course"))
    warnings += [("Ceilings.", text) for text in ceiling_notes(comparison.scores)]
    warnings += [(f"{s.measure.label}.", text) for s in comparison.scores for text in s.warnings]
    warnings += [(f"{one.measure.label}.", one.why) for one in comparison.refused]
    dissimilarities, highest = _charts.dissimilarities(comparison)
    matched = _charts.matched_tuning(comparison)
    return {
        "reference": _side(comparison.reference, "reference"),
        "candidate": _side(comparison.candidate, "candidate"),
        "n_stimuli": comparison.reference.n_stimuli,
        "every": _pictured.stride(comparison.reference.n_stimuli),
        "crowded": comparison.reference.n_stimuli > _pictured.MOST_LINES,
        "groups": comparison.groups,
        "verdict": _words.verdict(comparison),
        "columns": _table.COLUMNS,
        "rows": table,
        "marks": _table.marks(table),
        "refused": comparison.refused,
        "dissimilarities": dissimilarities,
        "highest": _words.number(highest, 1),
        "colours": ", ".join(_charts.COLOURS),
        "matched": matched,
        "matched_words": _words.matched(comparison),
        "spectrum": _charts.spectrum(comparison),
        "warnings": warnings,
        "methods": _methods.paragraph(comparison),
        "references": _citations.cited_by(comparison.scores),
        "bibtex": bibtex,
        "bibtex_link": download(bibtex),
    }


def _side(side: Representation, role: str) -> dict[str, Any]:
    return {
        "name": _words.population(side, role),
        "role": role,
        "size": counted(side.n_neurons, "neuron"),
        "unit": side.unit,
        "n_neurons": side.n_neurons,
        "ratio": _words.number(_pictured.participation_ratio(side), 1),
    }


def _provenance(comparison: Comparison, command: str | None) -> dict[str, Any]:
    return {
        "command": command or comparison.call,
        "settings": [("Seed", comparison.seed), ("Permutations", comparison.permutations)],
        "versions": list(comparison.versions.items()),
        "digests": list(comparison.digests.items()),
    }

"""The numbers of an audit as flat rows, and as files."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import _citations
from homolog._tables import csv_text
from homolog._write import write_whole
from homolog.audit._audit_files import FILE, is_own, toml
from homolog.audit._audit_result import USUAL
from homolog.audit._audit_words import known

if TYPE_CHECKING:
    from homolog.audit._audit_result import Audit, Needed

Rows = list[dict[str, Any]]


def needed(audit: Audit) -> Rows:
    """One row for each measure and variable."""
    if audit.decoding is None:
        return []
    own = audit.decoding
    found = [audit.needed(m.label, name) for m in audit.measures for name in audit.variables]
    return [
        {
            "measure": one.measure,
            "variable": one.variable,
            "needed": one.median,
            "lowest": one.reached[0] if one.reached else None,
            "highest": _highest(audit, one),
            "seeds": len(one.scores),
            "seeds_reached": len(one.reached),
            f"accuracy_at_{USUAL:g}": one.at_usual,
            "recording": own.accuracy[one.variable],
            "recording_low": own.low[one.variable],
            "recording_high": own.high[one.variable],
            "chance": own.chance[one.variable],
            "end": one.end,
        }
        for one in found
    ]


def _highest(audit: Audit, one: Needed) -> float | None:
    """The highest over seeds: infinite where one never came, as the highest is then not known."""
    if one.unreached and known(audit, one):
        return math.inf
    return one.reached[-1] if one.reached else None


def decoding(audit: Audit) -> Rows:
    """One row for each measure, seed, variable and point."""
    return [
        {
            "measure": one.measure,
            "seed": one.seed,
            "variable": variable,
            "step": int(step),
            "score": float(score),
            "value": float(value),
            "accuracy": float(accuracy),
        }
        for one in audit.courses
        for variable, accuracies in one.accuracy.items()
        for step, score, value, accuracy in zip(
            one.step, one.score, one.value, accuracies, strict=True
        )
    ]


def components(audit: Audit) -> Rows:
    """One row for each measure, seed and component; no score for one that is not captured."""
    return [
        {
            "measure": one.measure,
            "seed": one.seed,
            "component": component,
            "explained_variance": float(share),
            "half_capture": None if math.isinf(half) else float(half),
            "captured_first": float(along[0]),
            "captured_last": float(along[-1]),
        }
        for one in audit.courses
        for component, (share, half, along) in enumerate(
            zip(audit.explained_variance, one.half_capture, one.captured.T, strict=False), start=1
        )
    ]


def perturbation(audit: Audit) -> Rows:
    """One row for each measure and component that was replaced."""
    found = audit.perturbation
    if found is None:
        return []
    return [
        {
            "measure": name,
            "component": component,
            "explained_variance": float(share),
            "score": float(score),
            "closed_form": float(found.closed_form[name][component - 1])
            if name in found.closed_form
            else None,
        }
        for name, scores in found.simulated.items()
        for component, (share, score) in enumerate(
            zip(found.explained_variance, scores, strict=True), start=1
        )
    ]


def guarantees(audit: Audit) -> Rows:
    """One row for each guarantee and variable."""
    own = audit.decoding
    if own is None:
        return []
    return [
        {
            "scores": one.called,
            "variable": name,
            "lowest_accuracy_found": accuracy,
            "above_chance": one.above_chance[name],
            "recording": own.accuracy[name],
            "chance": own.chance[name],
            "score_when_erased": " ".join(f"{m} {s:.6g}" for m, s in one.erased[name].items()),
        }
        for one in audit.guarantees
        for name, accuracy in one.accuracy.items()
    ]


TABLES: Mapping[str, Callable[[Audit], Rows]] = {
    "needed": needed,
    "decoding": decoding,
    "components": components,
    "perturbation": perturbation,
    "guarantees": guarantees,
}


def write(audit: Audit, folder: Path, command: str) -> Path:
    """Write every table that has rows, the page in words, and how to do it again."""
    remove_stale(audit, folder)
    for name, rows_of in TABLES.items():
        if rows := rows_of(audit):
            write_whole(folder / f"{name}.csv", csv_text(rows).encode())
    write_whole(folder / "audit.md", audit.in_words().encode())
    write_whole(folder / "refs.bib", bibtex(audit).encode())
    run = {"command": command} if command else {}
    facts = {**audit.facts, "run": {**run, "warnings": list(audit.warnings)}}
    write_whole(folder / FILE, toml(facts).encode())
    return folder


def remove_stale(audit: Audit, folder: Path) -> None:
    """Remove tables of an earlier run that have no rows now, from a folder of an audit only."""
    if not is_own(folder):
        return
    for name, rows_of in TABLES.items():
        if not rows_of(audit):
            (folder / f"{name}.csv").unlink(missing_ok=True)


def bibtex(audit: Audit) -> str:
    """Everything that the audit rests on, as a .bib file."""
    return "\n\n".join(entry.bibtex for entry in references(audit)) + "\n"


def references(audit: Audit) -> list[_citations.Reference]:
    """The work whose protocol this is, and where the measures were defined."""
    return _citations.references([PROTOCOL, *(one.citation for one in audit.measures)])


PROTOCOL = """
@article{cloos2024differentiable,
  author = {Cloos, Nathan and Siegel, Markus and Brincat, Scott L. and Miller, Earl K. and
            Yang, Guangyu Robert and Cueva, Christopher J.},
  title = {Differentiable optimization of similarity scores between models and brains},
  journal = {arXiv},
  year = {2024},
  url = {https://arxiv.org/abs/2407.07059},
}
"""

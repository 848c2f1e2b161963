"""Scores as words, tables and files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import _citations
from homolog._words import aligned, counted, listed
from homolog._write import write_whole
from homolog.scoring import interval_text

if TYPE_CHECKING:
    from homolog.comparison import Comparison
    from homolog.measures._measure import Measure
    from homolog.representation import Representation
    from homolog.scoring import Refusal, Score


_JUDGED = ("value", "interval_low", "interval_high", "chance", "p_value", "ceiling")


def comparison_table(comparison: Comparison) -> str:
    """All scores of a comparison, aligned in columns, with the warnings below."""
    heads = ("measure", "best", "score", "95 % interval", "chance", "p", "ceiling")
    rows = [heads, *map(_cells, comparison.scores), *map(_no_score, comparison.refused)]
    return "\n".join([_headline(comparison), "", *ruled(rows), *_warning_lines(comparison)])


def ruled(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell, with a rule below the heads."""
    heads, *lines = aligned(rows)
    return [heads, "─" * len(heads), *lines]


def _headline(comparison: Comparison) -> str:
    x, y = comparison.reference, comparison.candidate
    return (
        f"{x.called} (reference, {x.n_neurons} neurons) and {y.called} (candidate,"
        f" {y.n_neurons} neurons) on {x.n_stimuli} stimuli{in_groups(comparison.groups)}"
    )


def in_groups(n_groups: int | None) -> str:
    """How many groups stimuli belong to, to follow their number; nothing if each is alone."""
    return "" if n_groups is None else f" in {counted(n_groups, 'group')}"


def best_of(measure: Measure) -> str:
    """The score that says the same, as tables show it; none where that depends on populations."""
    return f"{measure.best:g}" if np.isfinite(measure.best) else "none"


def _cells(score: Score) -> tuple[str, ...]:
    measure = score.measure
    ceiling = score.said(score.ceiling)
    return (
        measure.label + (" *" if measure.biased else ""),
        best_of(measure),
        score.said(score.value),
        interval_text(score.interval, score.decimals) if score.interval else "",
        score.said(score.chance),
        "" if score.p_value is None else f"{score.p_value:.2g}",
        f"{ceiling} floor" if ceiling and measure.kind == "distance" else ceiling,
    )


def _no_score(refusal: Refusal) -> tuple[str, ...]:
    """The error's code where the score would be; why stands below the table."""
    return refusal.measure.label, best_of(refusal.measure), refusal.error.code, "", "", "", ""


def _warning_lines(comparison: Comparison) -> list[str]:
    lines: list[str] = []
    if any(score.measure.biased for score in comparison.scores):
        lines += [
            "",
            "* biased at few stimuli: read it beside its chance level; the interval does not",
            "  account for the bias.",
        ]
    notes = [*comparison.warnings, *ceiling_notes(comparison.scores)]
    notes += [f"{s.measure.label}: {note}" for s in comparison.scores for note in s.warnings]
    notes += map(str, comparison.refused)
    return lines + (["", *(f"! {note}" for note in notes)] if notes else [])


def ceiling_notes(scores: Sequence[Score]) -> list[str]:
    """One sentence that names all measures whose ceiling is that of halves of the trials."""
    named = [score.measure.label for score in scores if score.halved]
    if not named:
        return []
    what = (
        f"the ceiling of {named[0]} is"
        if len(named) == 1
        else f"the ceilings of {listed(named)} are"
    )
    return [
        f"{what} higher than shown, which is how halves of the trials agree:"
        " no law carries that to all trials"
    ]


def records(comparison: Comparison) -> list[dict[str, Any]]:
    """One flat record for each measure, without numbers where it refused."""
    found = [(score.measure, _numbers(score)) for score in comparison.scores]
    found += [(one.measure, _no_numbers(one)) for one in comparison.refused]
    x, y = comparison.reference, comparison.candidate
    return [
        {
            "reference": x.called,
            "candidate": y.called,
            "measure": measure.label,
            "kind": measure.kind,
            "best": measure.best,
            "worst": measure.worst,
            "metric": measure.metric,
            "biased": measure.biased,
            **{key: numbers[key] for key in _JUDGED},
            "n_stimuli": x.n_stimuli,
            "n_neurons_reference": x.n_neurons,
            "n_neurons_candidate": y.n_neurons,
            **{key: numbers[key] for key in ("permutations", "warnings")},
        }
        for measure, numbers in found
    ]


def _numbers(score: Score) -> dict[str, Any]:
    low, high = score.interval or (None, None)
    return {
        "value": score.value,
        "interval_low": low,
        "interval_high": high,
        "chance": score.chance,
        "p_value": score.p_value,
        "ceiling": score.ceiling,
        "permutations": len(score.null),
        "warnings": " | ".join([*score.warnings, *score.halved]),
    }


def _no_numbers(refusal: Refusal) -> dict[str, Any]:
    return {**dict.fromkeys(_JUDGED), "permutations": 0, "warnings": refusal.why}


def write_comparison(comparison: Comparison, folder: Path, command: str) -> Path:
    """Write scores.csv, run.toml, null.npz and refs.bib into `folder`."""
    write_whole(folder / "scores.csv", csv_text(records(comparison)).encode())
    write_whole(folder / "run.toml", _run_toml(comparison, command).encode())
    write_whole(folder / "null.npz", _nulls(comparison))
    write_whole(folder / "refs.bib", _citations.bibtex(comparison.scores).encode())
    return folder


def csv_text(rows: list[dict[str, Any]]) -> str:
    """Records as CSV with a header; numbers keep every digit, None is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _nulls(comparison: Comparison) -> bytes:
    buffer = io.BytesIO()
    nulls: dict[str, Any] = {score.measure.label: score.null for score in comparison.scores}
    np.savez_compressed(buffer, **nulls)
    return buffer.getvalue()


def _run_toml(comparison: Comparison, command: str) -> str:
    tables: dict[str, dict[str, Any]] = {
        "run": {
            "command": command,
            "call": comparison.call,
            "measures": [score.measure.label for score in comparison.scores],
            "permutations": comparison.permutations,
            "seed": comparison.seed,
            **({"refused": [*map(str, comparison.refused)]} if comparison.refused else {}),
            **({} if comparison.groups is None else {"groups": comparison.groups}),
            "warnings": list(comparison.warnings),
        },
        "reference": _described(comparison.reference, comparison.digests["reference"]),
        "candidate": _described(comparison.candidate, comparison.digests["candidate"]),
        "versions": comparison.versions,
    }
    return "\n".join(toml_table(name, entries) for name, entries in tables.items())


def _described(population: Representation, digest: str) -> dict[str, Any]:
    return {
        "name": population.called,
        "n_stimuli": population.n_stimuli,
        "n_neurons": population.n_neurons,
        "unit": population.unit,
        "blake2b": digest,
    }


def toml_table(name: str, entries: dict[str, Any]) -> str:
    """A table of strings, numbers and lists, which JSON writes as TOML does but for DEL."""
    lines = [f"{key} = {_toml(value)}" for key, value in entries.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

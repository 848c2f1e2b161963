"""An audit as tables of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from homolog._tables import ruled
from homolog._words import counted
from homolog.audit._audit_result import USUAL
from homolog.audit._audit_words import (
    AT_CHANCE,
    BELOW_CHANCE,
    NO_LABELS,
    UNSEARCHED,
    back,
    decodable,
    known,
    lowest,
    rounded_down,
    size,
)
from homolog.audit._given import scored_apart

if TYPE_CHECKING:
    from homolog.audit._audit_result import Audit
    from homolog.audit._decoding import Decoding

COLUMNS_OF_COMPONENTS = 6
DASH = "\N{EN DASH}"
LOWEST = "lowest accuracy found of a linear readout (above chance, the true one may be lower)"

Line = tuple[str, ...]


def table(audit: Audit) -> str:
    """All that an audit found, aligned in columns, with the warnings below."""
    head = f"{audit.name}: {size(audit)}; goal {audit.goal:g}, {counted(len(audit.seeds), 'seed')}"
    parts = [head] if audit.variables else [head, NO_LABELS]
    if audit.decoding is not None:
        parts.append(_aligned(_needed(audit, audit.decoding)))
    if decodable(audit) and not audit.guarantees:
        parts.append(UNSEARCHED)
    if audit.courses[0].half_capture.size:
        parts += ["score at which a component is half captured", _aligned(_components(audit))]
    parts += scored_apart(audit.measures)
    if audit.guarantees and audit.decoding is not None:
        lines = _guarantees(audit, audit.decoding)
        parts += [LOWEST, _aligned(lines)]
        parts += [BELOW_CHANCE] if any(AT_CHANCE in line for line in lines) else []
    if audit.warnings:
        parts.append("\n".join(f"! {note}" for note in audit.warnings))
    return "\n\n".join(parts)


def _needed(audit: Audit, own: Decoding) -> list[Line]:
    lines = [("measure", "variable", "score needed", f"at {USUAL:g}", "recording", "chance")]
    for measure in audit.measures:
        for variable in audit.variables:
            one = audit.needed(measure.label, variable)
            at = DASH if one.at_usual is None else f"{one.at_usual:.3f}"
            needed = back(one).removeprefix("at ") if known(audit, one) else DASH
            levels = f"{own.accuracy[variable]:.3f}", f"{own.chance[variable]:.3f}"
            lines.append((measure.label, variable, needed, at, *levels))
    return lines


def _components(audit: Audit) -> list[Line]:
    shares = audit.explained_variance[:COLUMNS_OF_COMPONENTS]
    lines = [("measure", *(f"{i} ({share:.1%})" for i, share in enumerate(shares, start=1)))]
    for measure in audit.measures:
        half = audit.half_capture(measure.label)[:COLUMNS_OF_COMPONENTS]
        end = f"> {rounded_down(min(audit.ends(measure.label)))}"
        scores = (end if math.isinf(x) else f"{x:.3f}" for x in half)
        lines.append((measure.label, *scores))
    return lines


def _guarantees(audit: Audit, own: Decoding) -> list[Line]:
    lines = [("scores", "variable", "accuracy", "recording", "chance")]
    for one in audit.guarantees:
        for name, accuracy in one.accuracy.items():
            told = lowest(accuracy, own.chance[name], 3)
            levels = f"{own.accuracy[name]:.3f}", f"{own.chance[name]:.3f}"
            lines.append((one.called, name, told, *levels))
    return lines


def _aligned(lines: Sequence[Line]) -> str:
    return "\n".join(ruled(lines))

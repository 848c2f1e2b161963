"""An audit in words: which score is needed before each variable is back, by every measure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog.audit._audit_result import USUAL

if TYPE_CHECKING:
    from homolog.audit._audit_result import Audit, Needed

NAMED_COMPONENTS = 5


def page(audit: Audit) -> str:
    """The audit as one page of Markdown."""
    parts = [f"# What a similarity to {audit.name} guarantees", method(audit)]
    parts += [
        verdict(audit),
        *(f"- **{one.label}**: {of(audit, one.label)}" for one in audit.measures),
    ]
    parts += [f"- {told}" for told in guarantees(audit)]
    if audit.warnings:
        parts += ["To be read with this:", *(f"- {one}" for one in audit.warnings)]
    return "\n\n".join(parts) + "\n"


def method(audit: Audit) -> str:
    """What was done, in two or three sentences."""
    said = (
        f"From {counted(len(audit.seeds), 'random start')} responses were changed until a measure"
        f" scored them {audit.goal:g}, where 1 is the same as the recording ({size(audit)})."
    )
    if not audit.variables:
        return said
    return (
        f"{said} A variable is back at the score where its cross-validated decoding accuracy first"
        " comes to the recording's level: the lower end of the 95 % Wilson interval, over"
        " conditions, of the recording's own accuracy. Scores are medians over starts, their"
        " range in brackets."
    )


def size(audit: Audit) -> str:
    """Conditions, times and neurons."""
    nouns = ("condition", "time", "neuron") if len(audit.shape) == 3 else ("condition", "neuron")
    return " × ".join(counted(n, noun) for n, noun in zip(audit.shape, nouns, strict=True))


def verdict(audit: Audit) -> str:
    """The headline: how much more one measure asks for than another."""
    if not decodable(audit):
        return _verdict_on_components(audit)
    last = {one.label: _all_back(audit, one.label) for one in audit.measures}
    back = {label: score for label, score in last.items() if score is not None}
    said = [f"by {label} at {score:.2f}" for label, score in sorted(back.items(), key=_second)]
    never = [label for label in last if label not in back]
    what = "Every variable is" if len(decodable(audit)) > 1 else f"{decodable(audit)[0]} is"
    first = f"{what} back {listed(said)}." if said else ""
    if not never:
        return first
    beyond = f"By {listed(never)} {_not_all(audit)} back below {_end(audit, never):.2f}."
    return f"{first} {beyond}".strip()


def _verdict_on_components(audit: Audit) -> str:
    if not len(audit.explained_variance) or not audit.courses[0].half_capture.size:
        return "Neither labels nor components: scores were reached, and nothing is said of them."
    counts = {
        one.label: int(np.isfinite(audit.half_capture(one.label)).sum()) for one in audit.measures
    }
    total = len(audit.explained_variance)
    told = [f"{n} by {label}" for label, n in sorted(counts.items(), key=_second, reverse=True)]
    return (
        f"Of {counted(total, 'component')}, those half captured below {audit.goal:g} are"
        f" {listed(told)}."
    )


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _all_back(audit: Audit, measure: str) -> float | None:
    """The score at which the last variable is back; None if one is not."""
    scores = [audit.needed(measure, name).median for name in decodable(audit)]
    known = [score for score in scores if score is not None]
    return max(known) if len(known) == len(scores) else None


def _not_all(audit: Audit) -> str:
    return "not every variable is" if len(decodable(audit)) > 1 else f"{decodable(audit)[0]} is not"


def _end(audit: Audit, measures: Sequence[str]) -> float:
    return min(float(one.score[-1]) for label in measures for one in audit.of(label))


def decodable(audit: Audit) -> tuple[str, ...]:
    """The variables that are decoded above chance from the recording itself."""
    found = audit.decoding
    if found is None:
        return ()
    return tuple(name for name in found.accuracy if found.above_chance(name))


def of(audit: Audit, measure: str) -> str:
    """What a measure asks for, in a few sentences."""
    needs = [audit.needed(measure, name) for name in decodable(audit)]
    return " ".join([*_back(needs), *_at_usual(audit, needs), *_components(audit, measure)])


def _back(needs: Sequence[Needed]) -> list[str]:
    """Which variables are back, and which are not."""
    there = [f"{one.variable} {back(one)}" for one in needs if one.median is not None]
    absent = [one for one in needs if one.median is None]
    said = [f"Back: {listed(there)}."] if there else []
    if not absent:
        return said
    named = [f"{one.variable}{_but(one)}" for one in absent]
    return [*said, f"Not back below {min(one.end for one in absent):.2f}: {listed(named)}."]


def _but(one: Needed) -> str:
    return f" (but for {len(one.reached)} of {len(one.scores)} starts)" if one.reached else ""


def back(one: Needed) -> str:
    """At which score a variable is back."""
    if one.median is None:
        return f"not below {one.end:.2f}{_but(one)}"
    low, high = one.reached[0], one.reached[-1]
    missed = len(one.scores) - len(one.reached)
    spread = f" ({low:.2f} to {high:.2f})" if f"{low:.2f}" != f"{high:.2f}" else ""
    absent = f", not by {counted(missed, 'start')}" if missed else ""
    return f"at {one.median:.2f}{spread}{absent}"


def _at_usual(audit: Audit, needs: Sequence[Needed]) -> list[str]:
    """What is decoded at 0.9, where that is still short of the recording."""
    own = audit.decoding
    told = [
        f"{one.variable} {one.at_usual:.2f} (recording {own.accuracy[one.variable]:.2f},"
        f" chance {own.chance[one.variable]:.2f})"
        for one in needs
        if own is not None
        and one.at_usual is not None
        and (one.median is None or one.median > USUAL)
    ]
    return [f"Decoded at {USUAL:g}: {listed(told)}."] if told else []


def _components(audit: Audit, measure: str) -> list[str]:
    if not audit.courses[0].half_capture.size:
        return []
    half = audit.half_capture(measure)[:NAMED_COMPONENTS]
    shares = [f"{100 * share:.2g} %" for share in audit.explained_variance[: len(half)]]
    scores = [half_captured(score, audit.goal) for score in half]
    which = "The component" if len(half) == 1 else "Components"
    verb = "is" if len(half) == 1 else "are"
    return [f"{which} with {listed(shares)} of the variance {verb} half captured {listed(scores)}."]


def half_captured(score: float, goal: float) -> str:
    """At which score a component is half captured."""
    return f"not below {goal:g}" if math.isinf(score) else f"at {score:.2f}"


def guarantees(audit: Audit) -> list[str]:
    """A sentence for each guarantee that was searched for."""
    if audit.decoding is None:
        return []
    return [
        f"At {one.called}: the lowest accuracy found is "
        + listed(
            [
                f"{accuracy:.2f} for {name} (recording {audit.decoding.accuracy[name]:.2f}, chance"
                f" {audit.decoding.chance[name]:.2f})"
                for name, accuracy in one.accuracy.items()
            ]
        )
        + ". The true minimum may be lower."
        for one in audit.guarantees
    ]


def counted(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def listed(items: Sequence[str]) -> str:
    """Items as a sentence joins them: a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"

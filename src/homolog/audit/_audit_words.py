"""An audit in words: at which score each variable is back, by every measure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog._words import counted, listed
from homolog.audit._audit_result import USUAL

if TYPE_CHECKING:
    from homolog.audit._audit_result import Audit, Needed
    from homolog.audit._decoding import Decoding
    from homolog.audit._guaranteed import Guaranteed

NAMED_COMPONENTS = 5
AT_CHANCE = "≤ chance"
BELOW_CHANCE = (
    f"{AT_CHANCE}: a linear readout does no better than guessing; another, such as nearest"
    " neighbours, may still tell the classes apart. Further below chance says no more: where class"
    " means are equal, holding a condition out moves the mean of its class away from it."
)
NO_LABELS = "Components only: nothing is decoded without labels."
SEARCHED = "Worse responses were searched for:"
NOTHING_TOLD = "No variable is decoded above chance from the recording itself."
UNSEARCHED = "No worse responses were searched for: that is what a guarantee asks."


def page(audit: Audit) -> str:
    """The audit as one page of Markdown."""
    parts = [f"# What a similarity to {audit.name} shows", method(audit)]
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
    if audit.variance is not None:
        said += (
            " Its neurons were replaced by its leading principal components, which hold at least"
            f" {audit.variance:.4g} of its variance."
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
    """Conditions, times, and neurons or components."""
    last = "neuron" if audit.variance is None else "component"
    nouns = ("condition", "time", last) if len(audit.shape) == 3 else ("condition", last)
    return " × ".join(counted(n, noun) for n, noun in zip(audit.shape, nouns, strict=True))


def verdict(audit: Audit) -> str:
    """The headline: how much more one measure asks for than another, and what that is worth."""
    if audit.decoding is None:
        return f"{_verdict_on_components(audit)} {NO_LABELS}"
    if not decodable(audit):
        return f"{NOTHING_TOLD} {_verdict_on_components(audit)}"
    return " ".join([*_on_the_way_up(audit), _worst(audit)])


def _on_the_way_up(audit: Audit) -> list[str]:
    asking = [one.label for one in audit.measures if not audit.unasked(one.label)]
    last = {label: _all_back(audit, label) for label in asking}
    there = {label: score for label, score in last.items() if score is not None}
    said = [f"{score:.2f} by {label}" for label, score in sorted(there.items(), key=_second)]
    never = [label for label in last if label not in there]
    found: list[str] = []
    if said:
        found += [
            f"On the way up from random responses, {_every(audit)} decoded as well as from the"
            f" recording at {listed(said)}."
        ]
    if never:
        found += [f"By {listed(never)} {_not_all(audit)} below {_end(audit, never)}."]
    return found


def _worst(audit: Audit) -> str:
    """Whether worse responses were searched for, and where they tell nothing of a variable."""
    if not audit.guarantees:
        return UNSEARCHED
    names = decodable(audit)
    hidden = [g.called for g in audit.guarantees if not all(g.above_chance[n] for n in names)]
    shown = [one.called for one in audit.guarantees if one.called not in hidden]
    what, none = (names[0], "it was not") if len(names) == 1 else ("a variable", "none was")
    if not hidden:
        return f"{SEARCHED} at {listed(shown)} {none} brought to chance for a linear readout."
    but = f", at {listed(shown)} {none}" if shown else ""
    return f"{SEARCHED} at {listed(hidden)} {what} was brought to chance for a linear readout{but}."


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


def _every(audit: Audit) -> str:
    names = decodable(audit)
    return f"{names[0]} is" if len(names) == 1 else "every variable is"


def _not_all(audit: Audit) -> str:
    names = decodable(audit)
    return f"{names[0]} is not back" if len(names) == 1 else "not every variable is back"


def _end(audit: Audit, measures: Sequence[str]) -> str:
    return rounded_down(min(end for label in measures for end in audit.ends(label)))


def known(audit: Audit, one: Needed) -> bool:
    """Whether a variable needs a score at all: its recording tells it, and the measure asks."""
    return one.variable in decodable(audit) and not one.unasked


def rounded_down(score: float) -> str:
    """A score to two decimals, or as many as tell it from 1, never rounded up."""
    decimals = 2 if score >= 1 else max(2, math.ceil(-math.log10(1 - score)))
    scale = 10.0**decimals
    return f"{math.floor(score * scale + 1e-6) / scale:.12g}"


def decodable(audit: Audit) -> tuple[str, ...]:
    """The variables that are decoded above chance from the recording itself."""
    found = audit.decoding
    if found is None:
        return ()
    return tuple(name for name in found.accuracy if found.above_chance(name))


def of(audit: Audit, measure: str) -> str:
    """What a measure asks for, in a few sentences."""
    if audit.unasked(measure):
        return f"Random responses score {audit.goal:g} or more from the start: nothing is asked."
    needs = [audit.needed(measure, name) for name in decodable(audit)]
    return " ".join([*_back(needs), *_at_usual(audit, needs), *_components(audit, measure)])


def _back(needs: Sequence[Needed]) -> list[str]:
    """Which variables are back, and which are not."""
    there = [f"{one.variable} {back(one)}" for one in needs if one.median is not None]
    absent = [one for one in needs if one.median is None]
    said = [f"Back: {listed(there)}."] if there else []
    if not absent:
        return said
    named = [f"{one.variable}{_over_starts(one)}" for one in absent]
    return [
        *said,
        f"Not back below {rounded_down(min(one.end for one in absent))}: {listed(named)}.",
    ]


def back(one: Needed) -> str:
    """At which score a variable is back, with the range over starts."""
    middle = f"not below {rounded_down(one.end)}" if one.median is None else f"at {one.median:.2f}"
    return f"{middle}{_over_starts(one)}"


def _over_starts(one: Needed) -> str:
    """The range over starts; open at its end where some never came to the level."""
    if not one.reached:
        return ""
    low, high = f"{one.reached[0]:.2f}", f"{one.reached[-1]:.2f}"
    if not one.unreached:
        return f" ({low} to {high})" if low != high else ""
    beyond = max(one.unreached)
    end = high if beyond < one.reached[-1] else f"> {rounded_down(beyond)}"
    spread = f" ({low} to {end})" if end not in (low, f"> {low}") else ""
    return f"{spread}, back in {len(one.reached)} of {len(one.scores)} starts"


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
    scores = [half_captured(score, _end(audit, [measure])) for score in half]
    which = "The component" if len(half) == 1 else "Components"
    verb = "is" if len(half) == 1 else "are"
    return [f"{which} with {listed(shares)} of the variance {verb} half captured {listed(scores)}."]


def half_captured(score: float, end: str) -> str:
    """At which score a component is half captured, of a course that came to the end."""
    return f"not below {end}" if math.isinf(score) else f"at {score:.2f}"


def guarantees(audit: Audit) -> list[str]:
    """A sentence for each guarantee that was searched for."""
    own = audit.decoding
    if own is None:
        return []
    return [
        f"At {one.called}: the lowest accuracy found of a linear readout is"
        f" {listed([_lowest_of(name, low, own) for name, low in one.accuracy.items()])}."
        f"{_maybe_lower(one, own)}"
        for one in audit.guarantees
    ]


def _maybe_lower(one: Guaranteed, own: Decoding) -> str:
    """What is at chance cannot be lower; of the rest a search proves nothing."""
    above = [name for name, accuracy in one.accuracy.items() if accuracy > own.chance[name]]
    return f" Of {listed(above)} the true minimum may be lower." if above else ""


def _lowest_of(name: str, accuracy: float, own: Decoding) -> str:
    levels = f"recording {own.accuracy[name]:.2f}, chance {own.chance[name]:.2f}"
    return f"{lowest(accuracy, own.chance[name])} for {name} ({levels})"


def lowest(accuracy: float, chance: float, decimals: int = 2) -> str:
    """The lowest accuracy that was found; what is below chance is chance."""
    return AT_CHANCE if accuracy <= chance else f"{accuracy:.{decimals}f}"

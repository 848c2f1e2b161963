"""Rankings and ceilings as tables and flat records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homolog._tables import best_of, in_groups, ruled
from homolog._words import counted, decimals_for, listed
from homolog.ranking._ranking import decimals_of
from homolog.scoring import interval_text

if TYPE_CHECKING:
    from homolog.ranking._ceiling import Ceiling
    from homolog.ranking._ceilings import Ceilings
    from homolog.ranking._difference import Difference
    from homolog.ranking._ranking import Ranking, Standing
    from homolog.scoring import Refusal


def ranking_table(ranking: Ranking) -> str:
    """Scores, differences, and what they allow to say."""
    parts = [
        [_headline(ranking)],
        ruled([_score_heads(ranking), *(_score_cells(ranking, s) for s in ranking.standings)]),
        [*_footnote(ranking), *_ceiling_lines(ranking)],
    ]
    if ranking.differences:
        heads = ("measure", "candidates", "difference", "95 % interval", "p", "q")
        parts.append(ruled([heads, *(_difference_cells(ranking, d) for d in ranking.differences)]))
    parts += [[f"→ {one}" for one in ranking.advice], [f"! {one}" for one in ranking.warnings]]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _headline(ranking: Ranking) -> str:
    x = ranking.reference
    return (
        f"{x.called} (reference, {counted(x.n_neurons, 'neuron')}) and"
        f" {counted(len(ranking.candidates), 'candidate')} on"
        f" {counted(x.n_stimuli, 'stimulus', 'stimuli')}{in_groups(ranking.groups)}"
    )


def _score_heads(ranking: Ranking) -> tuple[str, ...]:
    return ("measure", "best", "rank", "candidate", "score", "95 % interval", "chance")


def _score_cells(ranking: Ranking, one: Standing) -> tuple[str, ...]:
    decimals = decimals_of(ranking.of(one.measure.label))
    return (
        one.measure.label + (" *" if one.measure.biased else ""),
        best_of(one.measure),
        str(one.rank),
        one.candidate,
        f"{one.value:z.{decimals}f}",
        "" if one.interval is None else interval_text(one.interval, decimals),
        "" if one.chance is None else f"{one.chance:z.{decimals}f}",
    )


def _footnote(ranking: Ranking) -> list[str]:
    biased = any(measure.biased for measure in ranking.measures)
    said = "* biased at few stimuli: candidates with more neurons may score higher for that alone."
    return [said] * biased + [f"– {note}" for note in chance_notes(ranking)]


def chance_notes(ranking: Ranking) -> list[str]:
    """Which measures have no chance level, if any, and where there is one."""
    absent = [
        measure.label
        for measure in ranking.measures
        if all(one.chance is None for one in ranking.of(measure.label))
    ]
    if not absent or ranking.groups is not None:
        return []
    return [
        f"no formula gives the chance level of {listed(absent)}: homolog.compare (homolog compare)"
        " draws it from random pairings"
    ]


def _ceiling_lines(ranking: Ranking) -> list[str]:
    return [f"{one.measure.label}: {ceiling_words(one)}" for one in ranking.ceilings]


def ceiling_words(one: Ceiling) -> str:
    """A ceiling with its interval, and where it is from, in one line."""
    word = "floor" if one.measure.kind == "distance" else "ceiling"
    interval = "" if one.interval is None else f" {interval_text(one.interval, _decimals(one))}"
    return f"{word} {_bound(one)}{one.value:z.{_decimals(one)}f}{interval} ({_source(one)})"


def _decimals(one: Ceiling) -> int:
    return decimals_for(one.value, *(one.interval or ()))


def _bound(one: Ceiling) -> str:
    """The side of the value on which the ceiling is, where halves were not carried on."""
    if one.what != "session" or one.corrected:
        return ""
    return "≤ " if one.measure.kind == "distance" else "≥ "


def _source(one: Ceiling) -> str:
    """What a ceiling was computed from."""
    lowest, highest, decimals = min(one.parts), max(one.parts), _decimals(one)
    if one.what == "session":
        how = ", carried to all trials by Spearman-Brown" if one.corrected else ""
        return f"halves of its trials agree by {one.halves:z.{decimals}f}{how}"
    spread = f"{lowest:z.{decimals}f} to {highest:z.{decimals}f}"
    if one.what == "left-out":
        return f"others for the one left out, {spread}"
    over = (
        ""
        if one.over_recordings is None
        else f"; over recordings {interval_text(one.over_recordings, decimals)}"
    )
    return f"{counted(len(one.parts), 'pair')}, {spread}{over}"


def _difference_cells(ranking: Ranking, one: Difference) -> tuple[str, ...]:
    decimals = decimals_of(ranking.of(one.measure.label))
    return (
        one.measure.label,
        f"{one.first} − {one.second}",
        f"{one.value:+z.{decimals}f}",
        "" if one.interval is None else interval_text(one.interval, decimals),
        "" if one.p is None else f"{one.p:.2g}",
        "" if one.q is None else f"{one.q:.2g}",
    )


def standing_record(ranking: Ranking, one: Standing) -> dict[str, Any]:
    """One flat record of a score."""
    candidate = ranking.candidates[one.candidate]
    return {
        "reference": ranking.reference.called,
        "measure": one.measure.label,
        "kind": one.measure.kind,
        "best": one.measure.best,
        "biased": one.measure.biased,
        "rank": one.rank,
        "candidate": one.candidate,
        "n_neurons_candidate": candidate.n_neurons,
        "value": one.value,
        "interval_low": one.interval[0] if one.interval else None,
        "interval_high": one.interval[1] if one.interval else None,
        "chance": one.chance,
        "n_stimuli": ranking.reference.n_stimuli,
    }


def difference_record(one: Difference) -> dict[str, Any]:
    """One flat record of a difference."""
    return {
        "measure": one.measure.label,
        "first": one.first,
        "second": one.second,
        "difference": one.value,
        "closer": one.closer,
        "interval_low": one.interval[0] if one.interval else None,
        "interval_high": one.interval[1] if one.interval else None,
        "p": one.p,
        "q": one.q,
        "cautious": one.cautious,
        "warnings": " | ".join(one.warnings),
    }


def ceilings_table(ceilings: Ceilings) -> str:
    """Ceilings in columns, with the warnings below."""
    heads = ("measure", "ceiling of", "value", "95 % interval", "from")
    rows = [heads, *map(_ceiling_cells, ceilings.found)]
    notes = [*ceilings.warnings, *_of_ceilings(ceilings)]
    lines = [f"{counted(ceilings.n_stimuli, 'stimulus', 'stimuli')}", "", *ruled(rows)]
    warned = [f"! {note}" for note in dict.fromkeys(notes)]
    return "\n".join([*lines, *([""] if warned else []), *warned])


def _of_ceilings(ceilings: Ceilings) -> list[str]:
    """What is to be known of the ceilings, once for all of which it is true."""
    several = len({one.of for one in ceilings.found}) > 1
    of: dict[tuple[str, str], list[str]] = {}
    for one in ceilings.found:
        for note in one.warnings:
            of.setdefault((one.measure.label, note), []).append(one.of)
    return [
        f"{label} of {listed(names)}: {note}" if several else f"{label}: {note}"
        for (label, note), names in of.items()
    ]


def _ceiling_cells(one: Ceiling) -> tuple[str, ...]:
    floor = " floor" if one.measure.kind == "distance" else ""
    return (
        one.measure.label,
        one.of if one.what == "session" else f"{one.of}, {WHAT[one.what]}",
        f"{_bound(one)}{one.value:z.{_decimals(one)}f}{floor}",
        "" if one.interval is None else interval_text(one.interval, _decimals(one)),
        _source(one),
    )


WHAT = {"session": "halves of its trials", "pairs": "in pairs", "left-out": "each left out"}


def ceiling_record(one: Ceiling) -> dict[str, Any]:
    """One flat record of a ceiling."""
    return {
        "measure": one.measure.label,
        "kind": one.measure.kind,
        "what": one.what,
        "of": one.of,
        "value": one.value,
        "interval_low": one.interval[0] if one.interval else None,
        "interval_high": one.interval[1] if one.interval else None,
        "over_recordings_low": one.over_recordings[0] if one.over_recordings else None,
        "over_recordings_high": one.over_recordings[1] if one.over_recordings else None,
        "halves": one.halves,
        "spearman_brown": one.corrected,
        "lowest": min(one.parts),
        "highest": max(one.parts),
        "n_parts": len(one.parts),
        "warnings": " | ".join(one.warnings),
    }


def no_ceiling_record(one: Refusal) -> dict[str, Any]:
    """The same of a measure that has none, with the reason for a warning."""
    return {"measure": one.measure.label, "kind": one.measure.kind, "warnings": one.why}

"""Scores, differences and ceiling of one measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from homolog import errors, statistics
from homolog.measures._measure import Measure, is_ordered
from homolog.pairing import seen
from homolog.ranking._ceiling import Ceiling, within
from homolog.ranking._design import Design
from homolog.ranking._difference import Difference
from homolog.ranking._exchange import exchange_p
from homolog.ranking._left_out import LeftOut, Scored, in_halves, left_out
from homolog.ranking._paired import chooses, jumps, matches, paired
from homolog.ranking._ranking import Standing
from homolog.ranking._session import session_ceiling
from homolog.scoring import pairings_note, random_pairings

UNMOVED = "it is the same whichever stimuli are left out, so it has no error"


@dataclass(frozen=True, eq=False)
class Found:
    """What one measure says."""

    measure: Measure
    standings: list[Standing]
    differences: list[Difference]
    ceiling: Ceiling | None
    notes: list[str]


def by_measure(measure: Measure, design: Design) -> Found:
    """Scores, differences and ceiling by one measure, and what to know of them."""
    scored = Scored(measure, *design.both.seen_by(measure))
    values = scored.values()
    notes = [f"{name}: {one}" for name, one in scored.cautions.items() if one]
    notes += [] if design.both.groups is None else _chances_of_groups(scored, design)
    kept, of_differences = _left_out(scored, values, design)
    if design.block is not None:
        why_not = {**of_differences.why_not, **kept.why_not}
        notes += [
            f"{name}: no interval: without some stimuli it has no score ({why})"
            for name, why in why_not.items()
        ]
        notes += [
            f"{name}: no test: without some two stimuli it has no score ({why})"
            for name, why in of_differences.why_not_two.items()
        ]
    standings = _standings(measure, design, scored, kept)
    notes += [
        f"{one.candidate}: no interval: the score is the same without any stimulus"
        for one in standings
        if one.interval is None and one.candidate in kept.without
    ]
    differences = [_difference(measure, design, of_differences, ends) for ends in design.pairs]
    notes += [
        f"{one.first} and {one.second}: {note}" for one in differences for note in one.warnings
    ]
    ceiling, why = _ceiling(measure, design)
    return Found(
        measure,
        standings,
        differences,
        ceiling,
        [*notes, *dict.fromkeys((*kept.notes, *of_differences.notes)), *why],
    )


def _left_out(
    scored: Scored, values: Mapping[str, float], design: Design
) -> tuple[LeftOut, LeftOut]:
    """What scores are without some stimuli, for their own intervals and for those of differences.

    Differences also need pairs of stimuli to be left out, with choices held where there are any,
    or halves where neurons are matched; see `paired`.
    """
    if design.block is None:
        few = dict.fromkeys(values, "too few stimuli")
        kept = LeftOut(values, {}, few, np.empty(0, dtype=np.int64))
        return kept, kept
    measure, block, tested = scored.measure, design.block, bool(design.pairs)
    what, holds = f"{measure.name}: intervals", chooses(measure)
    both = tested and (holds or matches(measure))
    first, second = (
        statistics.of_several(design.progress, part, 2) if both else design.progress
        for part in range(2)
    )
    kept = left_out(values, scored.without, block, what, first, twos=tested and not both)
    if not both:
        return kept, kept
    if holds:
        return kept, left_out(values, scored.held, block, what, second, twos=True)
    return kept, in_halves(kept, scored.without, block, what, second)


def _chances_of_groups(scored: Scored, design: Design) -> list[str]:
    """Put chance as `homolog.compare` draws it in place of a formula for stimuli that are alone."""
    measure, groups = scored.measure, design.both.groups or ()
    x, candidates = scored.arrays
    scored.chances.update(dict.fromkeys(candidates))
    if not is_ordered(measure.summary(x)):
        return []
    notes: list[str | None] = []
    for name, y in candidates.items():
        draws, why = random_pairings(
            measure, x, y, design.permutations, groups, design.seed, design.progress
        )
        scored.chances[name] = float(draws.mean()) if len(draws) else None
        notes.append(why)
    found = [chance for chance in scored.chances.values() if chance is not None]
    notes.append(pairings_note(measure, found, groups))
    return [note for note in dict.fromkeys(notes) if note]


def _standings(measure: Measure, design: Design, scored: Scored, kept: LeftOut) -> list[Standing]:
    """The candidates, the closest first."""
    sign = -1 if measure.higher_is_closer else 1
    values = {name: sign * value for name, value in kept.values.items()}
    return [
        Standing(
            measure=measure,
            candidate=name,
            value=kept.values[name],
            rank=1 + sum(other < values[name] for other in values.values()),
            interval=within(measure, _interval(design, scored, kept, name)),
            chance=scored.chances[name],
        )
        for name in sorted(values, key=values.__getitem__)
    ]


def _interval(
    design: Design, scored: Scored, kept: LeftOut, name: str
) -> tuple[float, float] | None:
    """As `homolog.compare` states it."""
    found = None
    if design.block is not None and design.both.groups is None:
        x, candidates = scored.arrays
        found = statistics.not_excluded(scored.measure, x, candidates[name], design.block)
    return found or kept.of({name: 1}).interval()


def _difference(
    measure: Measure, design: Design, kept: LeftOut, ends: tuple[str, str]
) -> Difference:
    first, second = ends
    estimate = paired(kept, first, second)
    interval, p, note = estimate.interval(), estimate.p_value(), ""
    if estimate.error == 0 and (p is None or measure.counts):
        interval, note = None, UNMOVED
    if design.exchange:
        p, note = _exchanged(measure, design, ends)
    return Difference(
        measure=measure,
        first=first,
        second=second,
        value=estimate.value,
        interval=interval,
        p=p,
        warnings=(note,) if note else (),
        cautious=_too_large(measure, kept, ends) and bool(estimate.error) and not design.exchange,
    )


def _too_large(measure: Measure, kept: LeftOut, ends: tuple[str, str]) -> bool:
    """Whether the error is as a rule too large: nothing tells how much of it is of jumps."""
    return jumps(measure) or (matches(measure) and any(name not in kept.halves for name in ends))


def _exchanged(measure: Measure, design: Design, ends: tuple[str, str]) -> tuple[float | None, str]:
    """The p of exchanged responses, or why there is none."""
    reference, candidates = design.both.seen_by(measure)
    first, second = (seen(measure, candidates[name]) for name in ends)
    if first.shape != second.shape:
        return None, "no p: responses to unequal numbers of trials cannot be exchanged"
    try:
        p = exchange_p(
            measure,
            seen(measure, reference),
            first,
            second,
            design.group,
            permutations=design.permutations,
            rng=np.random.default_rng(design.seed),
            progress=design.progress,
        )
    except errors.HomologError as error:
        return None, f"no p: with some responses exchanged there is no score ({error})"
    return p, ""


def _ceiling(measure: Measure, design: Design) -> tuple[Ceiling | None, tuple[str, ...]]:
    """The reference's ceiling and what to know of it, or why there is none."""
    if not design.both.trials.has_trials:
        return None, ()
    try:
        found = session_ceiling(
            measure,
            design.both.trials,
            design.block,
            splits=design.splits,
            seed=design.seed,
            progress=design.progress,
        )
    except errors.HomologError as error:
        return None, (f"no ceiling: {error}",)
    return found, tuple(f"ceiling: {one}" for one in found.warnings)

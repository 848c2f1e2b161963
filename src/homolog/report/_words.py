"""The sentences of the report: the headline, the verdict and the methods paragraph.

A sentence claims what the numbers carry and no more: a p-value above 0.05 is not evidence
of a difference, and without a ceiling nothing is said about how good a score could be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog import _pictured
from homolog._words import counted, listed

if TYPE_CHECKING:
    from homolog.comparison import Comparison
    from homolog.representation import Representation
    from homolog.scoring import Score

SIGNIFICANT = 0.05


def number(value: float | None, decimals: int = 3) -> str:
    """Write a number for reading: a true minus sign, words for infinity, a dash for none."""
    if value is None:
        return "\N{EN DASH}"
    if math.isinf(value):
        return "\N{INFINITY}" if value > 0 else "\N{MINUS SIGN}\N{INFINITY}"
    rounded = f"{value:.{decimals}f}" if abs(value) < 1000 else f"{value:.4g}"
    if float(rounded) == 0:
        rounded = rounded.lstrip("-")
    return rounded.replace("-", "\N{MINUS SIGN}")


def interval(ends: tuple[float, float] | None, decimals: int = 3) -> str:
    """Write an interval as two numbers, or a dash."""
    return number(None) if ends is None else " to ".join(number(end, decimals) for end in ends)


def p_value(value: float | None) -> str:
    """Write a p-value to two significant digits."""
    return number(None) if value is None else f"{value:.2g}"


def population(side: Representation, role: str) -> str:
    """Name a population, by its role where it has no name of its own."""
    return side.name or role


def share_of_ceiling(score: Score) -> float | None:
    """Return how far a score has come from chance (0) to its ceiling (1).

    None where either is unknown, or where the ceiling is itself no better than chance, so
    that there is no way to cover.
    """
    if score.chance is None or score.ceiling is None:
        return None
    way = score.ceiling - score.chance
    closer = way > 0 if score.measure.higher_is_closer else way < 0
    if not closer:
        return None
    return (score.value - score.chance) / way


def verdict(comparison: Comparison) -> str:
    """Return one sentence on how the scores stand to chance and to the ceiling."""
    return f"{_against_chance(comparison)}{_against_ceiling(comparison.scores)}."


def _against_chance(comparison: Comparison) -> str:
    tested = [score for score in comparison.scores if score.p_value is not None]
    if not tested:
        done = "possible" if comparison.permutations else "run"
        return f"No permutation test was {done}, so the scores are not judged against chance"
    some = " tested" if len(tested) < len(comparison.scores) else ""
    above = [s for s in tested if s.p_value is not None and s.p_value <= SIGNIFICANT]
    if not above:
        smallest = min(s.p_value for s in tested if s.p_value is not None)
        who = (
            f"By {tested[0].measure.label} the two populations are not found"
            if len(tested) == 1
            else f"No measure{some} finds the two populations"
        )
        return (
            f"{who} more alike than chance (p \N{GREATER-THAN OR EQUAL TO} "
            f"{p_value(smallest)}), which is not evidence that they differ"
        )
    largest = max(s.p_value for s in above if s.p_value is not None)
    p = (
        f"p = {p_value(largest)}"
        if len(above) == 1
        else f"p \N{LESS-THAN OR EQUAL TO} {p_value(largest)}"
    )
    if len(above) < len(tested):
        others = listed([s.measure.label for s in tested if s not in above])
        verb = "finds" if len(above) == 1 else "find"
        negated = "does" if len(tested) - len(above) == 1 else "do"
        return (
            f"{len(above)} of {len(tested)} measures{some} {verb} the two populations more alike "
            f"than chance ({p}); {others} {negated} not"
        )
    if len(tested) == 1:
        return f"By {tested[0].measure.label} the two populations are more alike than chance ({p})"
    return f"All {len(tested)} measures{some} find the two populations more alike than chance ({p})"


def _against_ceiling(scores: Sequence[Score]) -> str:
    if all(score.ceiling is None for score in scores):
        return "; how alike they could be at best is unknown, because no ceiling could be estimated"
    shares = {s.measure.label: share_of_ceiling(s) for s in scores}
    known = {label: share for label, share in shares.items() if share is not None}
    limited = [score for score in scores if score.ceiling is not None]
    if all(score.chance is None for score in limited):
        return "; how far they come is unknown, because there is no chance level"
    if not known:
        return "; the ceiling is no better than chance, so the trials are too noisy to say more"
    least, most = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    way = "of the way from chance to the ceiling that trial noise sets"
    if known[most] > 1:
        way += ", which is an estimate and can be passed"
    if len(known) == 1:
        return f"; {least} covers {percent(known[least])} {way}"
    where = "" if len(known) == len(scores) else "where a ceiling beyond chance is known, "
    return (
        f"; {where}the scores cover from {percent(known[least])} ({least}) to "
        f"{percent(known[most])} ({most}) {way}"
    )


def percent(share: float) -> str:
    """Write a share as a whole percentage."""
    return f"{number(100 * share, 0)}\N{NO-BREAK SPACE}%"


def score_in_words(score: Score) -> str:
    """Describe the strip of one score to someone who cannot see it."""
    n = score.decimals
    said = f"{score.measure.label} {number(score.value, n)}"
    if score.interval is not None:
        said += f", 95 percent interval {interval(score.interval, n)}"
    if score.chance is not None:
        said += f", chance {number(score.chance, n)}"
    if score.ceiling is not None:
        kind = "ceiling" if score.measure.higher_is_closer else "floor"
        said += f", {kind} {number(score.ceiling, n)}"
    ends = f"{number(score.measure.worst)} (least alike) to {number(score.measure.best)} (same)"
    return f"{said}; the measure runs from {ends}."


def matched(comparison: Comparison) -> str:
    """Say how neurons were paired for the tuning curves."""
    pairs = _pictured.matches(comparison)
    if not pairs:
        return "No neuron of one population varies over stimuli, so that none has a partner."
    surplus = max(comparison.reference.n_neurons, comparison.candidate.n_neurons) - len(pairs)
    unpaired = f" Without a partner: {counted(surplus, 'neuron')}." if surplus else ""
    middle = number(float(np.median([pair.correlation for pair in pairs])), 2)
    return (
        "Neurons are paired one to one so that the summed correlation of their tuning is largest: "
        f"{counted(len(pairs), 'pair')}, median r = {middle}.{unpaired} Pairs chosen like this "
        "correlate even between unrelated populations; the scores say how far beyond chance."
    )

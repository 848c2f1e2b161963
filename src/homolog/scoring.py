"""One measure's answer about a pair, with interval, chance level, p and ceiling."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog._words import counted, decimals_for
from homolog.measures._measure import Measure, is_ordered
from homolog.measures._spelling import place_of
from homolog.pairing import Halves, Pair, seen, summary_of
from homolog.statistics import Progress

Found = TypeVar("Found")

LOW_CHANCE = 0.05
"""Of groups; what random pairings of them score below this is as good as 0."""


@dataclass(frozen=True, eq=False)
class Score:
    """One measure's answer, with what is needed to judge it.

    Attributes
    ----------
    measure
        What was computed; its `best`, `worst`, `kind` and `biased` say how to read it.
    value
        The score of the condition means on all shared stimuli.
    interval
        95 % jackknife interval over stimuli, or None (the warnings say why).
    chance
        Mean score when stimuli are paired at random: exact where known, else the mean of
        the draws; None if nothing was drawn.
    p_value
        Share of random pairings at least as close, (b + 1) / (m + 1); None if none drawn.
    ceiling
        The best score trial noise allows (for distances the smallest: the floor); None
        without repeated trials.
    warnings
        What a reader should know before believing the number.
    null
        The scores of the random pairings.
    halved
        Why the ceiling is that of halves of the trials as they are, and so higher than it is
        given: one reason for each population of which that holds.
    """

    measure: Measure
    value: float
    interval: tuple[float, float] | None = None
    chance: float | None = None
    p_value: float | None = None
    ceiling: float | None = None
    warnings: tuple[str, ...] = ()
    null: NDArray[np.float64] = field(default_factory=lambda: np.empty(0), repr=False)
    halved: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Value, interval, chance, p and ceiling in one line."""
        measure = self.measure
        unit = " rad" if measure.name == "procrustes" else ""
        parts = [f"{measure.label} = {self.said(self.value)}{unit}"]
        if self.interval:
            parts.append(f"{interval_text(self.interval, self.decimals)} 95 % jackknife")
        if self.chance is not None:
            parts.append(f"chance {self.said(self.chance)}")
        if self.p_value is not None:
            parts.append(f"p = {self.p_value:.2g} ({len(self.null)} permutations)")
        if self.ceiling is not None:
            bound = "floor" if measure.kind == "distance" else "ceiling"
            parts.append(f"{bound} {self.said(self.ceiling)}")
        return " · ".join(parts)

    @property
    def decimals(self) -> int:
        """How many of them value, interval, chance and ceiling are printed with."""
        return decimals_for(self.value, *(self.interval or ()), self.chance, self.ceiling)

    def said(self, number: float | None) -> str:
        """One of these numbers as it is printed; nothing for None."""
        return "" if number is None else f"{number:z.{self.decimals}f}"


def interval_text(interval: tuple[float, float], decimals: int = 3) -> str:
    """An interval in brackets."""
    low, high = interval
    return f"[{low:z.{decimals}f}, {high:z.{decimals}f}]"


@dataclass(frozen=True, eq=False)
class Refusal:
    """A measure that could not score what others could.

    Attributes
    ----------
    measure
        What was asked for.
    error
        Its code, and why.
    """

    measure: Measure
    error: errors.HomologError

    def __str__(self) -> str:
        """The measure, the code and why."""
        return f"{self.measure.label}: {self.why}"

    @property
    def why(self) -> str:
        """The code and the reason."""
        return f"not scored: {self.error}"


def unless_refused(
    measures: Sequence[Measure],
    by: Callable[[Measure], Found],
    before: Sequence[Refusal] = (),
) -> tuple[list[Found], tuple[Refusal, ...]]:
    """What is found by each measure, where one that refuses does not cost the others theirs.

    Parameters
    ----------
    measures
        Those that have not refused yet.
    by
        What finds it.
    before
        Measures that refused earlier, which the refusals returned begin with.

    Raises
    ------
    HomologError
        Of the only measure, or of the first to refuse where all do.
    """
    if len(measures) == 1 and not before:
        return [by(measures[0])], ()
    found: list[Found] = []
    refused = [*before]
    for measure in measures:
        try:
            found.append(by(measure))
        except errors.HomologError as error:
            refused.append(Refusal(measure, copy(error)))  # whose traceback would hold arrays
    if not found:
        raise refused[0].error
    return found, tuple(refused)


class _OfMeasure(Protocol):
    @property
    def measure(self) -> Measure: ...


Named = TypeVar("Named", bound=_OfMeasure)


def of_name(name: str, found: Sequence[Named], refused: Sequence[Refusal], kind: str) -> Named:
    """What the measure of that label, or alone of that name, gave; its error if it refused."""
    asked = [*found, *refused]
    one = place_of(name, [one.measure for one in asked], kind)
    if one >= len(found):
        raise refused[one - len(found)].error
    return found[one]


def scored(
    measure: Measure,
    both: Pair,
    groups: Sequence[object] | None,
    intervals: bool,
    permutations: int,
    rng: int,
    progress: Progress,
) -> Score:
    """Score a pair by one measure, with all that is needed to judge it.

    The value comes first, so that bad input is refused before the long work begins.

    Parameters
    ----------
    measure
        What to score with; one that fits has its folds.
    both
        The populations on the same stimuli.
    groups
        What each stimulus belongs with, in intervals and permutations; None: alone.
    intervals
        Whether to compute a jackknife interval.
    permutations
        How many random pairings.
    rng
        Seed of both.
    progress
        Told of every step.
    """
    progress(f"{measure.name}: score", 0, 1)
    sx, sy = (summary_of(measure, one) for one in both.seen_by(measure))
    x, y = (seen(measure, one) for one in both.seen_by(measure))
    with heard() as warned:
        value = float(measure.score(sx, sy))
    progress(f"{measure.name}: score", 1, 1)
    found = Score(measure, value)
    if groups is None:
        found = replace(found, chance=measure.chance(sx, sy))
    notes = [*warned, measure.caution(sx, sy)]
    with heard() as warned:
        if intervals:
            interval, why = _interval(measure, x, y, groups, rng, progress)
            found, notes = replace(found, interval=interval), [*notes, why]
        if permutations and is_ordered(sx):
            null, why = random_pairings(measure, x, y, permutations, groups, rng, progress)
            found, notes = _with_null(found, null), [*notes, why]
    if warned:
        notes.append(f"behind interval and chance, {len(warned)} times: {warned[0]}")
    ceiling, why_none, halved = _ceiling(measure, both)
    notes = [*notes, *why_none, _bias_note(found, both.reference.n_stimuli, groups)]
    said = tuple(note for note in notes if note)
    return replace(found, ceiling=ceiling, warnings=said, halved=halved)


@contextmanager
def heard() -> Generator[list[str]]:
    """What is warned of meanwhile, which a reader of the score must not miss."""
    said: list[str] = []
    with warnings.catch_warnings(record=True, action="always", category=RuntimeWarning) as caught:
        yield said
    said += [str(one.message) for one in caught]


def _interval(
    measure: Measure,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    groups: Sequence[object] | None,
    rng: int,
    progress: Progress,
) -> tuple[tuple[float, float] | None, str | None]:
    """The interval, or why a measure has none once a stimulus is left out."""
    try:
        found = statistics.jackknife(measure, x, y, groups=groups, rng=rng, progress=progress)
    except errors.HomologError as error:
        if error.code == "HM010":
            raise
        return None, f"no interval: without some stimuli the score has no value ({error})"
    if statistics.unmoved(measure, found):
        return None, "no interval: the score is the same without any stimulus, whatever others add"
    return found, None


def random_pairings(
    measure: Measure,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    n_permutations: int,
    groups: Sequence[object] | None,
    rng: int,
    progress: Progress,
) -> tuple[NDArray[np.float64], str | None]:
    """Scores of random pairings, or why there are none."""
    try:
        draws = statistics.permutation_null(
            measure, x, y, n_permutations, groups=groups, rng=rng, progress=progress
        )
    except errors.HomologError as error:
        return np.empty(0), f"no chance level: {error}"
    return draws, None


def _with_null(score: Score, null: NDArray[np.float64]) -> Score:
    if not len(null):
        return score
    chance = float(null.mean()) if score.chance is None else score.chance
    return replace(
        score,
        null=null,
        chance=chance,
        p_value=statistics.p_value(score.measure, score.value, null),
    )


def _ceiling(measure: Measure, both: Pair) -> tuple[float | None, list[str], tuple[str, ...]]:
    """The ceiling, why there is none, and why it is that of halves."""
    values: list[float | None] = []
    as_they_are: list[str] = []
    why_none: list[str] = []
    sides = list(zip((both.reference, both.candidate), both.halves_for(measure), strict=True))
    if measure.kind == "variance":
        sides = sides[:1]  # what is predicted, and not by what
    for population, halves in sides:
        try:
            value, why_not = _reliability(measure, halves)
        except errors.HomologError as error:
            value, why_not = None, ""
            why_none.append(f"no ceiling: {population.called}: {error}")
        if isinstance(halves, str):
            why_none.append(f"no ceiling: {population.called}: {halves}")
        values.append(value)
        as_they_are += [f"{population.called}: {why_not}"] if why_not else []
    if why_none:
        return None, why_none, ()
    found = statistics.ceiling(measure, values[0], values[-1], holds=not as_they_are)
    return found, [], tuple(as_they_are) if measure.kind != "distance" else ()


def _reliability(measure: Measure, halves: Halves | str | None) -> tuple[float | None, str]:
    """How a population repeats itself, and why that is not of all trials, if it is not."""
    if halves is None or isinstance(halves, str):
        return None, ""
    half = statistics.of_halves(measure, *halves)
    why_not = statistics.why_not_carried(measure, half, *halves)
    return statistics.carried(measure, half, holds=not why_not), why_not


def _bias_note(score: Score, n_stimuli: int, groups: Sequence[object] | None) -> str | None:
    """Say so when unrelated populations would already look alike."""
    if score.chance is None:
        return None
    if groups is not None:
        return pairings_note(score.measure, [score.chance], groups)
    if not score.measure.biased or not score.measure.higher_is_closer:
        return None
    if score.chance < 0.2 or score.measure.best != 1:
        return None
    return f"unrelated populations score {score.chance:.2f} with {n_stimuli} stimuli"


def pairings_note(
    measure: Measure, chances: Sequence[float], groups: Sequence[object]
) -> str | None:
    """Say so when groups are so few, or so alike, that random pairings of them look alike."""
    if not measure.higher_is_closer or measure.best != 1 or max(chances, default=0) < LOW_CHANCE:
        return None
    sizes = Counter(groups)
    stay = counted(len(set(sizes.values())), "keeps its place", "keep their places")
    up_to = "up to " if len(chances) > 1 else ""
    return (
        f"random pairings of the {counted(len(sizes), 'group')} of stimuli score"
        f" {up_to}{max(chances):.2f} ({stay} on average): read the score beside that, not beside 0"
    )


def sizes_note(groups: Sequence[object] | None) -> str | None:
    """Say so when groups cannot all change places in random pairings, or keep nothing together."""
    of_size = Counter(Counter(groups or ()).values())
    if set(of_size) == {1}:
        return "every stimulus is a group of its own: nothing is kept together"
    if len(of_size) < 2:
        return None
    first, *others = (f"{many} of {size}" for size, many in sorted(of_size.items()))
    shown = ", ".join([f"{first} stimuli", *others[:4], *(["…"] if len(others) > 4 else [])])
    return f"in random pairings groups change places only with those of their size ({shown})"

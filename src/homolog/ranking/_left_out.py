"""Scores without each block of stimuli, kept so that any combination of them has its error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog._moves import partners
from homolog.measures._measure import Holding, Measure
from homolog.pairing import seen, summary_of
from homolog.representation import Representation
from homolog.scoring import heard
from homolog.statistics import Floats, Progress

Kept = NDArray[np.bool_]
Column = Callable[[Kept], float]
"""A number that depends on which stimuli are kept."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Several numbers from the same stimuli, and each of them without each block of these.

    Attributes
    ----------
    values
        Name -> number from all stimuli.
    without
        Name -> (block,) the number without each block; absent where it has none without some.
    why_not
        Name -> why it is absent.
    sizes
        (block,) how many stimuli each block has.
    notes
        What was warned of on the way.
    without_two, why_not_two
        The same without each block and its partner (see `partners`), where that was asked for.
    halves
        Name -> (split, 2) the number on either half of the blocks (see `splits`), where that was
        asked for and every half has one.
    """

    values: Mapping[str, float]
    without: Mapping[str, Floats]
    why_not: Mapping[str, str]
    sizes: NDArray[np.int64]
    notes: tuple[str, ...] = ()
    without_two: Mapping[str, Floats] = field(default_factory=dict[str, Floats])
    why_not_two: Mapping[str, str] = field(default_factory=dict[str, str])
    halves: Mapping[str, Floats] = field(default_factory=dict[str, Floats])

    @property
    def n_blocks(self) -> int:
        """How many blocks were left out in turn."""
        return len(self.sizes)

    def of(self, weights: Mapping[str, float]) -> Estimate:
        """The weighted sum of some of the numbers, with its error."""
        value = sum(weight * self.values[name] for name, weight in weights.items())
        absent = [self.why_not[name] for name in weights if name in self.why_not]
        if absent:
            return Estimate(value, None, 0, absent[0])
        parts = [weight * self.without[name] for name, weight in weights.items()]
        error = statistics.standard_error(value, np.sum(parts, axis=0), self.sizes)
        return Estimate(value, error, self.n_blocks - 1)


@dataclass(frozen=True)
class Estimate:
    """A number with its jackknife standard error, or why it has none."""

    value: float
    error: float | None
    freedom: float
    why_not: str | None = None

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Value plus and minus a Student t quantile times the error."""
        from scipy.stats import t

        if self.error is None:
            return None
        reach = float(t.ppf((1 + level) / 2, self.freedom)) * self.error
        return self.value - reach, self.value + reach

    def p_value(self) -> float | None:
        """Two-sided p for a true value of 0; None without an error, or where it is 0."""
        from scipy.stats import t

        if self.error is None:
            return None
        if self.error == 0:
            return 1.0 if self.value == 0 else None
        return float(2 * t.sf(abs(self.value) / self.error, self.freedom))


@dataclass(frozen=True, eq=False)
class Scored:
    """One measure's scores of some candidates; of the reference one summary for all of them."""

    measure: Measure
    reference: Representation
    candidates: Mapping[str, Representation]
    chances: dict[str, float | None] = field(default_factory=dict[str, float | None])
    cautions: dict[str, str | None] = field(default_factory=dict[str, str | None])

    @cached_property
    def arrays(self) -> tuple[Floats, dict[str, Floats]]:
        """What the measure sees of the reference and of the candidates, stimuli first."""
        of_candidates = {name: seen(self.measure, one) for name, one in self.candidates.items()}
        return seen(self.measure, self.reference), of_candidates

    def values(self) -> dict[str, float]:
        """Name -> score on all stimuli; notes chance levels and cautions on the way."""
        x = summary_of(self.measure, self.reference)
        found: dict[str, float] = {}
        for name, candidate in self.candidates.items():
            y = summary_of(self.measure, candidate)
            found[name] = float(self.measure.score(x, y))
            self.chances[name] = self.measure.chance(x, y)
            self.cautions[name] = self.measure.caution(x, y)
        return found

    @cached_property
    def holding(self) -> dict[str, Holding | None]:
        """Name -> what holds the measure's choices, if it makes any."""
        x = summary_of(self.measure, self.reference)
        return {
            name: self.measure.holding(x, summary_of(self.measure, one))
            for name, one in self.candidates.items()
        }

    def without(self, kept: Kept, wanted: Sequence[str]) -> dict[str, float | str]:
        """Name -> score on the stimuli that are kept, or why there is none."""
        return self._without(kept, wanted, {})

    def held(self, kept: Kept, wanted: Sequence[str]) -> dict[str, float | str]:
        """The same with what the measure chooses (penalties) as it was chosen on all stimuli."""
        return self._without(kept, wanted, self.holding)

    def _without(
        self, kept: Kept, wanted: Sequence[str], holding: Mapping[str, Holding | None]
    ) -> dict[str, float | str]:
        measure = statistics.on(self.measure, kept)
        try:
            x = measure.summary(self.arrays[0][kept])
        except errors.HomologError as error:
            return dict.fromkeys(wanted, str(error))
        return {name: self._one(measure, x, name, kept, holding.get(name)) for name in wanted}

    def _one(
        self, measure: Measure, x: object, name: str, kept: Kept, hold: Holding | None
    ) -> float | str:
        try:
            y = measure.summary(self.arrays[1][name][kept])
            return float(measure.score(*(hold(kept, x, y) if hold else (x, y))))
        except errors.HomologError as error:
            return str(error)


def splits(n_blocks: int) -> NDArray[np.bool_]:
    """(split, block) Whether each block is in the first half, as many random splits as blocks."""
    rng = np.random.default_rng(0)
    return np.array([rng.permutation(n_blocks) < n_blocks // 2 for _ in range(n_blocks)])


def in_halves(
    kept: LeftOut,
    without: Callable[[Kept, Sequence[str]], Mapping[str, float | str]],
    block: NDArray[np.int64],
    what: str,
    progress: Progress,
) -> LeftOut:
    """The same with numbers on halves of the blocks, where all halves have one; else with a note.

    Arguments as of `left_out`.
    """
    first = splits(kept.n_blocks)[:, block]
    keep = np.stack([first, ~first], axis=1).reshape(-1, len(block))
    names = list(kept.without)
    with heard():
        found, why_not = _each(names, without, list(keep), what, progress)
    notes = [
        f"{name}: its differences have the error of a plain jackknife, which is too large: on half"
        f" of the stimuli it has no score ({why})"
        for name, why in why_not.items()
    ]
    halves = {name: row.reshape(-1, 2) for name, row in found.items()}
    return replace(kept, halves=halves, notes=(*kept.notes, *notes))


def left_out(
    values: Mapping[str, float],
    without: Callable[[Kept, Sequence[str]], Mapping[str, float | str]],
    block: NDArray[np.int64],
    what: str,
    progress: Progress,
    *,
    twos: bool = False,
) -> LeftOut:
    """Numbers without each block of stimuli.

    Parameters
    ----------
    values
        Name -> number from all stimuli.
    without
        From the stimuli that are kept, and the names still wanted, to the numbers, or to
        why there is none.
    block
        (stimulus,) with which block each is left out.
    what, progress
        Told of every block.
    twos
        Whether each block is also left out together with its partner.
    """
    n_blocks = int(block.max()) + 1
    keep = [block != one for one in range(n_blocks)]
    two: dict[str, Floats] = {}
    why_not_two: dict[str, str] = {}
    with heard() as warned:
        told = statistics.of_several(progress, 0, 2) if twos else progress
        one, why_not = _each(list(values), without, keep, what, told)
        if twos:
            pairs = [keep[i] & keep[j] for i, j in enumerate(partners(n_blocks))]
            told = statistics.of_several(progress, 1, 2)
            two, why_not_two = _each(list(one), without, pairs, what, told)
    notes = (f"behind intervals, {len(warned)} times: {warned[0]}",) if warned else ()
    return LeftOut(values, one, why_not, np.bincount(block), notes, two, why_not_two)


def _each(
    names: Sequence[str],
    without: Callable[[Kept, Sequence[str]], Mapping[str, float | str]],
    keep: Sequence[Kept],
    what: str,
    progress: Progress,
) -> tuple[dict[str, Floats], dict[str, str]]:
    """Name -> the numbers on the stimuli that are kept each time, or why there are none."""
    why_not: dict[str, str] = {}
    rows: dict[str, list[float]] = {name: [] for name in names}
    for done, kept in enumerate(keep, start=1):
        wanted = [name for name in names if name not in why_not]
        for name, number in without(kept, wanted).items():
            if isinstance(number, str):
                why_not[name] = number
            else:
                rows[name].append(number)
        progress(what, done, len(keep))
    return {name: np.array(row) for name, row in rows.items() if name not in why_not}, why_not

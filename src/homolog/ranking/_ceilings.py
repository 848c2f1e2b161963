"""Ceilings of one recording, or of several animals' recordings on the same stimuli."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog.comparison import Chosen, Groups, measures_asked, population, whole
from homolog.ranking._animals import left_out_ceiling, pairs_ceiling
from homolog.ranking._ceiling import Ceiling
from homolog.ranking._joined import Joined, joined
from homolog.ranking._session import session_ceiling
from homolog.representation import NanPolicy, Representation
from homolog.scoring import Refusal, unless_refused
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from homolog.measures._measure import Measure


@dataclass(frozen=True, eq=False)
class Ceilings:
    """What noise and other animals let a candidate score; prints as a table.

    Attributes
    ----------
    found
        For each measure: one of each recording with trials, and with several recordings
        the mean over pairs of animals and over animals left out.
    n_stimuli
        How many stimuli the recordings share.
    splits
        How many random splits of the trials.
    warnings
        What was dropped, taken on trust, or could not be computed.
    refused
        Measures that have no ceiling here, each with its error; `warnings` say so, too.
    """

    found: tuple[Ceiling, ...]
    n_stimuli: int
    splits: int
    warnings: tuple[str, ...]
    refused: tuple[Refusal, ...] = ()

    def __str__(self) -> str:
        """The ceilings as a table, with every warning."""
        from homolog.ranking._words import ceilings_table

        return ceilings_table(self)

    __repr__ = __str__

    def rows(self) -> list[dict[str, Any]]:
        """One flat record for each ceiling, and without numbers for each measure that refused."""
        from homolog.ranking._words import ceiling_record, no_ceiling_record

        found = [ceiling_record(one) for one in self.found]
        return [*found, *map(no_ceiling_record, self.refused)]

    def frame(self) -> pd.DataFrame:
        """One row for each of `rows`."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write ``ceilings.csv`` into `folder`, which is made if it is not there."""
        from homolog._tables import csv_text
        from homolog._write import write_whole

        folder = Path(folder)
        write_whole(folder / "ceilings.csv", csv_text(self.rows()).encode())
        return folder


def ceilings(
    recordings: Any,
    measures: Chosen | None = None,
    *,
    splits: int = 10,
    intervals: bool = True,
    rng: int = 0,
    align: bool = False,
    nan: NanPolicy = "stop",
    groups: Groups = None,
    progress: Progress = silent,
) -> Ceilings:
    """What noise, and differences between animals, let a candidate score.

    Parameters
    ----------
    recordings
        One recording with trials, or a mapping from names to several recordings of the same
        stimuli, as a rule of an animal each.
    measures
        Names or `Measure` objects; default as of `homolog.compare`. Of several, a warning
        names those that cannot score these recordings.
    splits
        Random splits of the trials into halves; 1: odd against even trials, which shares a
        slow drift evenly.
    intervals
        Whether to leave stimuli out for 95 % intervals.
    rng
        Seed of splits, and of which stimuli leave together when there are more than 100.
    align, nan, groups
        As of `homolog.compare`.
    progress
        Called with what is being done, steps done and steps in all.

    Returns
    -------
    ceilings
        Of each recording (what a candidate without noise would score); between animals (what
        another animal scores), and of animals left out (what all others together score),
        from three on. Print it, or `.frame()`.

    Raises
    ------
    HomologError
        HM010 too few stimuli for an interval, HM011 a single recording without repeats, HM035
        one in which nothing repeats; and what `homolog.compare` raises.

    Notes
    -----
    A candidate that scores above the ceiling between animals tells more of this animal than
    another animal does. One below it is not thereby wrong.

    Examples
    --------
    >>> import numpy as np, homolog
    >>> rng = np.random.default_rng(0)
    >>> tuning = rng.normal(size=(40, 12))
    >>> trials = homolog.represent(
    ...     tuning + 0.5 * rng.normal(size=(6, 40, 12)), dims="trial,stimulus,neuron"
    ... )
    >>> found = homolog.ranking.ceilings(trials, "unbiased_cka")
    >>> round(found.found[0].value, 2)
    0.96
    """
    splits, rng = _at_least_one(splits), whole(rng, "rng")
    listed = measures_asked(measures)
    named = _named(recordings, nan, groups)
    name, first = next(iter(named.items()))
    both = joined(
        replace(first, name=name or first.name),
        {other: one for other, one in named.items() if other != name},
        align,
        listed,
    )
    n_stimuli = both.reference.n_stimuli
    if intervals:
        statistics.refuse_few(n_stimuli, both.groups)
    block = statistics.blocks(n_stimuli, both.groups, rng) if intervals else None

    def by(measure: Measure) -> tuple[list[Ceiling], list[str]]:
        held = both.held_out(measure, groups)
        if len(named) == 1:
            alone = session_ceiling(
                held, both.trials, block, splits=splits, seed=rng, progress=progress
            )
            return [alone], []
        of_each, why_not = _of_each(held, both, block, splits, rng, progress)
        return [*of_each, *_across(held, both, block, progress)], why_not

    found, refused = unless_refused(listed, by)
    warnings = [*both.warnings, *(note for _, why_not in found for note in why_not)]
    return Ceilings(
        found=tuple(one for ceilings, _ in found for one in ceilings),
        n_stimuli=n_stimuli,
        splits=splits,
        warnings=tuple(dict.fromkeys([*warnings, *map(str, refused)])),
        refused=refused,
    )


def _at_least_one(splits: Any) -> int:
    if whole(splits, "splits") == 0:
        raise errors.bad_value("splits", splits, "a whole number, 1 or more")
    return int(splits)


def _named(recordings: Any, nan: NanPolicy, groups: Groups) -> dict[str, Representation]:
    """The recordings by name; one alone keeps its own."""
    if not isinstance(recordings, Mapping):
        return {"": population(recordings, nan, groups)}
    if not recordings:
        raise errors.bad_value("recordings", {}, "at least one")
    told = [groups, *[None] * (len(recordings) - 1)]  # groups are those of the first
    return {
        str(name): population(one, nan, group)
        for (name, one), group in zip(recordings.items(), told, strict=True)
    }


def _of_each(
    measure: Measure,
    both: Joined,
    block: NDArray[np.int64] | None,
    splits: int,
    seed: int,
    progress: Progress,
) -> tuple[list[Ceiling], list[str]]:
    """The ceiling of each recording, and why some have none."""
    found: list[Ceiling] = []
    why_not: list[str] = []
    for one in (both.trials, *both.candidate_trials.values()):
        try:
            found.append(
                session_ceiling(measure, one, block, splits=splits, seed=seed, progress=progress)
            )
        except errors.HomologError as error:
            why_not.append(f"{measure.label}: no ceiling of {one.called}: {error}")
    return found, why_not


def _across(
    measure: Measure, both: Joined, block: NDArray[np.int64] | None, progress: Progress
) -> list[Ceiling]:
    """What other animals score, one by one and, from three on, together."""
    first, others = both.seen_by(measure)
    animals = {both.reference.called: first, **others}
    found = [pairs_ceiling(measure, animals, block, progress)]
    if len(animals) > 2 and measure.sees == "mean":  # trials of several animals do not pair
        found.append(left_out_ceiling(measure, animals, block, progress))
    return found

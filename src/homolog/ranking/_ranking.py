"""What a ranking of candidates holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from homolog._words import decimals_for
from homolog.measures._measure import Measure
from homolog.measures._spelling import place_of
from homolog.ranking._ceiling import Ceiling
from homolog.ranking._difference import Difference, FalseDiscoveries
from homolog.representation import Representation
from homolog.scoring import Refusal

if TYPE_CHECKING:
    import pandas as pd

Test = Literal["jackknife", "exchange"]


@dataclass(frozen=True, eq=False)
class Standing:
    """One candidate's score by one measure, and where it stands.

    Attributes
    ----------
    measure, candidate
        What was scored, and which candidate.
    value
        The score of the condition means.
    rank
        1 for the candidate that is closest to the recording by this measure; equal scores
        share a rank.
    interval
        95 % jackknife interval over stimuli, or None.
    chance
        Mean score if stimuli were paired at random, where a formula is known; of stimuli in
        groups the mean of random pairings, as of `homolog.compare` with the same seed.
    """

    measure: Measure
    candidate: str
    value: float
    rank: int
    interval: tuple[float, float] | None = None
    chance: float | None = None


def decimals_of(standings: Sequence[Standing]) -> int:
    """How many of them the scores of one measure, and their differences, are printed with."""
    shown = ((one.value, *(one.interval or ()), one.chance) for one in standings)
    return decimals_for(*(number for numbers in shown for number in numbers))


@dataclass(frozen=True, eq=False)
class Ranking:
    """Candidates against one recording, and which differences are real; prints as a table.

    Attributes
    ----------
    reference, candidates
        Condition means on the shared stimuli, row for row; candidates by name.
    measures
        In the order asked for.
    standings
        For each measure every candidate, the closest first.
    differences
        For each measure every pair that was asked for.
    ceilings
        What trial noise lets a noise-free candidate score, for each measure that has one.
    advice
        Which claims the design allows, and what was found, in sentences.
    warnings
        What was dropped, taken on trust, or could not be computed.
    test
        How differences were tested; None: they could not be.
    fdr
        How p was adjusted for all differences.
    permutations, seed, groups
        Exchanges or random pairings at most, the seed, and how many groups of stimuli were
        kept together.
    call
        The call in Python that computes this again.
    versions, digests
        Of packages, and of the responses that were scored.
    refused
        Measures that could not score these populations, each with its error; `warnings` say so,
        too.
    """

    reference: Representation
    candidates: Mapping[str, Representation]
    measures: tuple[Measure, ...]
    standings: tuple[Standing, ...]
    differences: tuple[Difference, ...]
    ceilings: tuple[Ceiling, ...]
    advice: tuple[str, ...]
    warnings: tuple[str, ...]
    test: Test | None
    fdr: FalseDiscoveries
    permutations: int
    seed: int
    groups: int | None
    call: str
    versions: Mapping[str, str]
    digests: Mapping[str, str]
    refused: tuple[Refusal, ...] = ()

    def __str__(self) -> str:
        """Scores, differences and advice as tables and sentences."""
        from homolog.ranking._words import ranking_table

        return ranking_table(self)

    __repr__ = __str__

    def of(self, measure: str) -> tuple[Standing, ...]:
        """The candidates by one measure, of that label or name, the closest first.

        Raises
        ------
        HomologError
            Its own, of a measure that refused; HM023 or HM075 of a name.
        """
        asked = [*self.measures, *(gone.measure for gone in self.refused)]
        chosen = asked[place_of(measure, asked, "measure")]
        for gone in self.refused:
            if gone.measure is chosen:
                raise gone.error
        return tuple(one for one in self.standings if one.measure.label == chosen.label)

    def frame(self) -> pd.DataFrame:
        """One row for each measure and candidate."""
        import pandas as pd

        return pd.DataFrame(self.score_rows())

    def difference_frame(self) -> pd.DataFrame:
        """One row for each measure and pair of candidates."""
        import pandas as pd

        return pd.DataFrame(self.difference_rows())

    def score_rows(self) -> list[dict[str, Any]]:
        """One flat record for each score."""
        from homolog.ranking._words import standing_record

        return [standing_record(self, one) for one in self.standings]

    def difference_rows(self) -> list[dict[str, Any]]:
        """One flat record for each difference."""
        from homolog.ranking._words import difference_record

        return [difference_record(one) for one in self.differences]

    def save(self, folder: str | PathLike[str], command: str = "") -> Path:
        """Write the scores and all that is needed to compute them again.

        Parameters
        ----------
        folder
            Made if it is not there. Files of an earlier run are replaced one by one.
        command
            What the user typed, to be kept with the run.

        Returns
        -------
        folder
            Holding ``scores.csv``, ``differences.csv``, ``ceilings.csv`` (where there are
            any), ``run.toml`` and ``refs.bib``.
        """
        from homolog.ranking._files import write_ranking

        return write_ranking(self, Path(folder), command)

"""What came of scoring a network against itself in other gauges: a table of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from homolog._words import aligned
from homolog.audit._given import scored_apart
from homolog.audit._targets import Reals

if TYPE_CHECKING:
    import pandas as pd

    from homolog.measures._measure import Measure

Cost = Literal["l2", "l1", "robustness"]


@dataclass(frozen=True, eq=False)
class GaugeAudit:
    """Scores of one network against itself in other gauges: the same outputs to rounding.

    Attributes
    ----------
    measures
        What was scored, in order.
    spread
        (spread,) standard deviations of the log-scales by which neurons were rescaled.
    rescaled
        Label of the measure -> (spread, draw) score of the rescaled network's hidden activity
        against that of the network itself, 1 = same (see `Objective`).
    itself
        Label of the measure -> score of the network's activity against itself: 1 for all but
        measures that predict what they were not fitted to, or that compare other neurons.
    balanced
        The same as `rescaled` with both networks balanced first; None if that was not asked for.
    balanced_itself
        Label of the measure -> score of the balanced network's activity against itself.
    output_difference
        The largest difference of any output of any of these networks from that of the first,
        over the largest output: rounding.
    silent
        How many neurons never changed and were left out.
    n_neurons
        How many neurons the network has, silent ones with them.
    moments
        How many times of trials were scored, and how many there are.
    cost
        What balancing made least; None if that was not asked for.
    name
        Of the network.
    has_outputs
        False for a network without readout, of which states stand in place of outputs.
    call
        The call in Python that computes this again.
    seed
        Of log-scales and moments; None where a generator was given.
    digests
        BLAKE2 digests of the network and of its inputs.
    """

    measures: tuple[Measure, ...]
    spread: Reals
    rescaled: Mapping[str, Reals]
    itself: Mapping[str, float]
    balanced: Mapping[str, Reals] | None
    balanced_itself: Mapping[str, float] | None
    output_difference: float
    silent: int
    n_neurons: int
    moments: tuple[int, int]
    cost: Cost | None
    name: str
    has_outputs: bool
    call: str
    seed: int | None
    digests: Mapping[str, str]

    @property
    def n(self) -> int:
        """How many networks were scored at each spread."""
        return self.rescaled[self.measures[0].label].shape[1]

    def moved(self, measure: str) -> Reals:
        """(spread,) by how much the score of a measure fell on average."""
        return self.itself[measure] - self.rescaled[measure].mean(axis=1)

    def __str__(self) -> str:
        """Per measure, lowest and mean score at each spread, and the lowest once balanced."""
        from homolog.audit._gauge_words import cells, columns, of_moments, shared

        lines = [["measure", *columns(self)]]
        lines += [[one.label, *cells(self, one.label)] for one in self.measures]
        return "\n".join(
            [
                f"{self.name}: {self.n_neurons} neurons, {of_moments(self)}",
                "score against itself, rescaled: mean [lowest]",
                *aligned(lines),
                *scored_apart(self.measures),
                shared(self),
            ]
        )

    def frame(self) -> pd.DataFrame:
        """One row for each measure, spread and draw, as a pandas table."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def rows(self) -> list[dict[str, Any]]:
        """One row for each measure, spread and draw."""
        return list(self._rows())

    def _rows(self) -> Iterator[dict[str, Any]]:
        for one in self.measures:
            for i, spread in enumerate(self.spread):
                for draw, score in enumerate(self.rescaled[one.label][i]):
                    row = {
                        "measure": one.label,
                        "spread": float(spread),
                        "draw": draw,
                        "score": float(score),
                    }
                    if self.balanced is not None:
                        row["balanced"] = float(self.balanced[one.label][i, draw])
                    yield row

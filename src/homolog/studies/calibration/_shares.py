"""How often something happened in independent studies, and whether that is what was promised."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any

from homolog.studies._study import Verdict


@dataclass(frozen=True)
class Share:
    """How many of independent studies.

    Attributes
    ----------
    happened, of
        In how many of how many.
    """

    happened: int
    of: int

    @property
    def value(self) -> float:
        """The share itself."""
        return self.happened / self.of

    def interval(self, level: float) -> tuple[float, float]:
        """Where the share of endlessly many studies lies (Clopper and Pearson)."""
        from scipy.stats import binomtest

        found = binomtest(self.happened, self.of).proportion_ci(level, method="exact")
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        """As in ``94.8 %``."""
        return f"{self.value:.1%}".replace("%", " %")


def of_tested(row: Any) -> Share:
    """Of a row of a table, in how many of the studies that had a p something was found."""
    return Share(int(row.n_found), int(row.n_studies - row.n_untested))


def uncertainty(promised: float, shares: Iterable[Share]) -> str:
    """A sentence on how far off a share is (one standard error) though the promise is kept."""
    fewest = min(one.of for one in shares)
    points = 100 * sqrt(promised * (1 - promised) / fewest)
    return f"{promised * 100:g} % of {fewest} studies are off by {points:.1f} points by luck alone."


def within(shares: Iterable[Share], low: float, high: float) -> Verdict:
    """Agree if all shares are from `low` to `high`, disagree if one is surely not.

    Surely by an interval of 99.9 %, for there are many shares to be wrong about.
    """
    shares = list(shares)
    if all(low <= one.value <= high for one in shares):
        return "agree"
    ends = [one.interval(0.999) for one in shares]
    return "disagree" if any(top < low or bottom > high for bottom, top in ends) else "cannot tell"

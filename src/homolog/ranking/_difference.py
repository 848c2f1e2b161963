"""Differences of two candidates' scores against one recording, and whether they are real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from homolog.measures._measure import Measure

FalseDiscoveries = Literal["bh", "by"]


@dataclass(frozen=True, eq=False)
class Difference:
    """How much one candidate scores above another, by one measure.

    Attributes
    ----------
    measure
        What both were scored with.
    first, second
        Their names.
    value
        Score of the first minus that of the second; of a distance, too.
    interval
        95 % interval over stimuli, both candidates losing the same ones, see
        `paired`; None where there is none (the warnings say why).
    p
        Two-sided, of the paired jackknife (of halves of the stimuli by measures that match
        neurons), or of exchanged responses where these were asked for; None where neither can
        be given.
    q
        Smallest share of false discoveries at which this difference is one: p adjusted for
        all differences of the ranking. None without p.
    warnings
        What to know before believing it.
    cautious
        Whether the jackknife's error is as a rule too large, and p with it: that of measures that
        count, or that fit other than by `ridge`; and where matched neurons have no score on some
        half of the stimuli.
    """

    measure: Measure
    first: str
    second: str
    value: float
    interval: tuple[float, float] | None = None
    p: float | None = None
    q: float | None = None
    warnings: tuple[str, ...] = ()
    cautious: bool = False

    @property
    def closer(self) -> str | None:
        """Name of the candidate that is closer to the recording; None if neither is."""
        if self.value == 0:
            return None
        return self.first if (self.value > 0) == self.measure.higher_is_closer else self.second

    def found(self, level: float = 0.05) -> bool:
        """Whether the candidates differ, if a share `level` of such claims may be false."""
        return self.q is not None and self.q <= level


def with_q(differences: Sequence[Difference], method: FalseDiscoveries) -> tuple[Difference, ...]:
    """The differences with their p adjusted for all of them that have one.

    Parameters
    ----------
    differences
        All that are looked at together.
    method
        ``"bh"`` (Benjamini and Hochberg 1995), which assumes independent or positively
        dependent tests, or ``"by"`` (Benjamini and Yekutieli 2001), which assumes nothing.
    """
    from scipy.stats import false_discovery_control

    tested = [one.p for one in differences if one.p is not None]
    if not tested:
        return tuple(differences)
    adjusted = iter(false_discovery_control(tested, method=method).tolist())
    return tuple(one if one.p is None else replace(one, q=next(adjusted)) for one in differences)

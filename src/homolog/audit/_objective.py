"""What is maximised: a measure's score of candidates, with its gradient."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from homolog import errors, measures
from homolog.audit._given import measure_of
from homolog.audit._targets import Reals, Target
from homolog.measures._measure import Gradient, Measure

_ALMOST_SILENT = 1e-9


@dataclass(frozen=True)
class Objective:
    """Score of candidates against a target, 1 for the same whatever the measure.

    A score is the measure's own value where that is a correlation or a share of variance.
    Of a distance d it is 1 - d / worst, as 1 - 2θ/π for the angle of `procrustes`. Where a
    distance has no end, that of a candidate that hardly responds takes its place; where it does
    not see how large responses are, that of noise.

    Attributes
    ----------
    rows
        (row, neuron) responses of the target.
    measure
        Which measure.
    end
        The distance that scores 0, where it is known from other rows.
    unit
        What candidates are multiplied by before they are compared with the target.
    """

    rows: Reals
    measure: Measure
    end: float | None = None
    unit: float = 1.0

    def score(self, y: Reals) -> Reals:
        """(candidate,) scores of (candidate, row, neuron) responses, by the measure itself."""
        summaries = (self.measure.summary(self.unit * one) for one in y)
        values = [float(self.measure.score(self._summary, one)) for one in summaries]
        return self.of_value(np.array(values))

    def slope(self, y: Reals) -> tuple[Reals, Reals]:
        """Scores of candidates, to about 1e-7, and how each would change with each response."""
        value, gradient = self._gradient(y if self.unit == 1 else self.unit * y)
        steepness = self.unit * (-1 / self.farthest if self._is_distance else 1)
        if steepness != 1:
            gradient *= steepness
        return self.of_value(value), gradient

    def of_value(self, value: Any) -> Any:
        """The score of a value in the measure's own unit."""
        return 1 - value / self.farthest if self._is_distance else value

    def value(self, score: Any) -> Any:
        """The value in the measure's own unit of a score."""
        return (1 - score) * self.farthest if self._is_distance else score

    @cached_property
    def farthest(self) -> float:
        """The distance that scores 0."""
        if self.end is not None:
            return self.end
        if np.isfinite(self.measure.worst):
            return self.measure.worst
        if "scale" in self.measure.candidate_invariant_to:
            noise = np.random.default_rng(0).normal(size=self.rows.shape)
            return float(self.measure(self.rows, noise))
        return float(self.measure(self.rows, _ALMOST_SILENT * self.rows))

    @property
    def _is_distance(self) -> bool:
        return not self.measure.higher_is_closer

    @cached_property
    def _summary(self) -> Any:
        return self.measure.summary(self.rows)

    @cached_property
    def _gradient(self) -> Gradient:
        known = self.measure.gradient_at(self.rows)
        if known is not None:
            return known
        from homolog.audit._autograd import differentiated

        return differentiated(self.measure, self.rows)


def objective(rows: Reals, measure: str | Measure) -> Objective:
    """What is maximised when candidates are made like `rows`.

    Parameters
    ----------
    rows
        (row, neuron) responses of the target, finite, float64.
    measure
        Name or `Measure`, with smooth=True.

    Raises
    ------
    HomologError
        HM060 for a measure through which no gradient flows, HM023 for an unknown name, HM025
        for one without a best score, such as products of responses that are not normalised.
    """
    found = measure_of(measure)
    if not found.smooth:
        raise errors.not_smooth(found.label, [n for n in measures.names() if _smooth(n)])
    if found.higher_is_closer and not np.isfinite(found.best):
        raise errors.bad_value("measure", found.label, "one whose best score is known")
    return Objective(rows, found)


def objective_of(target: Target, measure: str | Measure) -> Objective:
    """As `objective`, of candidates in the unit of a target, whatever the measure makes of size."""
    found = objective(target.rows, measure)
    if "scale" in found.measure.invariant_to & found.measure.candidate_invariant_to:
        return replace(found, rows=target.rows / target.unit)
    return replace(found, unit=target.unit)


def _smooth(name: str) -> bool:
    return measures.find(name).smooth

"""The curves of an audit, for whoever draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from homolog.audit._audit_result import Audit
    from homolog.audit._targets import Reals

POINTS = 101
LEADS = (
    *((1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)),
    *(tuple(np.arange(1, 10, step).tolist()) for step in (0.5, 0.1, 0.02)),
)
"""First digits of the ticks of a logarithmic axis, from few to many."""
MARKS_APART = 12  # marks along an axis that do not touch
FEWEST = 3  # ticks, for an axis to be read


def mean_curve(audit: Audit, measure: str, variable: str) -> tuple[Reals, Reals]:
    """Scores that all seeds came to, and the mean accuracy over seeds at each.

    Between the points of a seed the accuracy is taken to change linearly.
    """
    courses = audit.of(measure)
    first = max(float(one.score[0]) for one in courses)
    last = min(float(one.score[-1]) for one in courses)
    scores = np.linspace(first, max(first, last), POINTS)
    found = [np.interp(scores, one.score, one.accuracy[variable]) for one in courses]
    return scores, np.mean(found, axis=0)


def variance_ticks(shares: Sequence[float] | Reals) -> list[float]:
    """Round shares of variance for a logarithmic axis: as few as tell its scale."""
    low, high = float(np.min(shares)), float(np.max(shares))
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    ticks = np.empty(0)
    for leads in LEADS:
        found = np.sort(np.outer(decades, leads).ravel())
        ticks = found[(found >= low * 0.99) & (found <= high * 1.01)]
        if len(ticks) >= FEWEST:
            break
    return [float(f"{tick:.3g}") for tick in ticks] or [float(f"{high:.2g}")]


def score_ticks(audit: Audit) -> list[float]:
    """Scores for the axis of half captures: fifths that stand clear of the goal."""
    fifths = np.linspace(-1, 1, 11).round(1)
    return [float(tick) for tick in fifths if first_score(audit) <= tick < audit.goal - 0.05]


def mark_size(n: int, i: int) -> float:
    """Share of the usual size of a mark, of the i-th measure.

    Smaller where many stand side by side, and from one measure to the next, so that two that
    agree are both seen.
    """
    return min(1.0, (MARKS_APART / n) ** 0.5) * max(0.4, 1 - 0.18 * i)


def apart(places: Sequence[float], gap: float, top: float) -> list[float]:
    """The places moved as little as will do to stand so far apart, none above the top."""
    order = np.argsort(np.asarray(places)[::-1], kind="stable")  # the first of equals on top
    order = len(places) - 1 - order
    ranks = np.arange(len(places)) * gap
    risen = np.maximum.accumulate(np.asarray(places, dtype=float)[order] - ranks) + ranks
    highest = top - ranks[::-1]
    moved = np.empty(len(places))
    moved[order] = np.minimum(risen, highest)
    return moved.tolist()


def first_score(audit: Audit) -> float:
    """Where the axis of scores begins: the lowest start, a tenth below at most."""
    return float(np.floor(10 * min(float(one.score[0]) for one in audit.courses)) / 10)

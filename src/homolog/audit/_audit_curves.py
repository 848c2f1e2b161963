"""The curves of an audit, for whoever draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from homolog.audit._audit_result import Audit
    from homolog.audit._course import Reals

POINTS = 101


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


def first_score(audit: Audit) -> float:
    """Where the axis of scores begins: the lowest start, a tenth below at most."""
    return float(np.floor(10 * min(float(one.score[0]) for one in audit.courses)) / 10)

"""Pairs of recordings in the order of each measure, and how these orders agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homolog.studies._study import Table
from homolog.studies.families._measures import ASKED, by_spelling
from homolog.studies.families._recordings import Reals

Between = tuple[float, float]


def closeness(rows: Table, equal: str) -> Table:
    """Scores by pair (row) and measure, turned so that more is closer; only what all pairs have."""
    chosen = rows[(rows["equal"] == equal) & rows["measure"].notna()]
    wide = chosen.pivot_table(index=["x", "y"], columns="measure", values="score", sort=False)
    known = [one.spelled for one in ASKED if one.spelled in wide]
    wide = wide[known].dropna(axis=1)
    wide = wide[[one for one in wide if wide[one].nunique() > 1]]
    return wide.mul([1.0 if by_spelling(one).measure.higher_is_closer else -1.0 for one in wide])


def agreement(close: Table) -> Table:
    """(measure, measure) rank correlation (Spearman) over pairs."""
    return close.corr(method="spearman")


def families_of(measures: Sequence[Any]) -> list[str]:
    """The family of each."""
    return [by_spelling(str(one)).family for one in measures]


def within_and_between(agreed: Table) -> Between:
    """Mean rank correlation of two measures of one family, and median of those of two families."""
    families = np.array(families_of(list(agreed.columns)))
    one, other = np.triu_indices(len(families), 1)
    values: Reals = agreed.to_numpy()[one, other]
    same = families[one] == families[other]
    return float(np.mean(values[same])), float(np.mean(values[~same]))


def over_sessions(close: Table, number: Any, most: float = 1.0) -> tuple[float, float, float]:
    """A number of the pairs, and its 95 % jackknife interval over sessions.

    The number lies between ``-most`` and `most`, a correlation as κ between -1 and 1, and the
    interval ends there.
    """
    from scipy.stats import t

    value = float(number(close))
    x, y = close.index.get_level_values(0), close.index.get_level_values(1)
    sessions = sorted({*x, *y})
    left_out = np.array([number(close[(x != one) & (y != one)]) for one in sessions])
    n = len(sessions)
    error = np.sqrt((n - 1) / n * np.sum((left_out - left_out.mean()) ** 2))
    reach = float(t.ppf(0.975, n - 1) * error)
    return value, max(value - reach, -most), min(value + reach, most)


def of_families(close: Table) -> Table:
    """(pair, family) Mean rank of a pair, 1 the least alike, over the measures of a family."""
    families = families_of(list(close.columns))
    found = close.rank().T.groupby(np.array(families)).mean().T
    return found[list(dict.fromkeys(families))]

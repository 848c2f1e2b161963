"""Measures that are climbed, the scores at which is looked, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from homolog.studies._drawing import CANDIDATE, FOURTH, REFERENCE, SCORE, THIRD
from homolog.studies._study import Table

Reals = NDArray[np.float64]

MEASURES = ("procrustes", "nbs", "linear_regression", "cka")
"""Those of the paper, first the one that asks most of small components."""

CALLED = {
    "procrustes": "Procrustes",
    "nbs": "NBS",
    "linear_regression": "R²",
    "cka": "CKA",
    "cca": "CCA",
    "soft_matching": "soft matching",
}
COLOURS = {
    "procrustes": REFERENCE,
    "nbs": THIRD,
    "linear_regression": FOURTH,
    "cka": CANDIDATE,
    "soft_matching": SCORE,
    "cca": SCORE,
}

GOAL = 0.99
FINE = tuple((np.arange(200) / 200).tolist())
"""Scores at which responses are kept where nothing slow is asked of them."""

GRID = np.array([*(np.arange(50) / 50), GOAL])
"""Scores at which courses are summed up."""

CLOSE = 0.999
"""A goal further on, for what is decoded may come back between it and `GOAL`."""

COARSE = (
    *(np.arange(16) / 20).tolist(),
    *(np.arange(80, 98, 2) / 100).tolist(),
    *(0.97, 0.98, 0.99, 0.995, 0.998),
)
"""Scores at which responses are kept where they are decoded."""


def seeds_of(rng: np.random.Generator, n: int) -> list[int]:
    """Seeds of `n` starts."""
    return rng.integers(2**31, size=n).tolist()


def known(value: float) -> float | None:
    """A number that JSON can hold; None for a score that was never reached."""
    return float(value) if np.isfinite(value) else None


def at_most(values: Table) -> Table:
    """Scores as numbers; what was not reached before the end counts as the score 1."""
    return values.astype(float).fillna(1.0)


def on_grid(score: Reals, values: Reals) -> Reals:
    """Values along a climb at the scores of `GRID`; NaN before it began."""
    return np.interp(GRID, score, values, left=np.nan)


def summed_up(courses: Sequence[Reals]) -> list[dict[str, float]]:
    """Mean of several climbs and the range of four in five, where all had begun."""
    found = np.array(courses)
    begun = ~np.isnan(found).any(0)
    low, high = np.quantile(found[:, begun], (0.1, 0.9), axis=0)
    columns = zip(GRID[begun], found[:, begun].mean(0), low, high, strict=True)
    names = ("score", "mean", "low", "high")
    return [dict(zip(names, map(float, place), strict=True)) for place in columns]

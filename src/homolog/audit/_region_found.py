"""A region of score pairs that were found, and what it leaves open of a reported pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors
from homolog.audit._targets import Reals

if TYPE_CHECKING:
    import pandas as pd

    from homolog.measures._measure import Measure


SIDES = ("lowest", "highest", "leftmost", "rightmost")
_LEAST_LEVELS = 2
"""Of a side, below which nothing lies between."""
_WHOLE, _BELOW_WHOLE = 1 + 1e-9, 1 - 1e-9
"""The largest score of a reported pair, which may be rounded, and of a slope's end."""
_ON_A_SIDE = 1e-3
"""Scores are reported in three digits and held about as exactly: a pair so near lies inside."""


@dataclass(frozen=True)
class Slack:
    """How far each of two reported scores could be elsewhere, the other staying as it is.

    Attributes
    ----------
    measures
        Labels of both measures.
    scores
        The reported pair.
    below, above
        By how much the second score could be lower or higher at the same first score.
    left, right
        By how much the first score could be lower or higher at the same second score.

    Notes
    -----
    Negative where a reported pair lies outside of what was found: it was scored against another
    target, with other neurons, or the search found less than there is.
    """

    measures: tuple[str, str]
    scores: tuple[float, float]
    below: float
    above: float
    left: float
    right: float

    def __str__(self) -> str:
        """Between which scores either may lie, and whether the pair is outside."""
        (first, second), (a, b) = self.measures, self.scores
        said = (
            f"At {first} {a:.3f}, {second} was found from {b - self.below:.3f} to"
            f" {b + self.above:.3f}; at {second} {b:.3f}, {first} from {a - self.left:.3f} to"
            f" {a + self.right:.3f}."
        )
        if min(self.below, self.above, self.left, self.right) > -_ON_A_SIDE:
            return said
        return (
            f"{said} The pair itself lies outside of what was found: it was scored against another"
            " target or with other numbers of neurons, or more starts and steps would find it."
        )


@dataclass(frozen=True, eq=False)
class Region:
    """Pairs of scores that responses were found to attain, and what is proved of them.

    Attributes
    ----------
    first, second
        The measures. All scores are 1 for the same (see `Objective`).
    lowest, highest
        (level, 2) pairs, attained: at fixed first score the second as low, or high, as was found.
    leftmost, rightmost
        (level, 2) pairs, attained: at fixed second score the first as low, or high, as was found.
    bounds
        (point, 3) first score, and the lowest and highest second score that any responses can
        have beside it, proved; None for pairs of measures of which nothing is proved here.
    shape
        (row, neuron) of the candidates.
    free
        Whether the reference was free, too.
    """

    first: Measure
    second: Measure
    lowest: Reals
    highest: Reals
    leftmost: Reals
    rightmost: Reals
    bounds: Reals | None
    shape: tuple[int, int]
    free: bool

    def slack(self, first_score: float, second_score: float) -> Slack:
        """How much either score leaves open of the other, by interpolation between levels.

        Beyond the outermost level the range of that level is taken. Scores are as in the
        region, 1 for the same: of `procrustes` 1 - 2 angle / pi.

        Raises
        ------
        HomologError
            HM025 for what is no score, and where fewer than two levels of a side were attained.
        """
        _refuse_score("first_score", first_score, _WHOLE)
        _refuse_score("second_score", second_score, _WHOLE)
        low, high, left, right = (
            self._at(name, score)
            for name, score in zip(SIDES, np.repeat([first_score, second_score], 2), strict=True)
        )
        return Slack(
            measures=(self.first.label, self.second.label),
            scores=(first_score, second_score),
            below=second_score - low,
            above=high - second_score,
            left=first_score - left,
            right=right - first_score,
        )

    def slopes(self, at: float = 0.95) -> tuple[float, float]:
        """Steepest and flattest way out of the perfect corner: (1 - second) / (1 - first).

        At first score `at` with the second as low as was found, and the other way round. 0 or
        nearly: one score says nothing of how far the other has come. Refuses as `slack` does.
        """
        _refuse_score("at", at, _BELOW_WHOLE)
        low, left = self._at("lowest", at), self._at("leftmost", at)
        return (1 - low) / (1 - at), (1 - at) / (1 - left)

    def __str__(self) -> str:
        """The range of the second score at some first scores."""
        heads = (self.first.label, f"lowest {self.second.label}", f"highest {self.second.label}")
        shown = np.linspace(0, len(self.lowest) - 1, min(9, len(self.lowest))).astype(int)
        known = len(self.highest) >= _LEAST_LEVELS
        high = [f"{self._at('highest', x):.3f}" if known else "?" for x in self.lowest[shown, 0]]
        lines = [
            f"{self.lowest[i, 0]:>{len(heads[0])}.3f}  {self.lowest[i, 1]:>{len(heads[1])}.3f}"
            f"  {most:>{len(heads[2])}}"
            for i, most in zip(shown, high, strict=True)
        ]
        return "\n".join(["  ".join(heads), *lines])

    def frame(self) -> pd.DataFrame:
        """One row for each point of each side, and of what is proved, as a pandas table."""
        import pandas as pd

        sides = {name: getattr(self, name) for name in SIDES}
        if self.bounds is not None:
            sides["proved lowest"] = self.bounds[:, [0, 1]]
            sides["proved highest"] = self.bounds[:, [0, 2]]
        parts = [
            pd.DataFrame({"side": name, "first": pairs[:, 0], "second": pairs[:, 1]})
            for name, pairs in sides.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def _at(self, name: str, score: float) -> float:
        """Where a side lies at a score, between the levels that were attained."""
        pairs: Reals = getattr(self, name)
        if len(pairs) < _LEAST_LEVELS:
            allowed = f"{_LEAST_LEVELS} or more: give more starts or steps"
            raise errors.bad_value(f"number of levels attained of {name}", len(pairs), allowed)
        held = SIDES.index(name) // 2
        # Scores are held to a small error only, so that levels close together may swap.
        pairs = pairs[np.argsort(pairs[:, held], kind="stable")]
        return float(np.interp(score, pairs[:, held], pairs[:, 1 - held]))


def _refuse_score(name: str, score: Any, most: float) -> None:
    real = isinstance(score, int | float | np.number) and not isinstance(score, bool)
    if not real or not np.isfinite(score) or score > most:
        allowed = "a score, 1 for the same" if most > 1 else "a score below 1"
        raise errors.bad_value(name, score, allowed)

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
    searched
        The nearest scores at which it was searched how far the other could be: those of the pair,
        unless these are closer to an end than the outermost level.
    below, above
        By how much the second score could be lower or higher at that first score.
    left, right
        By how much the first score could be lower or higher at that second score.

    Notes
    -----
    Where a score was not searched, its range is that of another score, and says little. Else
    negative where a reported pair lies outside of what was found: it was scored against another
    target, with other neurons, or the search found less than there is.
    """

    measures: tuple[str, str]
    scores: tuple[float, float]
    searched: tuple[float, float]
    below: float
    above: float
    left: float
    right: float

    def __str__(self) -> str:
        """Between which scores either may lie, and whether the pair is outside."""
        (first, second), (a, b) = self.measures, self.scores
        said = (
            f"At {first} {self._near(0)}, {second} was found from {b - self.below:.3f} to"
            f" {b + self.above:.3f}; at {second} {self._near(1)}, {first} from {a - self.left:.3f}"
            f" to {a + self.right:.3f}."
        )
        if min(self.scores) >= _BELOW_WHOLE:
            return f"{said} Both at 1: the target itself has this pair."
        known = [self.below, self.above] if self._is_searched(0) else []
        known += [self.left, self.right] if self._is_searched(1) else []
        if min(known, default=0.0) > -_ON_A_SIDE:
            return said
        return (
            f"{said} The pair itself lies outside of what was found: it was scored against another"
            " target or with other numbers of neurons, or more starts and steps would find it."
        )

    def _near(self, which: int) -> str:
        searched, score = self.searched[which], self.scores[which]
        said = f"{searched:.3f}"
        return said if self._is_searched(which) else f"{said} (nearest searched to {score:.3f})"

    def _is_searched(self, which: int) -> bool:
        return abs(self.searched[which] - self.scores[which]) <= _ON_A_SIDE


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

        Beyond the outermost level the range of that level is taken, and said to be. Scores are
        as in the region, 1 for the same: of `procrustes` 1 - 2 angle / pi.

        Raises
        ------
        HomologError
            HM025 for what is no score, and where fewer than two levels of a side were attained.
        """
        _refuse_score("first_score", first_score, _WHOLE, _least(self.first))
        _refuse_score("second_score", second_score, _WHOLE, _least(self.second))
        searched = self._searched(0, first_score), self._searched(1, second_score)
        low, high, left, right = (
            self._at(name, score) for name, score in zip(SIDES, np.repeat(searched, 2), strict=True)
        )
        return Slack(
            measures=(self.first.label, self.second.label),
            scores=(first_score, second_score),
            searched=searched,
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
        pairs, held = self._attained(name), SIDES.index(name) // 2
        # Scores are held to a small error only, so that levels close together may swap.
        pairs = pairs[np.argsort(pairs[:, held], kind="stable")]
        return float(np.interp(score, pairs[:, held], pairs[:, 1 - held]))

    def _searched(self, held: int, score: float) -> float:
        """The score nearest to this one between levels that both sides attained."""
        levels = [self._attained(name)[:, held] for name in SIDES[2 * held : 2 * held + 2]]
        low, high = max(one.min() for one in levels), min(one.max() for one in levels)
        return float(np.clip(score, low, high))

    def _attained(self, name: str) -> Reals:
        pairs: Reals = getattr(self, name)
        if len(pairs) < _LEAST_LEVELS:
            allowed = f"{_LEAST_LEVELS} or more: give more starts or steps"
            raise errors.bad_value(f"number of levels attained of {name}", len(pairs), allowed)
        return pairs


def _least(measure: Measure) -> float:
    """The lowest score that any responses can have."""
    if measure.higher_is_closer:
        return measure.worst
    return 0.0 if np.isfinite(measure.worst) else -np.inf


def _refuse_score(name: str, score: Any, most: float, least: float = -np.inf) -> None:
    real = isinstance(score, int | float | np.number) and not isinstance(score, bool)
    if not real or not np.isfinite(score) or score > most or score < least - 1e-9:
        allowed = "a score, 1 for the same" if most > 1 else "a score below 1"
        if np.isfinite(least):
            allowed += f" and {least:g} the least there is"
        raise errors.bad_value(name, score, allowed)

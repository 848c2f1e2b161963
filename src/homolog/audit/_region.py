"""Which pairs of scores responses can have: what one measure's score leaves open of another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import centre, frobenius, principal
from homolog.audit._boundary import Side, Slope, extremes, side
from homolog.audit._given import generator_of, measure_of
from homolog.audit._objective import Objective, objective
from homolog.audit._proved import Spectra, of_population, of_rank, proved
from homolog.audit._targets import target_of
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from homolog.measures._measure import Measure

Reals = NDArray[np.float64]

SIDES = ("lowest", "highest", "leftmost", "rightmost")
_ROUNDS = 4
_EDGE = 0.01
"""Levels keep this share of a score's range away from its ends, where slopes vanish."""
_LEAST_RANGE = 1e-3
_BOUND_POINTS = 201
_LEAST_LEVELS = 2
"""Of a side, below which nothing lies between."""
_WHOLE, _BELOW_WHOLE = 1 + 1e-9, 1 - 1e-9
"""The largest score of a reported pair, which may be rounded, and of a slope's end."""


@dataclass(frozen=True)
class Slack:
    """How far each of two reported scores could be elsewhere, the other staying as it is.

    Attributes
    ----------
    below, above
        By how much the second score could be lower or higher at the same first score.
    left, right
        By how much the first score could be lower or higher at the same second score.

    Notes
    -----
    Negative where a reported pair lies outside of what was found: it was scored against another
    target, with other neurons, or the search found less than there is.
    """

    below: float
    above: float
    left: float
    right: float


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


def region(
    first: str | Measure,
    second: str | Measure,
    target: Any = None,
    *,
    shape: tuple[int, int] | None = None,
    levels: int = 21,
    starts: int = 4,
    steps: int = 40,
    rng: int | np.random.Generator = 0,
    progress: Progress = silent,
) -> Region:
    r"""Find which pairs of scores responses can have.

    One score is held at each of some levels while the other is made as high, and as low, as
    possible; then the other way round. Many candidates set out for each level, and the best
    go on to the levels beside it.

    Parameters
    ----------
    first, second
        Two measures with smooth=True.
    target
        Reference that stays as it is; candidates vary. None: both vary, which says what the
        measures allow on any recording of that shape. Both must then be symmetric.
    shape
        (row, neuron) of candidates; by default that of the target. Without a target it must be
        given, and holds for both.
    levels
        At how many scores each of both measures is held.
    starts
        How many candidates set out for each level.
    steps
        Of each of four rounds.
    rng
        Seed or generator of the starts.
    progress
        Told of every round.

    Returns
    -------
    region
        Print it, ask for its `slack` at a pair of scores, or `.frame()`.

    Raises
    ------
    HomologError
        HM060 for a measure that is not smooth, HM023 for an unknown one, HM025 for settings
        that make no sense, HM061 for a score that is the same whatever the responses.

    Notes
    -----
    What is found is attained, by responses whose scores are computed by the measures
    themselves: the region is at least so large. It may be larger where no bound is proved. More
    starts and steps tell. Bounds are known between any two of cka, nbs and procrustes but the
    last two, which are one, and between these two and linear_regression.

    References
    ----------
    Cloos et al. 2024, "Differentiable optimization of similarity scores between models and
    brains", figure 3d. Harvey, Lipshutz & Williams 2024, https://arxiv.org/abs/2411.08197.
    """
    pair = (measure_of(first), measure_of(second))
    _refuse_counts(levels=(levels, 2), starts=(starts, 1), steps=(steps, 1))
    generator = generator_of(rng)
    problem = _free(pair, shape) if target is None else _fixed(pair, target, shape)
    drawn = problem.starts(max(8, starts), 1, generator)[:, 0]
    ends = [extremes(slope, drawn, steps, _ROUNDS) for slope in problem.slopes]
    found: dict[str, Reals] = {}
    done, rounds = 0, len(SIDES) * _ROUNDS

    def told() -> None:
        nonlocal done
        done += 1
        progress(f"region of {pair[0].label} and {pair[1].label}", done, rounds)

    for number, name in enumerate(SIDES):
        held = number // 2
        line = _levels(problem, ends[held], held, levels)
        begun = problem.starts(levels, starts, generator)
        way = Side(problem.slopes[held], problem.slopes[1 - held], -1 if number % 2 == 0 else 1)
        outermost, attained = side(way, line, begun, steps, _ROUNDS, told)
        found[name] = problem.scores(outermost[attained])
    bounds = _bounds(pair, problem.spectra)
    return Region(*pair, **found, bounds=bounds, shape=problem.shape, free=target is None)


@dataclass(frozen=True, eq=False)
class _Problem:
    """What varies, and the two scores of it.

    `reference` is the centred target at norm 1; None: the first half of the neurons of a
    candidate is the reference, and the other half is scored against it.
    """

    pair: tuple[Measure, Measure]
    shape: tuple[int, int]
    reference: Reals | None
    spectra: tuple[Spectra, Spectra]

    @property
    def slopes(self) -> tuple[Slope, Slope]:
        """Of both measures."""
        if self.reference is None:
            return _of_both(self.pair[0]), _of_both(self.pair[1])
        first, second = (objective(self.reference, one) for one in self.pair)
        return first.slope, second.slope

    def scores(self, found: Reals) -> Reals:
        """(candidate, 2) scores of both measures, by the measures themselves."""
        return np.array([[self._score(one, y) for one in self.pair] for y in found]).reshape(-1, 2)

    def starts(self, n_levels: int, n_starts: int, rng: np.random.Generator) -> Reals:
        """(level, start, row, neuron) noise of random spectra, mixed with the reference."""
        size = (n_levels * n_starts, *self.shape)
        noise = _unit_noise(size, rng)
        share = rng.uniform(size=(len(noise), 1, 1))
        if self.reference is None:
            other = _unit_noise(size, rng)
            drawn = np.concatenate([other, share * other + (1 - share) * noise], axis=2)
        else:
            drawn = share * _of_width(self.reference, self.shape[1]) + (1 - share) * noise
        return drawn.reshape(n_levels, n_starts, *drawn.shape[1:])

    def _score(self, measure: Measure, y: Reals) -> float:
        x = self.reference
        if x is None:
            x, y = y[:, : self.shape[1]], y[:, self.shape[1] :]
        return float(Objective(x, measure).score(y[None])[0])


def _fixed(pair: tuple[Measure, Measure], target: Any, shape: tuple[int, int] | None) -> _Problem:
    rows = centre(target_of(target).rows)
    rows = rows / frobenius(rows)
    n_rows, n_neurons = _shape(shape, rows.shape)
    if n_rows != len(rows):
        raise errors.bad_value("shape", shape, f"({len(rows)}, neurons), for the target's rows")
    of_candidates = of_rank(min(n_neurons, n_rows - 1))
    spectra = of_population(principal(rows).sizes), of_candidates
    return _Problem(pair, (n_rows, n_neurons), rows, spectra)


def _free(pair: tuple[Measure, Measure], shape: tuple[int, int] | None) -> _Problem:
    if shape is None:
        raise errors.bad_value("shape", None, "(rows, neurons), where no target is given")
    for one in pair:
        if not one.symmetric:
            allowed = "symmetric measures where no target is given, such as cka, nbs, procrustes"
            raise errors.bad_value("measure", one.label, allowed)
    n_rows, n_neurons = _shape(shape, shape)
    either = of_rank(min(n_neurons, n_rows - 1))
    return _Problem(pair, (n_rows, n_neurons), None, (either, either))


def _of_both(measure: Measure) -> Slope:
    """Scores of pairs held side by side, with gradients with respect to both of each pair."""

    def slope(pairs: Reals, /) -> tuple[Reals, Reals]:
        score, gradient = np.empty(len(pairs)), np.empty_like(pairs)
        n = pairs.shape[2] // 2
        for i, pair in enumerate(pairs):
            x, y = pair[:, :n], pair[:, n:]
            (score[i],), gradient[i : i + 1, :, n:] = objective(x, measure).slope(y[None])
            # The measure is symmetric: the reference's slope is that of a candidate.
            gradient[i : i + 1, :, :n] = objective(y, measure).slope(x[None])[1]
        return score, gradient

    return slope


def _levels(problem: _Problem, ends: Reals, held: int, n_levels: int) -> Reals:
    """Scores to hold, between the lowest and the highest that were found."""
    low, high = problem.scores(ends)[:, held]
    if high - low < _LEAST_RANGE:
        label = problem.pair[held].label
        got = f"its score is {low:.3f} to {high:.3f} whatever the responses"
        raise errors.cannot_start(label, got, "Give more rows, or candidates of fewer neurons.")
    if not np.isfinite(problem.pair[held].worst):  # scores of responses too large have no end
        low = max(low, 0.0)
    edge = _EDGE * (high - low)
    return np.linspace(low + edge, high - edge, n_levels)


def _bounds(pair: tuple[Measure, Measure], spectra: tuple[Spectra, Spectra]) -> Reals | None:
    """(point, 3) what is proved, for first scores from 0 to 1."""
    # Closer together at both ends, where the range changes fastest.
    score = (1 - np.cos(np.linspace(0, np.pi, _BOUND_POINTS))) / 2
    between = proved(pair[0].label, pair[1].label, *spectra, score)
    return None if between is None else np.column_stack([score, between.T])


def _unit_noise(size: tuple[int, ...], rng: np.random.Generator) -> Reals:
    """Centred noise of norm 1, its neurons of like size or of ever smaller ones."""
    falling = np.exp2(-rng.uniform(0, 2, size=(size[0], 1, 1)) * np.arange(size[2]))
    noise = rng.standard_normal(size) * falling
    noise -= noise.mean(axis=1, keepdims=True)
    return noise / np.linalg.norm(noise, axis=(1, 2), keepdims=True)


def _of_width(rows: Reals, n_neurons: int) -> Reals:
    """The leading components as that many neurons, silent ones beyond the rank."""
    parts = principal(rows)
    kept = min(n_neurons, len(parts.sizes))
    wide = np.zeros((len(rows), n_neurons))
    wide[:, :kept] = parts.courses[:, :kept] * parts.sizes[:kept]
    return wide


def _refuse_score(name: str, score: Any, most: float) -> None:
    real = isinstance(score, int | float | np.number) and not isinstance(score, bool)
    if not real or not np.isfinite(score) or score > most:
        allowed = "a score, 1 for the same" if most > 1 else "a score below 1"
        raise errors.bad_value(name, score, allowed)


def _shape(given: Any, usual: tuple[int, ...]) -> tuple[int, int]:
    shape = usual if given is None else given
    whole = (
        isinstance(shape, tuple | list)
        and len(shape) == 2
        and all(isinstance(one, int | np.integer) for one in shape)
    )
    if not whole or shape[0] < 3 or shape[1] < 1:
        raise errors.bad_value("shape", given, "(rows, neurons), 3 rows or more")
    return int(shape[0]), int(shape[1])


def _refuse_counts(**counts: tuple[Any, int]) -> None:
    for name, (got, least) in counts.items():
        if isinstance(got, bool) or not isinstance(got, int | np.integer) or got < least:
            raise errors.bad_value(name, got, f"a whole number from {least}")

"""Which pairs of scores responses can have: what one measure's score leaves open of another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors
from homolog._arrays import centre, frobenius, principal
from homolog._nulls import generator_of
from homolog.audit._boundary import Side, Slope, extremes, side
from homolog.audit._given import measure_of
from homolog.audit._objective import Objective, objective
from homolog.audit._proved import Spectra, of_population, of_rank, proved
from homolog.audit._region_found import SIDES, Region
from homolog.audit._targets import Reals, target_of
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    from homolog.measures._measure import Measure


_ROUNDS = 4
_EDGE = 0.01
"""Levels keep this share of a score's range away from its ends, where slopes vanish."""
_LEAST_RANGE = 1e-3
_BOUND_POINTS = 201


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
    if pair[0] == pair[1]:
        raise errors.bad_value("second", pair[1].label, "another measure than the first")
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

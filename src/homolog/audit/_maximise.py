"""Making responses that score high: the optimisation that audits a measure."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np

from homolog import errors
from homolog.audit import _adam, _lbfgs
from homolog.audit._objective import objective_of
from homolog.audit._record import Record
from homolog.audit._row_space import RowSpace, row_space
from homolog.audit._targets import Reals, Target, target_of
from homolog.audit._trajectory import Trajectory
from homolog.measures._measure import Measure
from homolog.statistics import Progress, silent

Optimiser = Literal["adam", "lbfgs"]

_SCORES = (*np.arange(-1, 0.9, 0.02).round(2).tolist(), *np.arange(0.9, 1, 0.01).round(2).tolist())
"""Scores at which responses are kept."""

_STREAM = 0xA0D17
"""Sets starts apart from a target that was itself drawn with the seed of the start."""


def maximise(
    target: Any,
    measure: str | Measure,
    *,
    start: Any = None,
    goal: float = 0.99,
    steps: int = 1000,
    rate: float = 0.1,
    rng: int = 0,
    optimiser: Optimiser = "adam",
    scores: Sequence[float] | None = None,
    progress: Progress = silent,
) -> Trajectory:
    """Change responses until a measure finds them as good as the target.

    What they encode on their way says what the measure rewards: see `decoding_along` and
    `captured_components`.

    Parameters
    ----------
    target
        `Representation`, whose trials are averaged, or (condition, neuron) or (condition,
        time, neuron) responses.
    measure
        Name or `Measure` with smooth=True. The target is its reference.
    start
        Responses to set out from, to the same conditions, of any number of neurons. None: as
        many neurons, with independent Gaussian responses as strong as the target's.
    goal
        Score at which to stop, where 1 is the same: of a distance 1 - distance / worst.
    steps
        Where to stop in any case.
    rate
        About how far Adam moves a response in one step, in units of the target's root mean
        square about the mean of each neuron.
    rng
        Seed of the start.
    optimiser
        "adam", as in the paper, or "lbfgs", which takes fewer steps to high scores.
    scores
        The first responses at or above each of these scores are kept; None: every 0.02 up to
        0.9, every 0.01 from there. First and last are kept in any case.
    progress
        Called with what is done, how many steps, of how many.

    Returns
    -------
    trajectory
        Scores and responses. Whether the goal was reached, `Trajectory.reached` says.

    Raises
    ------
    HomologError
        HM060 the measure is not smooth, HM061 the start does not fit or has no score, HM025
        a setting that makes no sense, HM013 the measure has no formula for its gradient and
        PyTorch is not installed, and what the measure refuses of the target.

    Notes
    -----
    Responses of any array library are taken; what comes back is NumPy's. Gradients are by
    formula where the measure has one, else PyTorch's: JAX and others differentiate nothing here.
    A score that was reached says what is possible, not what is typical. The optimum that is
    found depends on start and optimiser: several seeds show how much.

    References
    ----------
    Cloos et al. (2024), "Differentiable optimization of similarity scores between models and
    brains", https://arxiv.org/abs/2407.07059

    Examples
    --------
    >>> from homolog import audit
    >>> rates = np.random.default_rng(0).normal(size=(40, 5)) * [4, 2, 1, 0.5, 0.25]
    >>> audit.maximise(rates, "cka", rng=1).reached
    True
    """
    if start is None:
        seeds: Sequence[int | None] = [_seed(rng)]
    else:
        seeds = [None]
    return _run(target, measure, seeds, start, goal, steps, rate, optimiser, scores, progress)[0]


def maximise_many(
    target: Any,
    measure: str | Measure,
    *,
    seeds: Sequence[int],
    goal: float = 0.99,
    steps: int = 1000,
    rate: float = 0.1,
    optimiser: Optimiser = "adam",
    scores: Sequence[float] | None = None,
    progress: Progress = silent,
) -> tuple[Trajectory, ...]:
    """As `maximise` from several starts side by side, each as it would be alone.

    Parameters
    ----------
    seeds
        One for each start.
    target, measure, goal, steps, rate, optimiser, scores, progress
        As of `maximise`.
    """
    if isinstance(seeds, int | np.integer) or not len(seeds):
        raise errors.bad_value("seeds", seeds, "a sequence of at least one, as in range(3)")
    chosen = [_seed(seed) for seed in seeds]
    return _run(target, measure, chosen, None, goal, steps, rate, optimiser, scores, progress)


def _run(
    target: Any,
    measure: str | Measure,
    seeds: Sequence[int | None],
    start: Any,
    goal: float,
    steps: int,
    rate: float,
    optimiser: Optimiser,
    scores: Sequence[float] | None,
    progress: Progress,
) -> tuple[Trajectory, ...]:
    _check_settings(goal, steps, rate, optimiser)
    imitated = target_of(target)
    unit = imitated.unit
    climbed = objective_of(imitated, measure)
    first = _started(imitated, seeds) if start is None else _given(imitated, start, unit)
    grid = np.sort(_SCORES if scores is None else _numbers(scores))
    bounded = RowSpace if optimiser == "adam" else row_space
    spaces = [bounded(climbed, one) for one in first]
    _check_start(spaces[0])
    records = [Record(space, goal, grid) for space in spaces]

    def told(done: int) -> None:
        progress(f"maximise {climbed.measure.label}", done, steps)

    if optimiser == "adam":
        _adam.climb(climbed, first, records, steps, rate, told)
    else:
        _lbfgs.climb(spaces, records, steps, told)
    told(steps)
    return tuple(
        record.trajectory(imitated, unit, optimiser, seed)
        for record, seed in zip(records, seeds, strict=True)
    )


def _started(target: Target, seeds: Sequence[int | None]) -> Reals:
    streams = [np.random.default_rng([_STREAM, seed or 0]) for seed in seeds]
    return np.stack([stream.normal(size=target.rows.shape) for stream in streams])


def _given(target: Target, start: Any, unit: float) -> Reals:
    rows = target_of(start, "start").rows
    if len(rows) != len(target.rows):
        raise errors.cannot_start(
            "start",
            f"{len(rows)} rows, where the target has {len(target.rows)}",
            "Give one row for every condition (and time) of the target.",
        )
    return (rows / unit)[None]


def _check_start(space: RowSpace) -> None:
    """Let the measure refuse the target or the start now, and not while it is under way."""
    score = space.climbed.score(space.start[None])[0]
    if not np.isfinite(score):
        raise errors.cannot_start(
            "start", f"its score is {score}", "Give responses that vary over conditions."
        )


def _check_settings(goal: float, steps: int, rate: float, optimiser: str) -> None:
    if not isinstance(goal, Real) or not 0 < goal <= 1:
        raise errors.bad_value("goal", goal, "above 0, at most 1, where 1 is the same")
    if not _whole(steps) or steps < 1:
        raise errors.bad_value("steps", steps, "a whole number from 1")
    if not isinstance(rate, Real) or not 0 < rate < float("inf"):
        raise errors.bad_value("rate", rate, "above 0")
    if optimiser not in get_args(Optimiser):
        raise errors.bad_value("optimiser", optimiser, " or ".join(get_args(Optimiser)))


def _seed(rng: int) -> int:
    if not _whole(rng) or rng < 0:
        raise errors.bad_value("rng", rng, "a whole number from 0")
    return int(rng)


def _whole(given: object) -> bool:
    return isinstance(given, int | np.integer) and not isinstance(given, bool)


def _numbers(scores: Sequence[float]) -> Reals:
    try:
        numbers = np.asarray(scores, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.array(np.nan)
    if numbers.ndim != 1 or np.isnan(numbers).any():
        raise errors.bad_value("scores", scores, "a sequence of numbers")
    return numbers

"""Recordings as measures see them: means, averages of trials, courses in time; readouts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog.audit import pseudo_trials
from homolog.recordings import hatsopoulos_reach, pfc_look_nolook, v1_natural_movies
from homolog.representation import Representation
from homolog.studies._study import Sources
from homolog.studies.differentiable_similarity._recordings import PREFRONTAL, REACHES
from homolog.studies.soft_matching import sessions

Reals = NDArray[np.float64]
Halves = tuple[Reals, Reals]
Folder = Path | None

AVERAGES = 6
"""Averages of disjoint trials that stand for trials, for neurons were lost for a while."""

FRAMES = ("00", "05", "10")
"""Of each movie, at the first zoom: those whose single trials are compared."""

EVERY = 5
"""Of the times of motor cortex, 10 ms apart and smoothed by 25 ms, one in so many."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One population in every form in which some measure sees it.

    Attributes
    ----------
    means
        (row, neuron) Over all trials; a row is a stimulus, or a time of a condition.
    groups
        What belongs together of the rows: a movie, a condition.
    halves
        The same over odd and over even trials; twice the means where trials were averaged.
    trials
        (stimulus, trial, neuron) of odd and of even trials, without gaps, of neurons that
        were recorded together; of the stimuli of `trial_groups`.
    trial_groups
        What belongs together of these stimuli.
    course
        (stimulus, time, neuron) over odd and over even trials.
    classes
        What each row is an instance of, where rows of one class are several stimuli.
    """

    means: Reals
    groups: tuple[str, ...]
    halves: Halves
    trials: Halves | None = None
    trial_groups: tuple[str, ...] = ()
    course: Halves | None = None
    classes: tuple[str, ...] | None = None

    def neurons(self, kept: Sequence[int] | NDArray[np.int64]) -> Seen:
        """Some of its neurons."""

        def some(both: Halves | None) -> Halves | None:
            return both and (both[0][..., kept], both[1][..., kept])

        return replace(
            self,
            means=self.means[:, kept],
            halves=some(self.halves),
            trials=some(self.trials),
            course=some(self.course),
        )


def v1(session: Any, folder: Folder) -> Seen:
    """A session of V1: natural frames, in groups of a movie."""
    x = v1_natural_movies(session, folder, category="natural")
    movies = _movies(x)
    few = x.select(stimuli=[one for one in x.labels if _is_chosen(str(one))])
    return Seen(
        x.condition_means().matrix,
        movies,
        _matrices(x),
        trials=_averages(few),
        trial_groups=_movies(few),
        classes=movies,
    )


def _movies(x: Representation) -> tuple[str, ...]:
    return tuple(str(label).split("-")[2] for label in x.labels)


def _is_chosen(label: str) -> bool:
    _, zoom, _, frame = label.split("-")
    return zoom == "zoom1" and frame[-2:] in FRAMES


def _matrices(x: Representation) -> Halves:
    first, second = x.halves()
    return first.matrix, second.matrix


def _averages(x: Representation) -> Halves:
    rows = pseudo_trials(x, AVERAGES, rng=0)
    trials = np.asarray(rows.responses, dtype=float)
    trials = trials.reshape(x.n_stimuli, AVERAGES, x.n_neurons)
    return trials[:, ::2], trials[:, 1::2]


def prefrontal(folder: Folder, context: str | None = None) -> Seen:
    """Prefrontal cortex in the delay, both contexts or one; rows are times of a condition."""
    x = pfc_look_nolook(folder, trials=True)
    if context is not None:
        x = x.select(stimuli=[one for one in x.labels if str(one).split()[0] == context])
    first, second = (_float64(half) for half in x.halves())
    return _in_time(_float64(x.condition_means()), (first, second), len(x.labels))


def motor(folder: Folder) -> Seen:
    """Motor cortex during reaches; rows are times of a direction. Trials were averaged."""
    x = hatsopoulos_reach(folder)
    course = _float64(x)[:, ::EVERY]
    return _in_time(course, (course, course), x.n_stimuli)


def _float64(x: Representation) -> Reals:
    return np.asarray(x.responses, dtype=np.float64)


def _in_time(course: Reals, halves: Halves, n_conditions: int) -> Seen:
    n_times, n_neurons = course.shape[1:]
    groups = tuple(f"condition {i}" for i in range(n_conditions) for _ in range(n_times))
    first, second = (half.reshape(-1, n_neurons) for half in halves)
    return Seen(course.reshape(-1, n_neurons), groups, (first, second), course=halves)


def readout(responses: Reals, classes: Sequence[str]) -> Reals:
    """(row, class) Log-likelihoods that each row is of a class, read out from the other rows.

    Neurons are normal around the mean of a class, independent, with the variance that they
    have within classes.
    """
    _, index = np.unique(np.asarray(classes), return_inverse=True)
    counts = np.bincount(index)
    sums = np.eye(len(counts))[index].T @ responses
    means = np.repeat((sums / counts[:, None])[None], len(responses), axis=0)
    variance = np.mean((responses - means[0][index]) ** 2, axis=0)
    others = (sums[index] - responses) / (counts[index] - 1)[:, None]
    means[np.arange(len(responses)), index] = others
    return -np.sum((responses[:, None] - means) ** 2 / variance, axis=2) / 2


def missing_v1(sources: Sources) -> str | None:
    """What the recordings of V1 lack."""
    return sessions.missing(sources)


def missing(sources: Sources) -> str | None:
    """What any of the recordings lacks."""
    lacking = (sessions.missing, PREFRONTAL.missing, REACHES.missing)
    return next((why for one in lacking if (why := one(sources))), None)


def inputs_v1(sources: Sources) -> list[Path]:
    """The files of V1."""
    return sessions.inputs(sources)


def inputs(sources: Sources) -> list[Path]:
    """The files of all recordings."""
    return [*inputs_v1(sources), *PREFRONTAL.inputs(sources), *REACHES.inputs(sources)]

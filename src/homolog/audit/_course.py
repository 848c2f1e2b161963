"""A trajectory reduced to what is reported of it: scores, and what could be read out at each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from homolog.audit._targets import Reals, Target
    from homolog.audit._trajectory import Trajectory
    from homolog.measures._measure import Measure

Labels = Mapping[str, tuple[int | str, ...]]

FOLDS_SEED = 0
"""Of the folds: the same for the recording and all trajectories, so that these compare."""

RISEN, DECODED = 0.15, 0.9
"""About which share of the work is done at the goal, and when variables are decoded."""


@dataclass(frozen=True)
class Settings:
    """What all courses of an audit share.

    Attributes
    ----------
    goal
        Score at which to stop.
    labels
        What to decode; empty for nothing.
    folds
        In which conditions are held out.
    components
        Whether to ask for components; responses of as many neurons as rows have them all.
    """

    goal: float
    labels: Labels
    folds: int
    components: bool


@dataclass(frozen=True, eq=False)
class Course:
    """How one optimisation rose to its goal, and what its responses encoded on the way.

    Attributes
    ----------
    measure
        Label of the measure that was maximised.
    seed
        Of the random responses it set out from.
    optimiser
        Which one found the way.
    reached
        Whether it came to the goal.
    step
        (point,) Steps of the optimiser until each point.
    score
        (point,) Score at each point, 1 for the same as the recording.
    value
        (point,) The same in the measure's own unit.
    accuracy
        Variable -> (point,) cross-validated decoding accuracy.
    needed
        Variable -> score at which the accuracy first came to the recording's level; None if
        it never did.
    captured
        (point, component) Share of every principal component of the recording that the
        responses predict linearly.
    half_capture
        (component,) Score at which each is half captured; inf if it never is.
    """

    measure: str
    seed: int
    optimiser: str
    reached: bool
    step: Reals
    score: Reals
    value: Reals
    accuracy: Mapping[str, Reals]
    needed: Mapping[str, float | None]
    captured: Reals
    half_capture: Reals

    def accuracy_at(self, variable: str, score: float) -> float | None:
        """Accuracy at the first point with at least that score; None if there is none."""
        reached = np.flatnonzero(self.score >= score)
        return float(self.accuracy[variable][reached[0]]) if reached.size else None


def course(
    target: Target, measure: Measure, seed: int, settings: Settings, tell: Callable[[float], None]
) -> Course:
    """Maximise a measure once and look at what its responses encode."""
    from homolog.audit import maximise

    def risen(what: str, done: int, total: int) -> None:
        tell(RISEN * done / total)

    trajectory = maximise(target, measure, goal=settings.goal, rng=seed, progress=risen)
    accuracy, needed = _decoded(trajectory, settings, tell)
    captured, half_capture = _captured(target, trajectory, settings)
    return Course(
        measure=measure.label,
        seed=seed,
        optimiser=trajectory.optimiser,
        reached=bool(trajectory.reached),
        step=np.asarray(trajectory.step, dtype=float),
        score=np.asarray(trajectory.score, dtype=float),
        value=np.asarray(trajectory.value, dtype=float),
        accuracy=accuracy,
        needed=needed,
        captured=captured,
        half_capture=half_capture,
    )


def _decoded(
    trajectory: Trajectory, settings: Settings, tell: Callable[[float], None]
) -> tuple[dict[str, Reals], dict[str, float | None]]:
    if not settings.labels:
        return {}, {}
    from homolog.audit import decoding_along

    def decoded(what: str, done: int, total: int) -> None:
        tell(RISEN + (DECODED - RISEN) * done / total)

    along = decoding_along(
        trajectory, settings.labels, folds=settings.folds, rng=FOLDS_SEED, progress=decoded
    )
    accuracy = {name: np.asarray(values, dtype=float) for name, values in along.accuracy.items()}
    return accuracy, dict(along.needed)


def _captured(target: Target, trajectory: Trajectory, settings: Settings) -> tuple[Reals, Reals]:
    if not settings.components:
        return np.empty((len(trajectory.score), 0)), np.empty(0)
    from homolog.audit import captured_components

    found = captured_components(target, trajectory)
    return found.r2, np.asarray(found.half_capture, dtype=float)


def written(one: Course) -> dict[str, Any]:
    """A course as JSON has it; what is never captured is null, for JSON knows no infinity."""
    return {
        **vars(one),
        "step": one.step.tolist(),
        "score": one.score.tolist(),
        "value": one.value.tolist(),
        "accuracy": {name: values.tolist() for name, values in one.accuracy.items()},
        "needed": dict(one.needed),
        "captured": one.captured.tolist(),
        "half_capture": [None if math.isinf(x) else x for x in one.half_capture.tolist()],
    }


def read(said: Mapping[str, Any]) -> Course:
    """A course as it was before it was written: floats keep every digit in JSON."""
    fields: dict[str, Any] = {
        **said,
        **{name: np.array(said[name]) for name in ("step", "score", "value", "captured")},
        "accuracy": {name: np.array(values) for name, values in said["accuracy"].items()},
        "half_capture": np.array([math.inf if x is None else x for x in said["half_capture"]]),
    }
    return Course(**fields)

"""Environments that make trials, as those of neurogym do, become tasks in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.tasks._settings import real, whole
from homolog.tasks._temporal import Trial, seed_of, stream
from homolog.tasks._trials import Trials


@dataclass(frozen=True, eq=False)
class EnvironmentTask:
    """A task in time whose trials come from an environment; `from_environment` makes it.

    Attributes
    ----------
    environment
        What makes the trials. It is started anew for each of them.
    n_inputs, n_outputs
        Sizes of its observations and of what it wants.
    n_classes
        Where it wants one of several classes, how many; else 0.
    step
        How long one input lasts, in time constants.
    batch
        Trials that a network learns from at once.
    called
        Name of the environment.
    """

    name: ClassVar[str] = "environment"
    source: ClassVar[str] = "https://doi.org/10.31234/osf.io/aqc9n"

    environment: Any = field(repr=False)
    n_inputs: int
    n_outputs: int
    n_classes: int = 0
    step: float = 1.0
    batch: int = 32
    called: str = "environment"

    def draw(self, rng: int | np.random.Generator = 0, n_trials: int | None = None) -> Trials:
        """Draw trials, by default a batch; shorter ones are filled up with 0 that does not count.

        Trial t depends on `rng` and t alone, if all of the environment's random numbers come
        from the seed that it is started with. HM025 unless `n_trials` is 1 or more, HM058 for
        observations or targets that change their size.
        """
        seed = seed_of(rng)
        count = whole("n_trials", self.batch if n_trials is None else n_trials, 1)
        trials = [self._one(seed, t) for t in range(count)]
        longest = max(len(trial.inputs) for trial in trials)
        lasting = [np.arange(longest) < len(trial.inputs) for trial in trials]
        names = [name for name in trials[0].labels if all(name in one.labels for one in trials)]
        return Trials(
            np.stack([_filled(trial.inputs, longest) for trial in trials]),
            np.stack([_filled(trial.target, longest) for trial in trials]),
            None if np.all(lasting) else np.array(lasting, float),
            {name: np.array([trial.labels[name] for trial in trials]) for name in names},
            self.step,
        )

    def _one(self, seed: int, number: int) -> Trial:
        trial = _made(self.environment, int(stream(seed, number).integers(2**31)), self.n_classes)
        sizes = trial.inputs.shape[1], trial.target.shape[1]
        if sizes != (self.n_inputs, self.n_outputs):
            wanted = f"{self.n_inputs} inputs and {self.n_outputs} outputs, as its first trial"
            raise errors.trials_in_time(f"trial {number} of {self.called}", sizes, wanted)
        return trial


def from_environment(
    environment: Any, *, n_classes: int | None = None, step: float = 1.0, batch: int = 32
) -> EnvironmentTask:
    """Make a task in time of an environment that knows what a network should answer.

    Parameters
    ----------
    environment
        Anything with ``reset(seed=…)`` and ``new_trial()``, after which ``ob`` is (time, input)
        and ``gt`` (time,) of whole numbers or (time, output) of real ones, for example
        ``neurogym.make("PerceptualDecisionMaking-v0")``. Where there is a ``seed(…)`` it is
        called, too. What its ``trial`` holds about a trial, a mapping, becomes labels: numbers
        and words, the rest is left out.
    n_classes
        Where ``gt`` are whole numbers, how many classes there are: each gets an output that
        should be 1 where it is right. By default what the ``action_space`` says.
    step
        How long one observation lasts, in time constants of a neuron. The environment's own
        clock is not asked.
    batch
        Trials that a network learns from at once.

    Returns
    -------
    task
        Whose trials may be of different lengths.

    Raises
    ------
    HomologError
        HM058 for an environment without these parts, or with trials that cannot be read.

    Notes
    -----
    Blocks of trials that depend on each other are taken apart, for every trial is a first one.
    """
    environment = getattr(environment, "unwrapped", environment)
    called = type(environment).__name__
    for part in ("reset", "new_trial"):
        if not callable(getattr(environment, part, None)):
            raise errors.trials_in_time(called, f"without {part}()", "reset(seed=…), new_trial()")
    if n_classes is None:
        n_classes = int(getattr(getattr(environment, "action_space", None), "n", 0))
    first = _made(environment, 0, whole("n_classes", n_classes, 0))
    return EnvironmentTask(
        environment,
        first.inputs.shape[1],
        first.target.shape[1],
        n_classes,
        real("step", step, above=True),
        whole("batch", batch, 1),
        called,
    )


def _made(environment: Any, seed: int, n_classes: int) -> Trial:
    """One trial of an environment that is started with a seed."""
    environment.reset(seed=seed)
    if callable(getattr(environment, "seed", None)):  # neurogym's `reset` leaves its rng alone.
        environment.seed(seed)
    environment.new_trial()
    called = type(environment).__name__
    inputs = _read(environment, "ob")
    target = _read(environment, "gt")
    if target.ndim == 1:
        target = _one_of(target, n_classes, called)
    if inputs.ndim != 2 or target.ndim != 2 or len(inputs) != len(target):
        wanted = "ob (time, input) and gt (time,) or (time, output), of the same times"
        raise errors.trials_in_time(called, (inputs.shape, target.shape), wanted)
    return Trial(inputs, target, _labels(getattr(environment, "trial", None)))


def _read(environment: Any, part: str) -> NDArray[np.float64]:
    try:
        return np.array(getattr(environment, part), np.float64)
    except (AttributeError, TypeError, ValueError) as error:
        called = f"{type(environment).__name__}.{part}"
        raise errors.trials_in_time(called, "not there", "an array of real numbers") from error


def _one_of(classes: NDArray[np.float64], n_classes: int, called: str) -> NDArray[np.float64]:
    """(time, class): 1 where the class is right."""
    if n_classes < 1 or not np.isin(classes, np.arange(n_classes)).all():
        wanted = f"whole numbers from 0 to {n_classes - 1}; say how many with n_classes=…"
        raise errors.trials_in_time(f"{called}.gt", sorted(set(classes.tolist()))[:5], wanted)
    return np.eye(n_classes)[classes.astype(int)]


def _labels(trial: Any) -> dict[str, Any]:
    """What is known of a trial, as far as it is a number or a word."""
    known = dict(trial) if hasattr(trial, "keys") else {}
    return {
        str(name): value
        for name, value in known.items()
        if isinstance(value, str | bool | int | float | np.number)
    }


def _filled(array: NDArray[np.float64], n_steps: int) -> NDArray[np.float64]:
    return np.pad(array, ((0, n_steps - len(array)), (0, 0)))

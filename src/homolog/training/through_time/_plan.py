"""What a training in time is asked for, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from homolog import errors, tasks
from homolog.networks import Activation
from homolog.networks import activations as known
from homolog.networks._device import present
from homolog.tasks import TemporalTask
from homolog.tasks._settings import real, whole
from homolog.tasks._temporal import seed_of
from homolog.training.through_time._buffers import Course

Optimiser = Literal["sgd", "adam"]
DTYPES = {"float32": torch.float32, "float64": torch.float64}
PLAIN = (str, bool, int, float, tuple, np.generic)
"""Settings of a task that can be written down; what an environment is, cannot."""
WHOLE = 1e-6
"""How far step / dt may be from a whole number: rounding of decimal fractions."""


@dataclass(frozen=True)
class Plan:
    """A training that can be carried out, here or in another process.

    Attributes
    ----------
    task, n_neurons, iterations, batch, penalty, optimiser, rate, clip, rng
        As `homolog.train_recurrent` was given them; `rng` as the number that all streams come
        from.
    course
        Substeps and activation.
    dtype
        ``"float32"`` or ``"float64"``.
    device
        Where networks are.
    folder
        Where they are kept; None for nowhere.
    """

    task: TemporalTask
    n_neurons: int
    iterations: int
    batch: int
    penalty: float
    optimiser: Optimiser
    rate: float
    clip: float | None
    course: Course
    rng: int
    dtype: str
    device: str
    folder: Path | None

    @property
    def precision(self) -> torch.dtype:
        """Precision of the weights."""
        return DTYPES[self.dtype]

    @property
    def title(self) -> str:
        """Neurons and task, in words."""
        return f"{self.n_neurons} neurons on {self.task.name}"

    @property
    def told(self) -> str:
        """The settings on which it depends whether learning diverges, in a line."""
        clip = "no clip" if self.clip is None else f"clip {self.clip:g}"
        return f"{self.optimiser}, rate {self.rate:g}, {clip}, penalty {self.penalty:g}"


def planned(task: Any, activation: Any, dt: Any, **asked: Any) -> Plan:
    """Check everything that a training is given.

    Raises
    ------
    HomologError
        HM023 and HM025, see `homolog.train_recurrent`.
    """
    task = tasks.find(task)() if isinstance(task, str) else task
    if isinstance(task, type) or not isinstance(task, TemporalTask):
        allowed = 'a task in time with its settings, or a name: "context_integration"'
        raise errors.bad_value("task", task, allowed)
    n_neurons = whole("n_neurons", asked["n_neurons"], 1)
    optimiser, dtype = asked["optimiser"], asked["dtype"]
    if optimiser not in ("sgd", "adam"):
        raise errors.bad_value("optimiser", optimiser, '"sgd" or "adam"')
    if dtype not in DTYPES:
        raise errors.bad_value("dtype", dtype, '"float32" or "float64"')
    clip, batch, folder = asked["clip"], asked["batch"], asked["folder"]
    return Plan(
        task,
        n_neurons,
        whole("iterations", asked["iterations"], 1),
        whole("batch", task.batch if batch is None else batch, 1),
        real("penalty", asked["penalty"]),
        optimiser,
        real("rate", asked["rate"], above=True),
        None if clip is None else real("clip", clip, above=True),
        _course(task.step, dt, _fitting(activation, n_neurons)),
        seed_of(asked["rng"]),
        dtype,
        str(present(asked["device"])),
        None if folder is None else Path(folder),
    )


def _fitting(activation: Any, n_neurons: int) -> Activation:
    found = known.find(activation)
    if found.n_neurons not in (None, n_neurons):
        raise errors.recurrent_misfit("activation", f"{found.n_neurons} slopes", n_neurons)
    return found


def _course(step: float, dt: Any, activation: Activation) -> Course:
    """Time cut into steps of `dt`, a whole number for each input; 1 at most, where they stand."""
    substeps = round(step / real("dt", dt, above=True))
    if dt > 1 or substeps < 1 or abs(substeps - step / dt) > WHOLE * substeps:
        allowed = f"1 or less, and {step:g}, the task's step, over a whole number"
        raise errors.bad_value("dt", dt, allowed)
    return Course(substeps, float(dt), activation)


def facts(plan: Plan) -> Mapping[str, Any]:
    """What decides about every number of a training, apart from how long it goes on."""
    activation = plan.course.activation
    said = {
        "task": plan.task.name,
        "n_neurons": plan.n_neurons,
        "activation": activation.name,
        "slopes": activation.slopes,
        "batch": plan.batch,
        "penalty": plan.penalty,
        "optimiser": plan.optimiser,
        "rate": plan.rate,
        "clip": plan.clip,
        "dt": plan.course.dt,
        "rng": plan.rng,
        "dtype": plan.dtype,
        "settings": _settings(plan.task),
    }
    return {name: value for name, value in said.items() if value is not None}


def _settings(task: TemporalTask) -> dict[str, Any]:
    """What a task was set to, as far as it is in words and numbers."""
    if not is_dataclass(task):
        return {}
    values = {one.name: getattr(task, one.name) for one in fields(task)}
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in values.items()
        if isinstance(value, PLAIN)
    }

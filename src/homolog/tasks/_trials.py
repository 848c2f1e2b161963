"""Trials of a task in time: what a network is shown, what it should answer, and what they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.representation import Representation
from homolog.tasks._settings import real

Array = NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class Trials:
    """Inputs and targets over time, with the variables of every trial; checked when made.

    Attributes
    ----------
    inputs
        (trial, time, input), each held for one `step`; float64, whatever was given.
    targets
        (trial, time, output) wanted at the end of each step; float64.
    mask
        (trial, time), how much the answer counts: 1 fully, 0 not at all, as after the end of
        a trial shorter than others. None: all of it counts.
    labels
        For each variable a value of every trial, such as ``labels["context"]``.
    step
        How long one input lasts, in units of the time constant of a neuron.

    Raises
    ------
    HomologError
        HM058 for arrays that do not fit each other or are not finite, HM025 for a `step` that
        is not above 0.
    """

    inputs: Array
    targets: Array
    mask: Array | None = None
    labels: Mapping[str, Array] = field(default_factory=dict[str, Array])
    step: float = 1.0

    def __post_init__(self) -> None:
        inputs = _floats("inputs", self.inputs, 3, "(trial, time, input)")
        shape = inputs.shape[:2]
        targets = _floats("targets", self.targets, 3, "(trial, time, output)", shape)
        mask = self.mask
        if mask is not None:
            mask = _floats("mask", mask, 2, "(trial, time)", shape)
            if not mask.any() or mask.min() < 0:
                raise errors.trials_in_time("mask", "nothing above 0, or less", "weights from 0")
        labels = {name: _labels(name, each, shape[0]) for name, each in self.labels.items()}
        stored = {"inputs": inputs, "targets": targets, "mask": mask}
        stored |= {"labels": MappingProxyType(labels), "step": real("step", self.step, above=True)}
        for name, value in stored.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """Sizes and the names of the labels."""
        n_trials, n_steps, n_inputs = self.inputs.shape
        names = f", labels {', '.join(self.labels)}" if self.labels else ""
        return (
            f"<Trials: trial {n_trials} × time {n_steps}, {n_inputs} inputs,"
            f" {self.targets.shape[2]} outputs{names}>"
        )

    def represent(
        self, responses: Any, *, by: Sequence[str] | None = None, name: str = ""
    ) -> Representation:
        """Responses to these trials as a population whose stimuli are the conditions.

        Parameters
        ----------
        responses
            (trial, time, neuron) of one network or brain, for example ``run.states``.
        by
            Labels that tell conditions apart, all by default: trials that agree in them are
            repeats of one stimulus, called for example ``"context=0, stream_1=1"``.
        name
            What messages and tables call the population.

        Returns
        -------
        population
            Trial × stimulus × time × neuron, conditions in alphabetical order, without the
            first axis where none is repeated. Repeats that a condition lacks beside others
            are missing.

        Raises
        ------
        HomologError
            HM058 for responses to other trials, HM023 for a label that does not exist, HM025
            where there is none, and what `Representation` refuses.
        """
        responses = _floats("responses", responses, 3, "(trial, time, neuron)", self._shape)
        conditions = self.conditions(by)
        stimuli, which = np.unique(conditions, return_inverse=True)
        repeat = _repeats(which)
        stored = np.zeros((repeat.max() + 1, len(stimuli), *responses.shape[1:]))
        missing = np.ones(stored.shape, bool)
        stored[repeat, which], missing[repeat, which] = responses, False
        if len(stored) == 1:
            stored, missing = stored[0], missing[0]
        dims = ("trial", "stimulus", "time", "neuron")[-stored.ndim :]
        return Representation(
            stored,
            dims,
            stimuli=tuple(map(str, stimuli)),
            missing=missing if missing.any() else None,
            unit="activation",
            name=name,
        )

    def conditions(self, by: Sequence[str] | None = None) -> Array:
        """The condition of every trial in words, told apart by these labels (by default all)."""
        names = list(self.labels) if by is None else [by] if isinstance(by, str) else list(by)
        if not names:
            raise errors.bad_value("by", by, "one label or more")
        for one in names:
            if one not in self.labels:
                there = f"There are: {', '.join(self.labels) or 'none'}."
                raise errors.unknown_name("label of these trials", one, (), there)
        rows = zip(*(self.labels[one].tolist() for one in names), strict=True)
        return np.array([", ".join(map("{}={}".format, names, row)) for row in rows])

    @property
    def _shape(self) -> tuple[int, ...]:
        return self.inputs.shape[:2]


def _repeats(which: Array) -> Array:
    """How many trials of the same condition came before each."""
    order = np.argsort(which, kind="stable")
    counts = np.bincount(which)
    repeat = np.empty_like(which)
    repeat[order] = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return repeat


def _floats(
    what: str, given: Any, ndim: int, axes: str, shape: tuple[int, ...] | None = None
) -> Array:
    """An array of finite float64 that cannot be written to, of so many axes."""
    array = np.asarray(given)
    if array.dtype.kind not in "fiub":
        raise errors.trials_in_time(what, f"of type {array.dtype}", "real numbers")
    if array.ndim != ndim or 0 in array.shape:
        raise errors.trials_in_time(what, array.shape, f"{axes}, one of each or more")
    if shape is not None and array.shape[:2] != shape:
        wanted = f"{shape[0]} trials of {shape[1]} steps, as the inputs have"
        raise errors.trials_in_time(what, array.shape, wanted)
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise errors.trials_in_time(what, "NaN or infinite in places", "finite numbers")
    array.flags.writeable = False
    return array


def _labels(name: str, given: Any, n_trials: int) -> Array:
    array = np.array(given)
    if array.shape != (n_trials,):
        raise errors.trials_in_time(
            f"labels[{name!r}]", array.shape, f"({n_trials},), one for each trial"
        )
    array.flags.writeable = False
    return array

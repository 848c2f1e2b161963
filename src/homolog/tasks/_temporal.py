"""What tasks in time have in common: a contract, and trials that are drawn one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from homolog.tasks._settings import whole
from homolog.tasks._trials import Trials

STREAM = 0x7_1A_15
"""Sets these random numbers apart from others that come from the same seed."""


@runtime_checkable
class TemporalTask(Protocol):
    """A task in time: settings, and a stream of trials.

    Attributes
    ----------
    name
        What it is called wherever a number from it is shown.
    source
        Where it was published.
    n_inputs, n_outputs
        Sizes of what a network is shown and of what it should answer.
    step
        How long one input lasts, in units of the time constant of a neuron.
    batch
        Trials that a network learns from at once, unless it is told otherwise.
    """

    name: ClassVar[str]
    source: ClassVar[str]

    @property
    def n_inputs(self) -> int: ...
    @property
    def n_outputs(self) -> int: ...
    @property
    def step(self) -> float: ...
    @property
    def batch(self) -> int: ...
    def draw(self, rng: int | np.random.Generator = 0, n_trials: int | None = None) -> Trials:
        """Draw trials: trial t is the same for every `n_trials`, and depends on `rng` alone."""
        ...


class Trial(NamedTuple):
    """One trial: (time, input), (time, output), its variables, and how much each step counts."""

    inputs: NDArray[np.float64]
    target: NDArray[np.float64]
    labels: Mapping[str, Any]
    mask: NDArray[np.float64] | None = None


def drawn(
    one: Callable[[np.random.Generator, int], Trial],
    rng: int | np.random.Generator,
    n_trials: int,
    step: float,
) -> Trials:
    """Draw trials one by one, each from a stream of its own, and lay them side by side."""
    seed, count = seed_of(rng), whole("n_trials", n_trials, 1)
    trials = [one(stream(seed, t), t) for t in range(count)]
    masks = [trial.mask for trial in trials if trial.mask is not None]
    return Trials(
        np.stack([trial.inputs for trial in trials]),
        np.stack([trial.target for trial in trials]),
        np.stack(masks) if masks else None,
        {name: np.array([trial.labels[name] for trial in trials]) for name in trials[0].labels},
        step,
    )


def seed_of(rng: int | np.random.Generator) -> int:
    """The number that all trials come from; of a generator, its next."""
    return (
        int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else whole("rng", rng, 0)
    )


def stream(seed: int, trial: int) -> np.random.Generator:
    """Random numbers of one trial, which depend on nothing else."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, trial)))


def noisy(
    inputs: NDArray[np.float64], noise: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Inputs with white noise, its standard deviation for each step and channel."""
    return inputs + noise * rng.standard_normal(inputs.shape)

"""Context-dependent integration: sum up the stream that the context asks for, ignore the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from homolog.tasks._settings import real, whole
from homolog.tasks._temporal import Trial, drawn, noisy
from homolog.tasks._trials import Trials


@dataclass(frozen=True)
class ContextIntegration:
    """One of several streams is summed up, with its noise; a context says which.

    Inputs are a channel for each context, then for each stream a channel for each of its
    options; of each group one is on for the whole trial, and all are noisy. The target is the
    sum so far of what came through the channels of the relevant stream, noise included.
    Trial t shows condition t modulo `n_conditions`: contexts vary slowest, the last stream
    fastest. A batch has every condition once.

    Attributes
    ----------
    n_steps
        Length of a trial.
    noise
        Standard deviation of the white noise of every channel, for each step.
    strength
        What a channel that is on brings.
    n_streams, n_options
        How many streams (and contexts), and how many channels each has.
    step
        How long one input lasts, in time constants. Targets do not depend on it.

    Notes
    -----
    The defaults are those of networks that were balanced: 8 conditions of 50 steps. Labels are
    ``context`` and ``stream_1``, ``stream_2``, all counted from 0.
    """

    name: ClassVar[str] = "context_integration"
    source: ClassVar[str] = "https://doi.org/10.1371/journal.pcbi.1010418"

    n_steps: int = 50
    noise: float = 0.3
    strength: float = 1.0
    n_streams: int = 2
    n_options: int = 2
    step: float = 1.0

    def __post_init__(self) -> None:
        """Refuse settings without a task."""
        whole("n_steps", self.n_steps, 1)
        whole("n_streams", self.n_streams, 1)
        whole("n_options", self.n_options, 2)
        real("noise", self.noise)
        real("strength", self.strength)
        real("step", self.step, above=True)

    @property
    def n_inputs(self) -> int:
        """A channel for each context and for each option of each stream."""
        return self.n_streams * (1 + self.n_options)

    @property
    def n_outputs(self) -> int:
        """A sum for each option of the relevant stream."""
        return self.n_options

    @property
    def n_conditions(self) -> int:
        """Contexts times everything that the streams may show."""
        return self.n_streams * self.n_options**self.n_streams

    @property
    def batch(self) -> int:
        """Every condition once."""
        return self.n_conditions

    def draw(self, rng: int | np.random.Generator = 0, n_trials: int | None = None) -> Trials:
        """Draw trials, by default one of every condition.

        Trial t depends on `rng` and t alone. HM025 unless `n_trials` is 1 or more.
        """
        n_trials = self.batch if n_trials is None else n_trials
        return drawn(self._one, rng, n_trials, self.step)

    def _one(self, rng: np.random.Generator, trial: int) -> Trial:
        shape = (self.n_streams, *[self.n_options] * self.n_streams)
        context, *shown = map(int, np.unravel_index(trial % self.n_conditions, shape))
        inputs = np.zeros((self.n_steps, self.n_inputs))
        firsts = [self.n_streams + k * self.n_options for k in range(self.n_streams)]
        on = [context, *(first + option for first, option in zip(firsts, shown, strict=True))]
        inputs[:, on] = self.strength
        inputs = noisy(inputs, self.noise, rng)
        relevant = inputs[:, firsts[context] : firsts[context] + self.n_options]
        streams = {f"stream_{k}": option for k, option in enumerate(shown, 1)}
        return Trial(inputs, np.cumsum(relevant, axis=0), {"context": context, **streams})


TASK = ContextIntegration

"""Memory-guided direction: point to where something was seen before the delay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from homolog.tasks._settings import real, span, whole
from homolog.tasks._temporal import Trial, drawn, noisy
from homolog.tasks._trials import Trials


@dataclass(frozen=True)
class MemoryGuidedDirection:
    """A cue in one of several directions, a delay, then the answer points there.

    The first input says to wait, and goes off when it is time to answer; the other two are
    cosine and sine of the direction while the cue is shown. The two outputs are 0 until then,
    and cosine and sine of the direction after. Trials take the directions in turn. What comes
    after a trial that is shorter than the longest does not count.

    Attributes
    ----------
    n_directions
        Directions, at equal angles.
    wait, cue, response
        Steps before the cue, of the cue, and of the answer.
    delay
        Shortest and longest delay in steps; all between are as likely.
    noise
        Standard deviation of the white noise of every channel, for each step.
    step
        How long one input lasts, in time constants.
    batch
        Trials that a network learns from at once.

    Notes
    -----
    Labels are ``direction`` in degrees, and ``delay``.
    """

    name: ClassVar[str] = "memory_guided_direction"
    source: ClassVar[str] = "https://doi.org/10.1152/jn.1989.61.2.331"

    n_directions: int = 8
    wait: int = 5
    cue: int = 5
    delay: tuple[int, int] = (10, 20)
    response: int = 10
    noise: float = 0.1
    step: float = 1.0
    batch: int = 32

    def __post_init__(self) -> None:
        """Refuse settings without a task."""
        whole("n_directions", self.n_directions, 2)
        whole("wait", self.wait, 0)
        for what in ("cue", "response", "batch"):
            whole(what, getattr(self, what), 1)
        span("delay", self.delay, 0)
        real("noise", self.noise)
        real("step", self.step, above=True)

    @property
    def n_inputs(self) -> int:
        """One that says to wait, cosine and sine."""
        return 3

    @property
    def n_outputs(self) -> int:
        """Cosine and sine."""
        return 2

    @property
    def n_steps(self) -> int:
        """Of the longest trial."""
        return self.wait + self.cue + self.delay[1] + self.response

    def draw(self, rng: int | np.random.Generator = 0, n_trials: int | None = None) -> Trials:
        """Draw trials, by default a batch.

        Trial t depends on `rng` and t alone. HM025 unless `n_trials` is 1 or more.
        """
        n_trials = self.batch if n_trials is None else n_trials
        return drawn(self._one, rng, n_trials, self.step)

    def _one(self, rng: np.random.Generator, trial: int) -> Trial:
        turn = (trial % self.n_directions) / self.n_directions
        there = np.array([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)])
        delay = int(rng.integers(self.delay[0], self.delay[1], endpoint=True))
        go = self.wait + self.cue + delay
        inputs, target = np.zeros((self.n_steps, 3)), np.zeros((self.n_steps, 2))
        inputs[:go, 0] = 1
        inputs[self.wait : self.wait + self.cue, 1:] = there
        target[go:] = there
        mask = (np.arange(self.n_steps) < go + self.response).astype(float)
        labels = {"direction": 360 * turn, "delay": delay}
        return Trial(noisy(inputs, self.noise, rng), target, labels, mask)


TASK = MemoryGuidedDirection

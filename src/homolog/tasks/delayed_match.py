"""Delayed match: say whether a second item is the same as the first, which is no longer there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from homolog.tasks._settings import real, span, whole
from homolog.tasks._temporal import Trial, drawn, noisy
from homolog.tasks._trials import Trials


@dataclass(frozen=True)
class DelayedMatch:
    """An item, a delay, a second item; then one output says "match", another "non-match".

    The first input says to wait, and goes off when it is time to answer; then there is a
    channel for each item. Both outputs are 0 until then, and the right one is 1 after.
    Every second trial is a match. What comes after a trial that is shorter than the longest
    does not count.

    Attributes
    ----------
    n_items
        How many items there are.
    wait, shown, response
        Steps before the first item, of each item, and of the answer.
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
    Labels are ``sample``, ``test`` (items, from 0), ``match`` (0 or 1) and ``delay``.
    """

    name: ClassVar[str] = "delayed_match"
    source: ClassVar[str] = "https://doi.org/10.1523/JNEUROSCI.16-16-05154.1996"

    n_items: int = 4
    wait: int = 5
    shown: int = 5
    delay: tuple[int, int] = (10, 20)
    response: int = 10
    noise: float = 0.1
    step: float = 1.0
    batch: int = 32

    def __post_init__(self) -> None:
        """Refuse settings without a task."""
        whole("n_items", self.n_items, 2)
        whole("wait", self.wait, 0)
        whole("batch", self.batch, 1)
        for what in ("shown", "response"):
            whole(what, getattr(self, what), 1)
        span("delay", self.delay, 0)
        real("noise", self.noise)
        real("step", self.step, above=True)

    @property
    def n_inputs(self) -> int:
        """One that says to wait, and one for each item."""
        return 1 + self.n_items

    @property
    def n_outputs(self) -> int:
        """Match, and non-match."""
        return 2

    @property
    def n_steps(self) -> int:
        """Of the longest trial."""
        return self.wait + 2 * self.shown + self.delay[1] + self.response

    def draw(self, rng: int | np.random.Generator = 0, n_trials: int | None = None) -> Trials:
        """Draw trials, by default a batch.

        Trial t depends on `rng` and t alone. HM025 unless `n_trials` is 1 or more.
        """
        n_trials = self.batch if n_trials is None else n_trials
        return drawn(self._one, rng, n_trials, self.step)

    def _one(self, rng: np.random.Generator, trial: int) -> Trial:
        match = 1 - trial % 2
        sample, other = rng.choice(self.n_items, 2, replace=False)
        test = sample if match else other
        delay = int(rng.integers(self.delay[0], self.delay[1], endpoint=True))
        second = self.wait + self.shown + delay
        go = second + self.shown
        inputs, target = np.zeros((self.n_steps, self.n_inputs)), np.zeros((self.n_steps, 2))
        inputs[:go, 0] = 1
        inputs[self.wait : self.wait + self.shown, 1 + sample] = 1
        inputs[second:go, 1 + test] = 1
        target[go:, 1 - match] = 1
        mask = (np.arange(self.n_steps) < go + self.response).astype(float)
        labels = {"sample": int(sample), "test": int(test), "match": match, "delay": delay}
        return Trial(noisy(inputs, self.noise, rng), target, labels, mask)


TASK = DelayedMatch

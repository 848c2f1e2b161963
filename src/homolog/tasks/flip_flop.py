"""Flip-flop: each output holds the sign of the last pulse that its input brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from homolog import errors
from homolog.tasks._settings import real, whole
from homolog.tasks._temporal import Trial, drawn, noisy
from homolog.tasks._trials import Trials


@dataclass(frozen=True)
class FlipFlop:
    """Several bits of memory, each set to 1 or -1 by pulses that come at random.

    Each input is 0 but for pulses of 1 or -1, as likely; its output is 0 until the first of
    them, and then the sign of the last one, from the step in which it begins.

    Attributes
    ----------
    n_bits
        Inputs, and as many outputs.
    n_steps
        Length of a trial.
    probability
        Of a pulse, for each step and bit.
    noise
        Standard deviation of the white noise of every channel, for each step.
    step
        How long one input lasts, in time constants.
    batch
        Trials that a network learns from at once.

    Notes
    -----
    Labels are ``bit_1``, ``bit_2`` and so on: what each holds at the end, 1, -1 or 0 for one that
    was never set.
    """

    name: ClassVar[str] = "flip_flop"
    source: ClassVar[str] = "https://doi.org/10.1162/NECO_a_00409"

    n_bits: int = 3
    n_steps: int = 60
    probability: float = 0.1
    noise: float = 0.0
    step: float = 1.0
    batch: int = 32

    def __post_init__(self) -> None:
        """Refuse settings without a task."""
        for what in ("n_bits", "n_steps", "batch"):
            whole(what, getattr(self, what), 1)
        if real("probability", self.probability) > 1:
            raise errors.bad_value("probability", self.probability, "a number from 0 to 1")
        real("noise", self.noise)
        real("step", self.step, above=True)

    @property
    def n_inputs(self) -> int:
        """One for each bit."""
        return self.n_bits

    @property
    def n_outputs(self) -> int:
        """One for each bit."""
        return self.n_bits

    def draw(self, rng: int | np.random.Generator = 0, n_trials: int | None = None) -> Trials:
        """Draw trials, by default a batch.

        Trial t depends on `rng` and t alone. HM025 unless `n_trials` is 1 or more.
        """
        n_trials = self.batch if n_trials is None else n_trials
        return drawn(self._one, rng, n_trials, self.step)

    def _one(self, rng: np.random.Generator, trial: int) -> Trial:
        shape = (self.n_steps, self.n_bits)
        pulses = rng.choice([-1.0, 1.0], shape) * (rng.random(shape) < self.probability)
        # The step of the last pulse so far; before the first, step 0, which brought nothing.
        last = np.maximum.accumulate(np.where(pulses, np.arange(self.n_steps)[:, None], 0), axis=0)
        held = np.take_along_axis(pulses, last, axis=0)
        labels = {f"bit_{k}": int(bit) for k, bit in enumerate(held[-1], 1)}
        return Trial(noisy(pulses, self.noise, rng), held, labels)


TASK = FlipFlop

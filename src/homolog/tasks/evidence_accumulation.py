"""Evidence accumulation: say which of two sides clicked more often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from homolog import errors
from homolog.tasks._settings import real, whole
from homolog.tasks._temporal import Trial, drawn
from homolog.tasks._trials import Trials


@dataclass(frozen=True)
class EvidenceAccumulation:
    """Clicks come from the left and from the right at random; then the side with more is named.

    Inputs are the clicks of each step from the left and from the right, which are Poisson, and
    one that goes on when it is time to answer. The output is 0 until then, and after it 1 where
    the right clicked more often, -1 where the left did. After a tie it is the side whose rate
    was higher, or at equal rates one drawn by lot.

    Attributes
    ----------
    clicks, response
        Steps in which there are clicks, and steps of the answer.
    rate
        Clicks for each step, from both sides together.
    log_ratios
        What the logarithm of right over left rate may be; trials take them in turn.
    step
        How long one input lasts, in time constants.
    batch
        Trials that a network learns from at once.

    Notes
    -----
    Labels are ``log_ratio``, ``difference`` (clicks of the right minus the left) and ``choice``
    (1 or -1).
    """

    name: ClassVar[str] = "evidence_accumulation"
    source: ClassVar[str] = "https://doi.org/10.1126/science.1233912"

    clicks: int = 40
    response: int = 10
    rate: float = 0.8
    log_ratios: tuple[float, ...] = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
    step: float = 1.0
    batch: int = 30

    def __post_init__(self) -> None:
        """Refuse settings without a task."""
        for what in ("clicks", "response", "batch"):
            whole(what, getattr(self, what), 1)
        real("rate", self.rate, above=True)
        real("step", self.step, above=True)
        if not isinstance(self.log_ratios, tuple) or not self.log_ratios:
            raise errors.bad_value("log_ratios", self.log_ratios, "a tuple of numbers")
        for one in self.log_ratios:
            real("log_ratios", one, -np.inf)

    @property
    def n_inputs(self) -> int:
        """Left, right, and when to answer."""
        return 3

    @property
    def n_outputs(self) -> int:
        """The side."""
        return 1

    def draw(self, rng: int | np.random.Generator = 0, n_trials: int | None = None) -> Trials:
        """Draw trials, by default a batch.

        Trial t depends on `rng` and t alone. HM025 unless `n_trials` is 1 or more.
        """
        n_trials = self.batch if n_trials is None else n_trials
        return drawn(self._one, rng, n_trials, self.step)

    def _one(self, rng: np.random.Generator, trial: int) -> Trial:
        log_ratio = self.log_ratios[trial % len(self.log_ratios)]
        share = 1 / (1 + np.exp(-log_ratio))
        inputs = np.zeros((self.clicks + self.response, 3))
        rates = self.rate * np.array([1 - share, share])
        inputs[: self.clicks, :2] = rng.poisson(rates, (self.clicks, 2))
        inputs[self.clicks :, 2] = 1
        left, right = inputs[:, :2].sum(0)
        lot = rng.choice([-1, 1])
        choice = int(np.sign(right - left) or np.sign(log_ratio) or lot)
        target = choice * inputs[:, 2:]
        labels = {"log_ratio": log_ratio, "difference": int(right - left), "choice": choice}
        return Trial(inputs, target, labels)


TASK = EvidenceAccumulation

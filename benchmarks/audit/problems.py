"""What is climbed towards: populations of two sizes whose variances fall off as 1/k."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

MEASURES = ("cka", "nbs", "procrustes", "linear_regression", "soft_matching")


@dataclass(frozen=True)
class Problem:
    """One size.

    Attributes
    ----------
    n_rows, n_neurons
        Of the target and of what is climbed.
    steps
        Of one timed climb.
    steps_public
        The same for what takes seconds for a step.
    """

    n_rows: int
    n_neurons: int
    steps: int
    steps_public: int

    @property
    def name(self) -> str:
        """Rows × neurons."""
        return f"{self.n_rows} × {self.n_neurons}"

    def target(self) -> Reals:
        """Components of variance 1/k in a random basis of the neurons, root mean square 1."""
        rng = np.random.default_rng(0)
        components = rng.normal(size=(self.n_rows, self.n_neurons))
        deviations = np.arange(1, self.n_neurons + 1) ** -0.5
        basis, _ = np.linalg.qr(rng.normal(size=(self.n_neurons, self.n_neurons)))
        target = (components * deviations) @ basis
        return target / (target - target.mean(0)).std()

    def start(self) -> Reals:
        """Noise to start from."""
        return np.random.default_rng(1).normal(size=(self.n_rows, self.n_neurons))


PROBLEMS = (Problem(1080, 160, 60, 1), Problem(100, 10, 60, 60))

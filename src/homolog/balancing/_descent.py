"""The velocity of balancing at any log-scales, for costs of any size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog.balancing._matrix import Block, Matrix, entrywise, stored

NEAR = 600.0
"""Log-scales that differ by less than this have a ratio that is a number."""


class Sums(NamedTuple):
    """In-costs and out-costs without autapses, all divided by e^peak."""

    incoming: NDArray[np.float64]
    outgoing: NDArray[np.float64]
    peak: float


@dataclass(frozen=True, eq=False)
class Descent:
    """Where log-scales go from here.

    Attributes
    ----------
    costs
        Without autapses, divided by `unit`.
    autapses
        The sum of their costs, divided by `unit`.
    unit
        The largest cost there is; 1 if all are 0.
    power
        p of the cost.
    rate
        None for g / C; otherwise time is counted in units in which the costs sum to about 1.
    """

    costs: Matrix
    autapses: float
    unit: float
    power: float
    rate: float | None

    @property
    def n_neurons(self) -> int:
        """Number of neurons."""
        return int(self.costs.shape[0])

    @property
    def direction(self) -> int:
        """1 towards balance, -1 away from it."""
        return -1 if self.rate is not None and self.rate < 0 else 1

    @cached_property
    def speed(self) -> float:
        """How many units of our time pass in one of the user's."""
        if self.rate is None:
            return 1.0
        with np.errstate(over="ignore"):  # infinity is refused where times are known, too
            return float(abs(self.rate) * np.float64(self.unit) * self.total)

    @cached_property
    def total(self) -> float:
        """Sum of the costs without autapses, at h = 0; 1 if there are none."""
        return float(stored(self.costs).sum()) or 1.0

    def velocity(self, _: float, h: NDArray[np.float64]) -> NDArray[np.float64]:
        """How fast every log-scale changes."""
        sums = self.sums(h)
        gradients = sums.incoming - sums.outgoing
        if self.rate is not None:
            return self.direction * gradients * np.exp(sums.peak) / self.total
        total = sums.incoming.sum() + self.autapses * np.exp(-sums.peak)
        return gradients / total if total > 0 else gradients

    def jacobian(self, _: float, h: NDArray[np.float64]) -> NDArray[np.float64]:
        """How the velocity changes with every log-scale, (neuron, neuron); a descent's only."""
        costs, scale = self._dense_costs(h)
        conductances = costs + costs.T
        slope = -self.power * (np.diag(conductances.sum(axis=0)) - conductances)
        if self.rate is not None:
            return slope * np.exp(scale) / self.total
        total = costs.sum() + self.autapses * np.exp(-scale)
        if not total:
            return slope
        gradients = (costs.sum(axis=1) - costs.sum(axis=0)) / total
        return slope / total + self.power * np.outer(gradients, gradients)

    def settled(self, h: NDArray[np.float64], share: float) -> bool:
        """Whether in-cost and out-cost of every neuron differ by no more than a share of both."""
        if self.direction < 0:
            return False
        incoming, outgoing, _ = self.sums(h)
        return bool((np.abs(incoming - outgoing) <= share * (incoming + outgoing)).all())

    def totals(self, h: NDArray[np.float64]) -> tuple[float, float]:
        """Sum of all costs, and the norm of the neural gradients."""
        incoming, outgoing, peak = self.sums(h)
        size = np.exp(peak)
        cost = (incoming.sum() * size + self.autapses) * self.unit
        gradients = incoming - outgoing
        largest = np.abs(gradients).max() or 1.0  # whose square may be too small for a number
        norm = np.linalg.norm(gradients / largest) * largest
        return float(cost), float(norm * size * self.unit)

    def sums(self, h: NDArray[np.float64]) -> Sums:
        """In-costs and out-costs at these log-scales."""
        x = self.power * (h - 0.5 * (h.max() + h.min()))
        if not np.abs(x).max() < NEAR / 2:
            return self._far_sums(x)
        scales = np.exp(x)
        incoming = (self.costs @ scales) / scales
        outgoing = scales * (self.costs.T @ (1 / scales))
        return Sums(incoming, outgoing, 0.0)

    def _far_sums(self, x: NDArray[np.float64]) -> Sums:
        """The same where exponentials are no numbers: relative to the largest cost."""
        logs = self._logs(x)
        peak = self._peak(logs)
        costs = entrywise(logs, lambda block: np.exp(block.values - peak), np.float64)
        return Sums(costs.sum(axis=1), costs.sum(axis=0), peak)

    def _dense_costs(self, h: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Costs at these log-scales as an array, divided by e to the second."""
        logs = self._logs(self.power * h)
        peak = self._peak(logs)
        costs = entrywise(logs, lambda block: np.exp(block.values - peak), np.float64)
        return (costs.toarray() if sparse.issparse(costs) else costs), peak

    def _logs(self, x: NDArray[np.float64]) -> Matrix:
        """Logarithms of the costs at log-scales x / p; minus infinity for none."""

        def log_cost(block: Block) -> Any:
            with np.errstate(divide="ignore"):
                return np.log(block.values) + x[block.columns] - x[block.rows]

        return entrywise(self.costs, log_cost, np.float64)

    def _peak(self, logs: Matrix) -> float:
        """The largest logarithm of a cost, autapses' sum included; 0 if there is none."""
        largest = stored(logs).max(initial=-np.inf)
        if self.rate is None and self.autapses > 0:
            largest = max(largest, np.log(self.autapses))
        return float(largest) if np.isfinite(largest) else 0.0


def descent(costs: Matrix, power: float, rate: float | None) -> Descent:
    """Prepare costs that have been checked; one copy of them is made."""
    unit = float(stored(costs).max(initial=0.0)) or 1.0
    autapses = float(costs.diagonal().sum() / unit)

    def between(block: Block) -> Any:
        return np.where(block.rows == block.columns, 0.0, block.values / unit)

    return Descent(entrywise(costs, between, np.float64), autapses, unit, power, rate)

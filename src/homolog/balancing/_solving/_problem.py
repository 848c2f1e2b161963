"""An equilibrium to be found: costs, their strong components, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from homolog.balancing._graph import Reals
from homolog.balancing._solving._matrices import Costs

FAR = 200.0
"""Differences of log-scales up to which a cost times two scales stays in range."""

LARGEST = 600.0
"""Logarithm of a factor that leaves room for sums."""


@dataclass
class Problem:
    """What every method works on, and how far it has come.

    Costs stay what they were and scales multiply vectors before and after, so that no copy is
    made and no error builds up. Only scales that leave the range of numbers are carried over
    into costs of their own.

    Attributes
    ----------
    first
        Costs at log-scales of zero, without the diagonal and synapses between components.
    labels
        (neuron,) component of each.
    tolerance
        ‖g‖/C that is small enough, in every component.
    log_scales
        Where it is now.
    costs, scales, inverse
        Costs nearby, and the factors from them to where it is.
    log_unit
        Logarithm of what a cost of one is worth there.
    sweeps, steps
        Rounds over all neurons, and Newton's steps, so far.
    residual, correction
        The largest ‖g‖/C of a component, and the largest difference of Newton's step along a
        synapse, when last looked at.
    weakest
        The weakest conductance met so far of all ways to divide the graph in two, in units of the
        neurons' degrees.
    """

    first: Costs
    labels: Reals
    tolerance: float
    log_scales: Reals = field(init=False)
    costs: Costs = field(init=False)
    scales: Reals = field(init=False)
    inverse: Reals = field(init=False)
    sizes: Reals = field(init=False)
    log_unit: float = 0.0
    sweeps: int = 0
    steps: int = 0
    residual: float = np.inf
    correction: float = np.inf
    weakest: float = np.inf

    def __post_init__(self) -> None:
        """Begin at log-scales of zero."""
        self.sizes = np.bincount(self.labels)
        self.costs, self._anchor = self.first, np.zeros(len(self.labels))
        self.move(self._anchor)

    @property
    def most_correction(self) -> float:
        """A step along a synapse that is small enough: 1e-8 at the usual tolerance of 1e-10."""
        return 100 * self.tolerance

    def move(self, log_scales: Reals) -> None:
        """Go to log-scales, centred in every component."""
        self.log_scales = self.centred(log_scales)
        far = self.log_scales - self._anchor
        if np.ptp(far) > FAR:
            self.carry()
            far = np.zeros_like(far)
        self.scales = np.exp(far - (far.max() + far.min()) / 2)
        self.inverse = 1 / self.scales

    def carry(self) -> None:
        """Make the costs nearby those of here, in units of the largest."""
        self.costs, self.log_unit = self._carried(self.log_scales)
        self._anchor = self.log_scales

    def _carried(self, log_scales: Reals) -> tuple[Costs, float]:
        logarithms = self.first.logarithms(log_scales)
        log_unit = float(logarithms.max())
        logarithms -= log_unit
        return self.first.of_logarithms(logarithms), log_unit

    def reach(self, scales: Reals) -> Reals:
        """Log-scales that factors from the costs nearby lead to."""
        return self._anchor + np.log(scales)

    def centred(self, values: Reals) -> Reals:
        """Values of which those of every component sum to zero."""
        if len(self.sizes) == 1:
            return values - values.mean()
        sums = np.bincount(self.labels, values)
        return values - (sums / self.sizes)[self.labels]

    def sums(self) -> tuple[Reals, Reals]:
        """In- and out-cost of every neuron."""
        inward, outward = self.costs.products(self.scales, self.inverse)
        return inward * self.inverse, outward * self.scales

    def cost_after(self, step: Reals) -> float:
        """What all costs would sum to after a step."""
        if np.ptp(step) > FAR / 2:
            there, log_unit = self._carried(self.log_scales + step)
            ones = np.ones_like(step)
            shift = min(log_unit - self.log_unit, LARGEST)  # of a cost beyond all numbers: enough
            return float(there.products(ones, ones)[0].sum() * np.exp(shift))
        factor = np.exp(step)
        inward, _ = self.costs.products(self.scales * factor, self.inverse / factor)
        return float(inward @ (self.inverse / factor))

    def laplacian_times(self, degrees: Reals, values: Reals) -> Reals:
        """The Laplacian of the costs both ways, times a vector."""
        inward, outward = self.costs.products(self.scales * values, self.inverse * values)
        return degrees * values - inward * self.inverse - outward * self.scales

    def look(self) -> tuple[Reals, Reals]:
        """The neural gradient and the degree of every neuron; the residual is kept."""
        inward, outward = self.sums()
        gradient = inward - outward
        self.residual = self.imbalance(gradient, inward)
        return gradient, inward + outward

    def imbalance(self, gradient: Reals, inward: Reals) -> float:
        """The largest ‖g‖/C of a component; of neurons alone, zero."""
        if len(self.sizes) == 1:
            total = inward.sum()
            return float(np.sqrt(gradient @ gradient) / total) if total > 0 else 0.0
        squares = np.bincount(self.labels, gradient**2)
        totals = np.bincount(self.labels, inward)
        there = totals > 0
        return float((np.sqrt(squares[there]) / totals[there]).max(initial=0.0))

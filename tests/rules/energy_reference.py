"""Equilibrium propagation and contrastive similarity matching as they are written down.

One trial at a time, in float64 NumPy, by gradient descent on an energy that is differentiated by
hand here and by central differences in the tests. Nothing is shared with the rules.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """The settings of both rules.

    `lateral_rate` is how fast lateral synapses learn, and None for equilibrium propagation,
    which has none. `nudge_factor` is 2 because the nudge has no half before its square. The
    others are what a damaged copy of a rule would get wrong.
    """

    step_size: float
    free_steps: int
    nudged_steps: int
    rates: tuple[float, ...]
    lateral_rates: tuple[float, ...] | None = None
    nudge_factor: float = 2.0
    upward: bool = False
    nudged_from_silence: bool = False
    lateral_sign: float = 1.0
    lateral_decay: bool = True
    whose_correlations: str = "nudged"


@dataclass
class Synapses:
    """Weights of one network; `lateral` belongs to the hidden layers, and may be none."""

    forward: list[Matrix]
    biases: list[Vector]
    lateral: list[Matrix]


def energy(
    synapses: Synapses, rates: list[Vector], nudge: float = 0.0, target: Vector | None = None
) -> float:
    """Energy of one trial; `rates` begins with the stimulus."""
    total = 0.0
    for k in range(1, len(rates)):
        total += 0.5 * float(rates[k] @ rates[k])
        drive = synapses.forward[k - 1] @ rates[k - 1] + synapses.biases[k - 1]
        total -= float(rates[k] @ drive)
    for lateral, s in zip(synapses.lateral, rates[1:], strict=False):
        total += 0.5 * float(s @ lateral @ s)
    if target is not None:
        total += nudge * float(np.sum((rates[-1] - target) ** 2))
    return total


def slope(
    of: Reference,
    synapses: Synapses,
    rates: list[Vector],
    k: int,
    nudge: float,
    target: Vector | None,
) -> Vector:
    """Derivative of the energy by the rates of layer k."""
    out = rates[k] - synapses.forward[k - 1] @ rates[k - 1] - synapses.biases[k - 1]
    if k < len(rates) - 1:
        out = out - synapses.forward[k].T @ rates[k + 1]
    elif target is not None:
        out = out + of.nudge_factor * nudge * (rates[k] - target)
    if k <= len(synapses.lateral):
        lateral = synapses.lateral[k - 1]
        out = out + of.lateral_sign * 0.5 * (lateral + lateral.T) @ rates[k]
    return out


def settle(
    of: Reference,
    synapses: Synapses,
    before: list[Vector],
    n_steps: int,
    nudge: float = 0.0,
    target: Vector | None = None,
) -> list[Vector]:
    """One phase of one trial: all layers move at once, down their energy, from 0 to 1."""
    now = list(before)
    for _ in range(n_steps):
        seen = now if of.upward else list(now)
        for k in range(1, len(now)):
            moved = now[k] - of.step_size * slope(of, synapses, seen, k, nudge, target)
            now[k] = np.minimum(np.maximum(moved, 0.0), 1.0)
    return now


def phases(
    of: Reference, synapses: Synapses, stimulus: Vector, target: Vector, nudge: float
) -> tuple[list[Vector], list[Vector]]:
    """Rates at rest and nudged, each with the stimulus first."""
    silent = [stimulus, *(np.zeros(len(w)) for w in synapses.forward)]
    free = settle(of, synapses, silent, of.free_steps)
    start = silent if of.nudged_from_silence else free
    return free, settle(of, synapses, start, of.nudged_steps, nudge, target)


def learn(
    of: Reference,
    synapses: Synapses,
    stimuli: Matrix,
    targets: Matrix,
    nudge: float,
    rate_factor: float = 1.0,
) -> Synapses:
    """The synapses after one batch."""
    trials = list(zip(stimuli, targets, strict=True))
    seen = [phases(of, synapses, x, y, nudge) for x, y in trials]
    new = Synapses(
        [w.copy() for w in synapses.forward],
        [b.copy() for b in synapses.biases],
        [m.copy() for m in synapses.lateral],
    )
    for k in range(1, len(synapses.forward) + 1):
        weight, bias = np.zeros_like(new.forward[k - 1]), np.zeros_like(new.biases[k - 1])
        for free, nudged in seen:
            weight += np.outer(nudged[k], nudged[k - 1]) - np.outer(free[k], free[k - 1])
            bias += nudged[k] - free[k]
        rate = rate_factor * of.rates[k - 1] / (nudge * len(trials))
        new.forward[k - 1] += rate * weight
        new.biases[k - 1] += rate * bias
    for k in range(1, len(synapses.lateral) + 1):
        which = 1 if of.whose_correlations == "nudged" else 0
        together = sum(np.outer(pair[which][k], pair[which][k]) for pair in seen) / len(trials)
        rate = of.lateral_rates[k - 1]
        grown = synapses.lateral[k - 1] + rate_factor * rate / (2 * nudge) * together
        new.lateral[k - 1] = grown * (1 - of.lateral_decay * rate / (2 * abs(nudge)))
    return new

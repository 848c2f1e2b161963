"""CorInfoMax as it is written down, one trial at a time, in float64 NumPy.

Nothing here is fast and nothing is shared with the rule: it is what the rule is held to. A layer
is counted from 1, so that lists of layers begin with an entry for the stimulus.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def clipped(u: Vector) -> Vector:
    """Rates from 0 to 1."""
    return np.minimum(np.maximum(u, 0.0), 1.0)


def clipped_on_both_sides(u: Vector) -> Vector:
    """Rates from -1 to 1."""
    return np.minimum(np.maximum(u, -1.0), 1.0)


def rectified(u: Vector) -> Vector:
    """Rates from 0 up; in the ball, an inhibitory neuron bounds their sum."""
    return np.maximum(u, 0.0)


def nearest_of_sum_one(u: Vector) -> Vector:
    """The nearest rates from 0 up that sum to 1, by halving the interval of their threshold."""
    low, high = float(np.min(u)) - 1.0, float(np.max(u))
    for _ in range(200):
        middle = (low + high) / 2
        if np.sum(rectified(u - middle)) > 1.0:
            low = middle
        else:
            high = middle
    return rectified(u - high)


def nearest_of_sum_at_most_one(u: Vector) -> Vector:
    """The nearest rates from 0 up that sum to at most 1."""
    return rectified(u) if np.sum(rectified(u)) <= 1.0 else nearest_of_sum_one(u)


def nearest_of_sizes_at_most_one(u: Vector) -> Vector:
    """The nearest rates of either sign whose sizes sum to at most 1."""
    return np.sign(u) * nearest_of_sum_at_most_one(np.abs(u))


@dataclass(frozen=True)
class Place:
    """Where the rates of one layer live.

    `inhibition` is the rate at which the layer's inhibitory neuron learns to hold the sum of
    rates at 1; None where there is no such neuron.
    """

    rate: Callable[[Vector], Vector] = clipped
    inhibition: float | None = None


@dataclass(frozen=True)
class Reference:
    """The settings, and what a damaged copy of the rule would get wrong.

    `schedule` names how Euler steps shrink within a phase. `refresh` is after how many
    iterations a hidden layer's lateral drive is computed anew, and after the first, in which
    all were silent. `entropy` are the factors of the lateral term in hidden layers and in the
    output; `output_conductance` that of the output's apical dendrite. What an inhibitory neuron
    gives goes on into the next phase, what it takes in begins anew, unless `silence_inhibition`
    or `keep_slow_inhibition`.
    """

    step_size: float
    leak: float
    epsilon: float
    forgetting: float
    free_steps: int
    nudged_steps: int
    forward_rates: tuple[float, ...]
    feedback_rates: tuple[float, ...]
    places: tuple[Place, ...]
    schedule: str = "constant"
    phases: int = 2
    refresh: int = 1
    entropy: tuple[float, float] = (2.0, 1.0)
    output_conductance: float = 1.0
    upward: bool = True
    keep_potentials: bool = False
    silence_inhibition: bool = False
    keep_slow_inhibition: bool = False
    whose_correlations: str = "nudged"

    @property
    def gain(self) -> float:
        """What one trial weighs in the inverse correlations: gamma."""
        return (1 - self.forgetting) / self.forgetting

    def step_at(self, iteration: int) -> float:
        """The Euler step of an iteration, which counts from 0 in each phase."""
        if self.schedule == "constant":
            return self.step_size
        if self.schedule == "slow":
            return max(self.step_size / (1 + 0.01 * iteration), 1e-3)
        if self.schedule == "fast":
            return max(self.step_size / (1 + iteration), 1e-3)
        raise ValueError(self.schedule)


@dataclass
class Synapses:
    """Weights of one network; `forward[k]` ends at layer k + 1, as do the other two."""

    forward: list[Matrix]
    feedback: list[Matrix]
    lateral: list[Matrix]

    def copy(self) -> "Synapses":
        return Synapses(*([w.copy() for w in ws] for ws in vars(self).values()))


@dataclass
class Activity:
    """What every layer does in one trial; index 0 is the stimulus."""

    rates: list[Vector]
    potentials: list[Vector]
    inhibition: list[float]
    slow_inhibition: list[float]
    lateral: list[Vector]


def silent(synapses: Synapses, stimulus: Vector) -> Activity:
    sizes = [len(w) for w in synapses.forward]
    rates = [stimulus, *(np.zeros(n) for n in sizes)]
    potentials = [stimulus, *(np.zeros(n) for n in sizes)]
    zeros = [0.0] * len(rates)
    return Activity(rates, potentials, zeros, list(zeros), [np.zeros_like(r) for r in rates])


def settle(
    of: Reference,
    synapses: Synapses,
    before: Activity,
    n_steps: int,
    nudge: float = 0.0,
    target: Vector | None = None,
) -> Activity:
    """One phase of one trial: `n_steps` Euler steps, layer by layer."""
    now = Activity(
        list(before.rates),
        list(before.potentials if of.keep_potentials else before.rates),
        [0.0 if of.silence_inhibition else q for q in before.inhibition],
        list(before.slow_inhibition if of.keep_slow_inhibition else before.inhibition),
        list(before.lateral),
    )
    from_silence = not any(np.any(r) for r in before.rates[1:])
    for iteration in range(n_steps):
        step = of.step_at(iteration)
        seen = now.rates if of.upward else list(now.rates)
        for k in range(1, len(now.rates)):
            is_output = k == len(now.rates) - 1
            if is_output or iteration % of.refresh == 0 or (from_silence and iteration == 1):
                now.lateral[k] = of.gain * (synapses.lateral[k - 1] @ seen[k])
            drive = _drive(of, synapses, now, seen, k, nudge, target)
            place = of.places[k - 1]
            now.potentials[k] = now.potentials[k] + step * drive
            now.rates[k] = place.rate(now.potentials[k])
            if place.inhibition is not None:
                _inhibit(now, k, place.inhibition)
    return now


def _drive(
    of: Reference,
    synapses: Synapses,
    now: Activity,
    rates: list[Vector],
    k: int,
    nudge: float,
    target: Vector | None,
) -> Vector:
    """How fast the potentials of layer k move."""
    u, r, eps = now.potentials[k], rates[k], of.epsilon
    basal = synapses.forward[k - 1] @ rates[k - 1]
    lateral = now.lateral[k]
    if k < len(rates) - 1:
        above = synapses.feedback[k - 1] @ rates[k + 1]
        apical = eps * (of.entropy[0] * lateral + of.leak * r - now.inhibition[k]) + above
        return -of.leak * u + (basal - u) / eps + (apical - u) / eps
    apical = of.entropy[1] * lateral + of.leak * r - now.inhibition[k]
    if target is not None:
        apical = apical - nudge * (r - target)
    return -of.leak * u + (basal - u) / eps + (apical - of.output_conductance * u)


def _inhibit(now: Activity, k: int, rate: float) -> None:
    """The inhibitory neuron of layer k follows the excess of the sum of rates over 1."""
    slow, excess = now.slow_inhibition[k], float(np.sum(now.rates[k])) - 1.0
    now.slow_inhibition[k] = slow + rate * (-slow + now.inhibition[k] + excess)
    now.inhibition[k] = max(now.slow_inhibition[k], 0.0)


def phases(
    of: Reference, synapses: Synapses, stimulus: Vector, target: Vector, nudge: float
) -> tuple[Activity, Activity, Activity]:
    """Activity at rest, nudged, and what the nudged one is contrasted with."""
    free = settle(of, synapses, silent(synapses, stimulus), of.free_steps)
    nudged = settle(of, synapses, free, of.nudged_steps, nudge, target)
    if of.phases == 2:
        return free, nudged, free
    return free, nudged, settle(of, synapses, nudged, of.nudged_steps, -nudge, target)


def learn(
    of: Reference,
    synapses: Synapses,
    stimuli: Matrix,
    targets: Matrix,
    nudge: float,
    rate_factor: float = 1.0,
) -> Synapses:
    """The synapses after one batch, all changes computed from the old ones."""
    trials = list(zip(stimuli, targets, strict=True))
    seen = [phases(of, synapses, x, y, nudge) for x, y in trials]
    new, n_layers = synapses.copy(), len(synapses.forward)
    between = nudge * (of.phases - 1) * len(trials)
    for k in range(1, n_layers + 1):
        change = np.zeros_like(synapses.forward[k - 1])
        for _, nudged, other in seen:
            change += _error(synapses.forward[k - 1], nudged.rates[k], nudged.rates[k - 1])
            change -= _error(synapses.forward[k - 1], other.rates[k], other.rates[k - 1])
        new.forward[k - 1] += rate_factor * of.forward_rates[k - 1] / between * change
    for k in range(1, n_layers):
        change = np.zeros_like(synapses.feedback[k - 1])
        for _, nudged, other in seen:
            change += _error(synapses.feedback[k - 1], nudged.rates[k], nudged.rates[k + 1])
            change -= _error(synapses.feedback[k - 1], other.rates[k], other.rates[k + 1])
        new.feedback[k - 1] += rate_factor * of.feedback_rates[k - 1] / between * change
    for k in range(1, n_layers + 1):
        which = 1 if of.whose_correlations == "nudged" else 0
        rates = np.array([activity[which].rates[k] for activity in seen])
        new.lateral[k - 1] = first_order(synapses.lateral[k - 1], rates, of.forgetting)
    return new


def _error(weights: Matrix, post: Vector, pre: Vector) -> Matrix:
    """What `pre` fails to predict of `post`, with `pre`."""
    return np.outer(post - weights @ pre, pre)


def first_order(lateral: Matrix, rates: Matrix, forgetting: float) -> Matrix:
    """The inverse correlations after a batch, to first order in what a trial weighs."""
    gain, seen = (1 - forgetting) / forgetting, np.zeros_like(lateral)
    for r in rates:
        z = lateral @ r
        seen += np.outer(z, z) / len(rates)
    return (lateral - gain * seen) / forgetting


def exact(lateral: Matrix, rates: Matrix, forgetting: float) -> Matrix:
    """The inverse of the correlations after a batch, by inverting them."""
    seen = np.zeros_like(lateral)
    for r in rates:
        seen += np.outer(r, r) / len(rates)
    return np.linalg.inv(forgetting * np.linalg.inv(lateral) + (1 - forgetting) * seen)


def rate_factor(epoch: int, bases: tuple[tuple[int, float], ...]) -> float:
    """What a learning rate has shrunk to after whole epochs.

    `bases` are (from this epoch, base) in rising order; the exponent counts from epoch 0
    whatever the base, so that the rate drops where the base changes.
    """
    base = next(b for first, b in reversed(bases) if epoch >= first)
    return base**epoch

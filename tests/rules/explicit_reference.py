"""Rules that carry errors, as they are written down: float64 NumPy, one trial at a time.

Nothing here is fast and nothing is shared with the rules. Weights and biases are lists, one
entry for each layer from the first.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from homolog.networks import LayeredNetwork
from homolog.rules._rule import LearningRule

Vector = NDArray[np.float64]
Array = NDArray[np.float64]
Transfer = Callable[[Vector], Vector]

SIZES = (7, 9, 8, 4)
"""Of the networks that the tests wire: two hidden layers, and no two layers alike."""


def one_hot(labels: NDArray[np.int64]) -> Array:
    """A one at each label."""
    return np.eye(SIZES[-1])[labels]


def batch(rng: np.random.Generator, *shape: int) -> tuple[Array, NDArray[np.int64]]:
    """Stimuli between 0 and 1, and labels."""
    return rng.uniform(0, 1, (*shape, SIZES[0])), rng.integers(0, SIZES[-1], shape)


def tensors(x: Array, labels: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch as `learn` and `observe` take it."""
    return torch.tensor(x)[None], torch.tensor(one_hot(labels))[None]


def wired(rule: LearningRule, sizes: Sequence[int] = SIZES, replicas: int = 1) -> LayeredNetwork:
    """A newborn network in double precision."""
    return rule.wire(sizes, 3, replicas=replicas, dtype=torch.float64)


def arrays(network: LayeredNetwork, replica: int = 0) -> tuple[list[Array], list[Vector]]:
    """Copies of the weights and biases of one replica."""
    weights = [w[replica].numpy().copy() for w in network.forward]
    return weights, [b[replica].numpy().copy() for b in network.biases]


def assert_same(network: LayeredNetwork, weights: list[Array], biases: list[Vector]) -> None:
    """The first replica has these weights and biases, to 1e-12."""
    got_weights, got_biases = arrays(network)
    both = zip(got_weights + got_biases, weights + biases, strict=True)
    for got, expected in both:
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)


def cosine(one: Sequence[Array], other: Sequence[Array]) -> float:
    """Of the angle between two sets of weights."""
    a, b = (np.concatenate([np.ravel(each) for each in both]) for both in (one, other))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def logistic(x: Vector) -> Vector:
    return 1 / (1 + np.exp(-x))


def logistic_slope(x: Vector) -> Vector:
    return logistic(x) * (1 - logistic(x))


def rectified(x: Vector) -> Vector:
    return np.maximum(x, 0)


def rectified_slope(x: Vector) -> Vector:
    return (x > 0).astype(float)


@dataclass
class Adam:
    """Number by number, as in the paper; or, if `raw`, with ε beside the uncorrected root."""

    rate: float
    raw: bool = False
    count: int = 0
    mean: dict[object, float] = field(default_factory=dict)
    square: dict[object, float] = field(default_factory=dict)

    def descend(self, parameters: Sequence[Array], gradients: Sequence[Array]) -> None:
        """Change the parameters in place."""
        self.count += 1
        first, second = 1 - 0.9**self.count, 1 - 0.999**self.count
        for which, (parameter, gradient) in enumerate(zip(parameters, gradients, strict=True)):
            for at in np.ndindex(parameter.shape):
                key, g = (which, at), float(gradient[at])
                m = self.mean[key] = 0.9 * self.mean.get(key, 0.0) + 0.1 * g
                v = self.square[key] = 0.999 * self.square.get(key, 0.0) + 0.001 * g * g
                if self.raw:
                    step = math.sqrt(second) / first * m / (math.sqrt(v) + 1e-8)
                else:
                    step = m / first / (math.sqrt(v / second) + 1e-8)
                parameter[at] -= self.rate * step


def error_of(output: Vector, wanted: Vector, loss: str, n_trials: int) -> Vector:
    """How the mean loss of a batch changes with the output of one of its trials."""
    if loss == "mse":
        return 2 * (output - wanted) / (n_trials * len(wanted))
    odds = np.exp(output)
    return (odds / odds.sum() * wanted.sum() - wanted) / n_trials


def descent(
    weights: list[Array],
    biases: list[Vector],
    x: Array,
    wanted: Array,
    loss: str,
    down: Sequence[Array],
) -> list[Array]:
    """Of every weight, then every bias, with errors carried to each hidden layer by `down`."""
    of_weights = [np.zeros_like(w) for w in weights]
    of_biases = [np.zeros_like(b) for b in biases]
    n_layers = len(weights)
    for shown, target in zip(x, wanted, strict=True):
        rates = [shown]
        for k in range(n_layers):
            drive = weights[k] @ rates[k] + biases[k]
            rates.append(drive if k == n_layers - 1 else rectified(drive))
        error = error_of(rates[-1], target, loss, len(x))
        for k in reversed(range(n_layers)):
            of_weights[k] += np.outer(error, rates[k])
            of_biases[k] += error
            if k:
                error = (down[k - 1] @ error) * (rates[k] > 0)
    return of_weights + of_biases


@dataclass(frozen=True)
class Settled:
    """Where the states of one trial ended, what they are predicted from and how wrongly."""

    states: list[Vector]
    senders: list[Vector]
    errors: list[Vector]
    residual: float

    def energy(self) -> float:
        return float(sum(error @ error for error in self.errors))


def settled(
    weights: list[Array],
    biases: list[Vector],
    shown: Vector,
    transfer: tuple[Transfer, Transfer],
    *,
    steps: int,
    step: float,
    held: Vector | None = None,
    pull: Callable[[Vector, Vector], Vector] | None = None,
) -> Settled:
    """Settle one trial; the output is `held`, or moves by `pull` of itself and its error."""
    rate, slope = transfer
    n_layers, states, below = len(weights), [], shown
    for k in range(n_layers):
        states.append(weights[k] @ below + biases[k])
        below = rate(states[k])
    if held is not None:
        states[-1] = held
    residual = 0.0
    for _ in range(steps):
        _, errors = _wrong(weights, biases, shown, states, rate)
        moves = [
            -errors[k] + slope(states[k]) * (weights[k + 1].T @ errors[k + 1])
            for k in range(n_layers - 1)
        ]
        moves.append(np.zeros_like(states[-1]) if pull is None else pull(states[-1], errors[-1]))
        states = [state + step * move for state, move in zip(states, moves, strict=True)]
        residual = step * max(float(np.abs(move).max()) for move in moves)
    return Settled(states, *_wrong(weights, biases, shown, states, rate), residual)


def _wrong(
    weights: list[Array], biases: list[Vector], shown: Vector, states: list[Vector], rate: Transfer
) -> tuple[list[Vector], list[Vector]]:
    senders = [shown, *(rate(state) for state in states[:-1])]
    errors = [
        state - (w @ sent + b)
        for state, w, b, sent in zip(states, weights, biases, senders, strict=True)
    ]
    return senders, errors


def held(weights: list[Array], biases: list[Vector], x: Array, wanted: Array, steps: int):
    """Predictive coding with the output held: one `Settled` for each trial."""
    transfer = (logistic, logistic_slope)
    return [
        settled(weights, biases, shown, transfer, steps=steps, step=0.1, held=0.94 * y + 0.03)
        for shown, y in zip(x, wanted, strict=True)
    ]


def nudged(weights: list[Array], biases: list[Vector], x: Array, wanted: Array, steps: int, w):
    """Predictive coding with the output pulled: one `Settled` for each trial."""
    return [
        settled(
            weights,
            biases,
            shown,
            (rectified, rectified_slope),
            steps=steps,
            step=2 * 0.1,
            pull=lambda output, error, y=y: -error - w * (output - y),
        )
        for shown, y in zip(x, wanted, strict=True)
    ]


def products(trials: Sequence[Settled]) -> list[Array]:
    """Sums over trials of errors times their senders, then of errors alone."""
    layers = range(len(trials[0].errors))
    return [sum(np.outer(t.errors[k], t.senders[k]) for t in trials) for k in layers] + [
        sum(t.errors[k] for t in trials) for k in layers
    ]

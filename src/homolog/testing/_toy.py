"""A small task for rules to learn, and small networks to learn it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.errors import HomologError
from homolog.testing._populations import require

if TYPE_CHECKING:
    from homolog.networks import LayeredNetwork
    from homolog.rules._rule import LearningRule

    RuleCheck = Callable[[LearningRule, np.random.Generator], None]

N_INPUTS = 40
N_HIDDEN = 60
N_CLASSES = 4
_CLUSTERS_OF_A_CLASS = 2
_MOST_HIDDEN_LAYERS = 5
_NOISE = 0.1

TENSORS = ("forward", "feedback", "lateral", "biases", "moments")


@dataclass(frozen=True, eq=False)
class Trials:
    """Stimuli with rates from 0 to 1, (trial, input), and the class of each."""

    stimulus: np.ndarray
    labels: np.ndarray

    def some(self, which: Any) -> Trials:
        return Trials(self.stimulus[which], self.labels[which])


def clusters(rng: np.random.Generator, n_trials: int) -> tuple[Trials, Trials]:
    """Trials to learn from and others to be tested on, from the same clusters.

    Each class is two clusters far apart, as handwritten sevens with and without a bar are.
    """
    n_clusters = N_CLASSES * _CLUSTERS_OF_A_CLASS
    centres = np.where(rng.random((n_clusters, N_INPUTS)) < 0.5, 0.15, 0.85)

    def drawn() -> Trials:
        which = rng.permutation(np.arange(n_trials) % n_clusters)
        noisy = centres[which] + _NOISE * rng.normal(size=(n_trials, N_INPUTS))
        return Trials(noisy.clip(0, 1).astype(np.float32), which % N_CLASSES)

    return drawn(), drawn()


def small_sizes(rule: LearningRule) -> tuple[int, ...]:
    """As many layers as the rule has settings for, with few neurons each."""
    refused = ""
    for n_hidden in range(1, _MOST_HIDDEN_LAYERS + 1):
        sizes = (N_INPUTS, *(N_HIDDEN,) * n_hidden, N_CLASSES)
        try:
            rule.step(rule.wire(sizes), np.zeros((1, N_INPUTS)), [0])
        except HomologError as error:
            refused = str(error)
        else:
            return sizes
    raise AssertionError(
        f"{rule.name} learns in no network of 1 to {_MOST_HIDDEN_LAYERS} hidden layers: {refused}"
    )


def wired(rule: LearningRule, seed: int = 0, **options: Any) -> LayeredNetwork:
    """A small newborn network, in double precision unless asked otherwise."""
    import torch

    options = {"dtype": torch.float64, **options}
    return rule.wire(small_sizes(rule), seed, **options)


def taught(
    rule: LearningRule, network: LayeredNetwork, trials: Trials, n_steps: int = 3
) -> LayeredNetwork:
    """The network after a few steps, each with the next few of the trials."""
    for few in np.array_split(np.arange(len(trials.labels)), n_steps):
        network = rule.step(network, trials.stimulus[few], trials.labels[few])
    return network


def tensors(network: LayeredNetwork) -> dict[str, Any]:
    """Every tensor of a network, by the name under which messages speak of it."""
    return {
        f"{name}[{k}]": tensor
        for name in TENSORS
        for k, tensor in enumerate(getattr(network, name))
    }


def counters(network: LayeredNetwork) -> tuple[Any, ...]:
    """What a network carries beside its tensors."""
    return network.seeds, network.steps, network.epochs, network.rule


def require_equal(
    got: LayeredNetwork, wanted: LayeredNetwork, broken: str, tolerance: float = 0.0
) -> None:
    """Raise AssertionError with the sentence `broken` and where two networks differ most."""
    ours, theirs = tensors(got), tensors(wanted)
    require(ours.keys() == theirs.keys(), f"{broken}: one has {set(ours) ^ set(theirs)} besides")
    for name, tensor in ours.items():
        away = largest_difference(tensor, theirs[name])
        require(away <= tolerance, f"{broken}: {name} differs by {away:.3g}")


def largest_difference(a: Any, b: Any) -> float:
    """Largest difference of two tensors, relative above 1; infinite if shapes or types differ."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return float("inf")
    if not a.numel():
        return 0.0
    size = max(1.0, float(a.abs().max()), float(b.abs().max()))
    away = float((a - b).abs().max()) / size
    return float("inf") if np.isnan(away) else away

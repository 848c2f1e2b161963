"""What noise does to a trained network and to what balancing makes of it, in the same trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from homolog.balancing import Balanced
    from homolog.networks import RecurrentNetwork
    from homolog.tasks.context_integration import ContextIntegration

Floats = NDArray[np.floating[Any]]

DT = 0.1
SMOOTHING = 5.0
"""Standard deviation of the Gaussian that smooths inputs and targets, in steps of `DT`."""

BLOCKS_A_TIME = 10
"""Blocks of trials, one of each condition, that are run at once."""

ORIGINAL = "original"
GAUGES = ("sum zero", "equal power", "grounded, equal power")


def resampled(task: ContextIntegration, n_blocks: int, rng: int) -> tuple[Floats, Floats]:
    """Inputs and targets in steps of `DT`, smoothed, as the reference tests its networks.

    It is not what they were trained on, which changes from step to step.

    Returns
    -------
    inputs, targets
        (trial, time, …), a block of trials has every condition once.
    """
    from scipy.ndimage import gaussian_filter1d

    trials = task.draw(rng, n_blocks * task.n_conditions)
    finer = round(task.step / DT)
    inputs, targets = (
        gaussian_filter1d(np.repeat(one, finer, axis=1), SMOOTHING, axis=1)
        for one in (trials.inputs, trials.targets)
    )
    return inputs, targets


@dataclass(frozen=True, eq=False)
class Variants:
    """A network and the same one balanced, in three ways.

    Attributes
    ----------
    networks
        `ORIGINAL` and `GAUGES`, in this order: with log-scales that sum to 0, as in the paper;
        shifted so that the activity keeps its power; and with costs of activity and readout,
        1 % of the whole each, taken into the balance, at equal power too.
    balanced, grounded
        How the second and the last came about.
    """

    networks: Mapping[str, RecurrentNetwork]
    balanced: Balanced
    grounded: Balanced


def variants(network: RecurrentNetwork, inputs: Floats) -> Variants:
    """Balance a network for robustness, its gains and power measured on these inputs."""
    from homolog.balancing import balance, power_matched, transform

    asked: dict[str, Any] = {"cost": "robustness", "inputs": inputs, "step": DT, "dt": DT}
    # Neurons whose gain is 0 are components of their own; h of all others sums to 0.
    balanced: Any = balance(network, on_reducible="components", **asked)
    grounded: Any = balance(network, on_reducible="ground", gauge="power-matched", **asked)
    shifted = power_matched(balanced.h, balanced.activity.power_before)
    made = (network, balanced.network, transform(network, shifted), grounded.network)
    return Variants(dict(zip((ORIGINAL, *GAUGES), made, strict=True)), balanced, grounded)


def side_by_side(networks: Mapping[str, RecurrentNetwork]) -> RecurrentNetwork:
    """Networks as replicas, so that all meet the same noise."""
    from homolog.networks import RecurrentNetwork

    parts = ("recurrent", "input_weights", "output_weights", "bias")
    stacked: dict[str, Any] = {
        part: np.stack([np.asarray(getattr(one, part)) for one in networks.values()])
        for part in parts
    }
    first = next(iter(networks.values()))
    return RecurrentNetwork(**stacked, activation=first.activation)


@dataclass(frozen=True, eq=False)
class Losses:
    """Mean squared errors of networks under noise.

    Attributes
    ----------
    of_trials
        (network, block, condition), of single trials.
    of_average
        (network,), of outputs averaged over blocks, condition by condition: noise that averages
        out does not count.
    """

    of_trials: Floats
    of_average: Floats


def losses(
    networks: RecurrentNetwork,
    inputs: Floats,
    targets: Floats,
    n_conditions: int,
    *,
    noise: float,
    rng: int,
) -> Losses:
    """Errors of replicas in trials with noise, block by block to spare memory."""
    n_blocks, size = len(inputs) // n_conditions, BLOCKS_A_TIME * n_conditions
    each, total = [], 0.0
    for first in range(0, len(inputs), size):
        which = slice(first, first + size)
        numbers = range(len(inputs))[which]
        run = networks.run(inputs[which], step=DT, dt=DT, noise=noise, rng=rng, trials=numbers)
        missed = run.outputs - targets[which]
        missed = missed.reshape(len(missed), -1, n_conditions, *missed.shape[2:])
        each.append((missed**2).mean(axis=(3, 4)))
        total = total + missed.sum(axis=1)
    average = np.asarray(total) / n_blocks
    return Losses(np.concatenate(each, axis=1), (average**2).mean(axis=(1, 2, 3)))


def ratio(
    balanced: Floats, original: Floats, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Ratio of mean losses, and its bootstrap standard error over blocks of trials.

    Parameters
    ----------
    balanced, original
        (block, condition) losses in the same trials.
    """
    above, below = balanced.mean(axis=1), original.mean(axis=1)
    drawn = rng.integers(len(above), size=(draws, len(above)))
    found = above[drawn].mean(axis=1) / below[drawn].mean(axis=1)
    return float(above.mean() / below.mean()), float(found.std(ddof=1))

"""All that recurrent networks learn: weights of replicas side by side, and their gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from homolog.networks import Activation, RecurrentNetwork

BIRTH = 0xB1_47_48
"""Sets first weights apart from other random numbers that come from the same seed."""


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of several replicas, or for each of them how the loss changes with it.

    Attributes
    ----------
    recurrent
        (replica, neuron, neuron), a row for each neuron that synapses lead to.
    input_weights
        (replica, neuron, input).
    output_weights
        (replica, output, neuron).
    bias
        (replica, neuron).
    """

    recurrent: Tensor
    input_weights: Tensor
    output_weights: Tensor
    bias: Tensor

    @property
    def n_replicas(self) -> int:
        """Networks side by side."""
        return self.recurrent.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        """The four parts."""
        return (getattr(self, name) for name in PARTS)

    def each(self, change: Callable[[Tensor], Tensor]) -> Weights:
        """All parts, each changed by a function."""
        return Weights(*map(change, self))

    def replica(self, at: int) -> Weights:
        """One replica, still with the first axis; memory is shared."""
        return self.each(lambda part: part[at : at + 1])


PARTS = tuple(one.name for one in fields(Weights))


def born(
    n_neurons: int, n_inputs: int, n_outputs: int, seed: int, number: int, dtype: torch.dtype
) -> Weights:
    """First weights of one replica: all but the bias normal with variance 1 / `n_neurons`.

    They depend on the seed and the replica's number alone; in single precision they are those of
    double precision, rounded.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(BIRTH, number)))
    shapes = (n_neurons, n_neurons), (n_neurons, n_inputs), (n_outputs, n_neurons)
    drawn = [rng.standard_normal(shape) / np.sqrt(n_neurons) for shape in shapes]
    parts = [*drawn, np.zeros(n_neurons)]
    return Weights(*(torch.from_numpy(part)[None].to(dtype) for part in parts))


def joined(replicas: list[Weights]) -> Weights:
    """Replicas side by side."""
    return Weights(*map(torch.cat, zip(*replicas, strict=True)))


def network(weights: Weights, activation: Activation, name: str) -> RecurrentNetwork:
    """The weights as a network, with its replica axis and memory of its own."""
    parts: dict[str, Any] = {
        part: tensor.detach().cpu().numpy().copy()
        for part, tensor in zip(PARTS, weights, strict=True)
    }
    return RecurrentNetwork(**parts, activation=activation, name=name)

"""Networks of ours as references see them: one replica, NumPy, and trials to learn from."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from homolog.networks import LayeredNetwork
from rules import corinfomax_reference, energy_reference

Matrix = NDArray[np.float64]

ONE_HIDDEN = (6, 5, 3)
DEEP = (6, 5, 4, 3)


def trials(seed: int, sizes: tuple[int, ...], n_trials: int, size: float = 3.0) -> tuple[Any, Any]:
    """Stimuli strong enough to drive some neurons to the border of the box, and one-hot targets."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, sizes[-1], n_trials)
    return size * rng.random((n_trials, sizes[0])), np.eye(sizes[-1])[labels]


def corinfomax_synapses(network: LayeredNetwork, replica: int = 0) -> corinfomax_reference.Synapses:
    return corinfomax_reference.Synapses(
        *(_numpy(getattr(network, name), replica) for name in ("forward", "feedback", "lateral"))
    )


def energy_synapses(network: LayeredNetwork, replica: int = 0) -> energy_reference.Synapses:
    return energy_reference.Synapses(
        *(_numpy(getattr(network, name), replica) for name in ("forward", "biases", "lateral"))
    )


def _numpy(tensors: tuple[torch.Tensor, ...], replica: int) -> list[Any]:
    return [tensor[replica].numpy().copy() for tensor in tensors]


def away(ours: Any, theirs: Any) -> float:
    """Largest difference of any weight or rate, relative above 1."""
    pairs = list(zip(ours, theirs, strict=True))
    assert all(a.shape == b.shape for a, b in pairs)
    sizes = (max(1.0, float(np.abs(b).max())) for _, b in pairs)
    return max(float(np.abs(a - b).max()) / s for (a, b), s in zip(pairs, sizes, strict=True))


def all_away(ours: Any, theirs: Any) -> float:
    """The same for all synapses of two networks as references see them."""
    names = vars(ours)
    return max(away(getattr(ours, n), getattr(theirs, n)) for n in names if getattr(ours, n))

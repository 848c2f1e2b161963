"""Small networks trained by backpropagation, and what their hidden neurons respond."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from homolog.tasks._idx import N_CLASSES

if TYPE_CHECKING:
    import torch

    from homolog.tasks._idx import Images

BATCH = 100
LEARNING_RATE = 1e-3


@contextmanager
def seeded(seed: int) -> Generator[torch.Generator]:
    """Random numbers for a network's birth and training, on one thread.

    PyTorch draws first weights from its global generator, which is put back as it was; sums
    over several threads would depend on how many there are.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield torch.Generator().manual_seed(seed)
    finally:
        torch.set_num_threads(threads)


def dense(n_inputs: int, widths: Sequence[int]) -> torch.nn.Sequential:
    """Fully connected layers of rectified neurons, and one of classes."""
    from torch import nn

    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in zip((n_inputs, *widths), widths, strict=False):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-1], N_CLASSES))


def convolutional(channels: Sequence[int], n_hidden: int) -> torch.nn.Sequential:
    """Convolutions that halve a 28 × 28 image each, a dense layer, and one of classes."""
    from torch import nn

    layers: list[nn.Module] = []
    side = 28
    for before, after in zip((1, *channels), channels, strict=False):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
        side = -(-side // 2)
    layers += [nn.Flatten(), nn.Linear(channels[-1] * side**2, n_hidden), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(n_hidden, N_CLASSES))


def train(
    network: torch.nn.Sequential,
    images: Images,
    *,
    n_images: int,
    epochs: int,
    generator: torch.Generator,
) -> None:
    """Teach a network, in place, to name the class of images, by Adam on the cross-entropy."""
    import torch

    shown = torch.from_numpy(images.train[:n_images, None])
    labels = torch.from_numpy(images.train_labels[:n_images])
    learning = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    for _ in range(epochs):
        for batch in torch.randperm(len(shown), generator=generator).split(BATCH):
            loss = torch.nn.functional.cross_entropy(network(shown[batch]), labels[batch])
            learning.zero_grad()
            loss.backward()
            learning.step()


def responses(
    network: torch.nn.Sequential, images: NDArray[np.float32]
) -> list[NDArray[np.float64]]:
    """(image, neuron) responses of every rectified layer, neurons that never change left out.

    A neuron of a convolutional layer is a channel: its mean over the places of the image.
    """
    import torch

    layers: list[NDArray[np.float64]] = []
    activity = torch.from_numpy(images[:, None])
    with torch.no_grad():
        for layer in network:
            activity = layer(activity)
            if isinstance(layer, torch.nn.ReLU):
                neurons = activity.flatten(2).mean(2) if activity.ndim == 4 else activity
                found = neurons.double().numpy()
                layers.append(found[:, np.ptp(found, axis=0) > 0])
    return layers


def accuracy(network: torch.nn.Sequential, images: Images) -> float:
    """Share of the test images whose class is named right."""
    import torch

    with torch.no_grad():
        named = network(torch.from_numpy(images.test[:, None])).argmax(1).numpy()
    return float((named == images.test_labels).mean())

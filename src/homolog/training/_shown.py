"""What is shown to networks: the stimuli of a task and their targets, where the networks are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from homolog.tasks import Classification


@dataclass(frozen=True, eq=False)
class Shown:
    """A task on a device.

    Attributes
    ----------
    train, test
        (stimulus, input) in float32.
    train_labels, test_labels
        Class of each stimulus.
    train_targets, test_targets
        (stimulus, class): 1 for the class of the stimulus, 0 for all others.
    """

    train: Tensor
    train_labels: Tensor
    train_targets: Tensor
    test: Tensor
    test_labels: Tensor
    test_targets: Tensor


def shown(task: Classification, device: str) -> Shown:
    """Bring a task to a device, once for all epochs."""
    targets = torch.eye(len(task.classes), device=device)
    train_labels, test_labels = (
        _there(labels, device) for labels in (task.train_labels, task.test_labels)
    )
    return Shown(
        _there(task.train, device),
        train_labels,
        targets[train_labels],
        _there(task.test, device),
        test_labels,
        targets[test_labels],
    )


def _there(array: NDArray[Any], device: str) -> Tensor:
    """An array on a device; on the CPU it is the same memory, for nothing writes to it."""
    # Of an array that must not be written to, PyTorch would warn.
    return torch.as_tensor(array if array.flags.writeable else array.copy(), device=device)

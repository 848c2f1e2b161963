"""A task of telling classes apart: stimuli with labels, for training and for testing."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.tasks._places import digest


@dataclass(frozen=True, eq=False)
class Classification:
    """Stimuli with their classes, for training and for testing; checked when made.

    Attributes
    ----------
    train, test
        (stimulus, input) drive of every input of a network, float32.
    train_labels, test_labels
        Class of each stimulus, int64, counted from 0.
    classes
        Name of each class.
    name
        What the task is called wherever a number from it is shown.
    lossy
        Whether the stimuli are a copy that lost detail; `name` then says so.
    shape
        Axes of one stimulus before it was made flat, for example (28, 28) for rows and
        columns, or (3, 32, 32) with colours first. Empty: it has no such axes.
    sha256
        SHA-256 of the content that was read, uncompressed; empty for a task of one's own.

    Raises
    ------
    HomologError
        HM025 for arrays of another kind or shape than above, or labels without a class;
        HM004 for a stimulus that is not finite.
    """

    train: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test: NDArray[np.float32]
    test_labels: NDArray[np.int64]
    classes: tuple[str, ...]
    name: str = "task"
    lossy: bool = False
    shape: tuple[int, ...] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise errors.bad_value("classes", self.classes, "the names of two classes or more")
        for which in ("train", "test"):
            stimuli, labels = getattr(self, which), getattr(self, f"{which}_labels")
            _check_stimuli(which, stimuli)
            _check_labels(f"{which}_labels", labels, len(stimuli), len(self.classes))
        if self.test.shape[1] != self.n_inputs:
            raise errors.bad_value(
                "test.shape", self.test.shape, f"(stimulus, {self.n_inputs}), as for train"
            )
        if self.shape and prod(self.shape) != self.n_inputs:
            raise errors.bad_value("shape", self.shape, f"axes of {self.n_inputs} inputs in all")

    @property
    def n_inputs(self) -> int:
        """How many inputs a network needs for one stimulus."""
        return self.train.shape[1]

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    @property
    def content(self) -> str:
        """What tells it from all other tasks: `sha256`, or of a task of one's own its arrays'."""
        arrays = (self.train, self.train_labels, self.test, self.test_labels)
        return self.sha256 or digest(array.tobytes() for array in arrays)

    def __repr__(self) -> str:
        return (
            f"Classification({self.name!r}, {len(self.train)} to train and {len(self.test)} to"
            f" test, {self.n_inputs} inputs, {self.n_classes} classes)"
        )


def _check_stimuli(which: str, stimuli: Any) -> None:
    wanted = "a float32 NumPy array (stimulus, input)"
    if not isinstance(stimuli, np.ndarray) or stimuli.dtype != np.float32:
        raise errors.bad_value(which, _kind(stimuli), wanted)
    if stimuli.ndim != 2 or 0 in stimuli.shape:
        raise errors.bad_value(f"{which}.shape", stimuli.shape, wanted)
    broken = ~np.isfinite(stimuli)
    if broken.any():
        raise errors.stimuli_not_finite(which, int(broken.sum()), int(broken.any(1).argmax()))


def _check_labels(which: str, labels: Any, n_stimuli: int, n_classes: int) -> None:
    wanted = f"an int64 NumPy array, one label for each of {n_stimuli} stimuli"
    if not isinstance(labels, np.ndarray) or labels.dtype != np.int64:
        raise errors.bad_value(which, _kind(labels), wanted)
    if labels.shape != (n_stimuli,):
        raise errors.bad_value(f"{which}.shape", labels.shape, wanted)
    if outside := sorted(set(labels[(labels < 0) | (labels >= n_classes)].tolist())):
        raise errors.bad_value(which, outside[0], f"0 to {n_classes - 1}, one for each class")


def _kind(given: Any) -> str:
    return f"{type(given).__name__} {getattr(given, 'dtype', '')}".strip()

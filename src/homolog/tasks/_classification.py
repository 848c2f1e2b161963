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
        (stimulus, input) drive of every input of a network, float32. Arrays of other real
        numbers are converted.
    train_labels, test_labels
        Class of each stimulus, int64, counted from 0. Other whole numbers are converted.
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
        HM004 for a stimulus that is not finite, or beyond what float32 holds.
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
            stimuli = _stimuli(which, getattr(self, which))
            name, n_stimuli = f"{which}_labels", len(stimuli)
            labels = _labels(name, getattr(self, name), n_stimuli, len(self.classes))
            object.__setattr__(self, which, stimuli)
            object.__setattr__(self, name, labels)
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


def _stimuli(which: str, given: Any) -> NDArray[np.float32]:
    """Stimuli in single precision; those that are in it already as they are."""
    wanted = "a NumPy array (stimulus, input) of real numbers: numpy.asarray makes one of a list"
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "fiub":
        raise errors.bad_value(which, _kind(given), wanted)
    if given.ndim != 2 or 0 in given.shape:
        raise errors.bad_value(
            f"{which}.shape", given.shape, "(stimulus, input), one of each or more"
        )
    with np.errstate(over="ignore"):  # What becomes inf is refused.
        stimuli = given.astype(np.float32, copy=False)
    broken = ~np.isfinite(stimuli)
    if broken.any():
        raise errors.stimuli_not_finite(which, int(broken.sum()), int(broken.any(1).argmax()))
    return stimuli


def _labels(which: str, given: Any, n_stimuli: int, n_classes: int) -> NDArray[np.int64]:
    """Labels as int64; those that are already as they are."""
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "iu":
        wanted = (
            f"a NumPy array of whole numbers, 0 to {n_classes - 1}: of labels of another kind"
            " numpy.unique(labels, return_inverse=True) gives classes and numbers"
        )
        raise errors.bad_value(which, _kind(given), wanted)
    if given.shape != (n_stimuli,):
        wanted = f"({n_stimuli},), one label for each of {n_stimuli} stimuli"
        raise errors.bad_value(f"{which}.shape", given.shape, wanted)
    if outside := sorted(set(given[(given < 0) | (given >= n_classes)].tolist())):
        raise errors.bad_value(which, outside[0], f"0 to {n_classes - 1}, one for each class")
    return given.astype(np.int64, copy=False)


def _kind(given: Any) -> str:
    return f"{type(given).__name__} {getattr(given, 'dtype', '')}".strip()

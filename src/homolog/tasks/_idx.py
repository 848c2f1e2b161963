"""Grey images and their classes in idx files, the format of MNIST and its successors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.tasks._places import ANEW, content

N_CLASSES, SIDE = 10, 28
FORMAT = "idx (unsigned bytes)"
MISFIT = "its header and its length do not fit each other"

FILES = {
    "train": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


@dataclass(frozen=True, eq=False)
class Images:
    """Grey images with their classes, for training and for testing.

    Attributes
    ----------
    train, test
        (image, row, column) brightness from 0 to 1, float32.
    train_labels, test_labels
        Class of each image, int64.
    """

    train: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test: NDArray[np.float32]
    test_labels: NDArray[np.int64]


def refuse_misfits(files: Mapping[str, Path]) -> None:
    """Refuse files under each other's names, or of unlike lengths, by their first bytes.

    Raises
    ------
    HomologError
        HM021 for a file that is not idx, or does not hold what its name says.
    """
    for which in ("train", "test"):
        images, labels = files[FILES[which]], files[FILES[f"{which}_labels"]]
        _refuse_misfits(images, labels)


def read(files: Mapping[str, Path], contents: Mapping[str, bytes]) -> Images:
    """Images and their classes, from the content of each of the files.

    Raises
    ------
    HomologError
        HM021 for a file that is damaged, or names a class that is not there.
    """
    arrays = {what: _array(files[name], contents[name]) for what, name in FILES.items()}
    for what in ("train_labels", "test_labels"):
        if arrays[what].max(initial=0) >= N_CLASSES:
            why = f"it names a class {arrays[what].max()}, and there are {N_CLASSES} from 0"
            raise errors.unreadable(files[FILES[what]], "labels of images", why, ANEW)
    return Images(
        _brightness(arrays["train"]),
        arrays["train_labels"].astype(np.int64),
        _brightness(arrays["test"]),
        arrays["test_labels"].astype(np.int64),
    )


def _refuse_misfits(images: Path, labels: Path) -> None:
    shape, n_labels = _shape(images, content(images, 20)), _shape(labels, content(labels, 20))
    if shape[1:] != (SIDE, SIDE):
        why = f"it holds an array of shape {shape}, not (image, {SIDE}, {SIDE})"
        raise errors.unreadable(images, "images", why, ANEW)
    if n_labels != shape[:1]:
        why = f"it holds an array of shape {n_labels}, not one label for each of {shape[0]} images"
        raise errors.unreadable(labels, "labels of images", why, ANEW)


def _shape(file: Path, found: bytes) -> tuple[int, ...]:
    """Of unsigned bytes behind a header: 0, 0, 8, number of axes, then their lengths."""
    n_axes = found[3] if found[:3] == b"\0\0\x08" and len(found) > 3 else 0
    if not n_axes or len(found) < 4 + 4 * n_axes:
        raise errors.unreadable(file, FORMAT, MISFIT, ANEW)
    return tuple(np.frombuffer(found[4 : 4 + 4 * n_axes], ">u4").tolist())


def _array(file: Path, found: bytes) -> NDArray[np.uint8]:
    shape = _shape(file, found)
    head = 4 + 4 * len(shape)
    if len(found) != head + int(np.prod(shape)):
        raise errors.unreadable(file, FORMAT, MISFIT, ANEW)
    return np.frombuffer(found, np.uint8, offset=head).reshape(shape)


def _brightness(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.divide(images, 255, dtype=np.float32)

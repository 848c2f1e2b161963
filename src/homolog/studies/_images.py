"""The user's own copy of MNIST or Fashion-MNIST, as their idx files."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.studies._study import Sources

_STEMS = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}

MISSING = (
    "it needs images; give the folder of the four idx files of MNIST or Fashion-MNIST with "
    "--images FOLDER"
)


@dataclass(frozen=True)
class Images:
    """Grey images with their classes, for training and for testing.

    Attributes
    ----------
    train, test
        (image, row, column) brightness from 0 to 1, float32.
    train_labels, test_labels
        Class of each image.
    """

    train: NDArray[np.float32]
    train_labels: NDArray[np.uint8]
    test: NDArray[np.float32]
    test_labels: NDArray[np.uint8]


def missing(sources: Sources) -> str | None:
    """What a part that trains networks lacks."""
    from importlib.util import find_spec

    if sources.images is None:
        return MISSING
    if find_spec("torch") is None:
        return (
            'it trains networks with PyTorch, which is not installed: pip install "homolog[torch]"'
        )
    return None


def files(sources: Sources) -> tuple[Path, ...]:
    """The four files, with or without ``.gz``.

    Raises
    ------
    HomologError
        HM032 for one that is not in the folder.
    """
    if sources.images is None:
        return ()
    return tuple(_file(sources.images, stem) for stem in _STEMS.values())


def read(sources: Sources) -> Images:
    """Read the images and their classes.

    Raises
    ------
    HomologError
        HM032 for a file that is not there, HM021 for one that is no idx file.
    """
    arrays = dict(zip(_STEMS, map(_idx, files(sources)), strict=True))
    return Images(
        _brightness(arrays["train_images"]),
        arrays["train_labels"],
        _brightness(arrays["test_images"]),
        arrays["test_labels"],
    )


def _brightness(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.divide(images, 255, dtype=np.float32)


def _file(folder: Path, stem: str) -> Path:
    for name in (stem, f"{stem}.gz"):
        if (folder / name).is_file():
            return folder / name
    near = sorted(file.name for file in folder.glob("*ubyte*")) if folder.is_dir() else []
    raise errors.no_file(folder / stem, near)


def _idx(file: Path) -> NDArray[np.uint8]:
    """Unsigned bytes behind a header: 0, 0, 8, number of axes, then their lengths."""
    try:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise errors.unreadable(file, "gzip", str(error), "Download it anew.") from error
    n_axes = content[3] if content[:3] == b"\0\0\x08" and len(content) > 3 else 0
    head = 4 + 4 * n_axes
    shape = tuple(np.frombuffer(content[4:head], ">u4").tolist()) if len(content) >= head else ()
    if not n_axes or len(content) != head + int(np.prod(shape)):
        why = "its header and its length do not fit each other"
        raise errors.unreadable(file, "idx (unsigned bytes)", why, "Download it anew.")
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)

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

N_CLASSES, SIDE = 10, 28
ANEW = "Download it anew."
IDX = "idx (unsigned bytes)"
MISFIT = "its header and its length do not fit each other"

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
    files(sources)  # what one gave is refused before what one lacks is asked for
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
        HM032 when one is not in the folder, HM021 for one that holds something else.
    """
    if sources.images is None:
        return ()
    if not sources.images.is_dir():
        raise errors.images_absent(sources.images, [], [])
    found = {what: _file(sources.images, stem) for what, stem in _STEMS.items()}
    if lacking := [_STEMS[what] for what, file in found.items() if file is None]:
        raise errors.images_absent(sources.images, lacking, _near(sources.images))
    there = {what: file for what, file in found.items() if file is not None}
    for which in ("train", "test"):
        _refuse_others(there[f"{which}_images"], there[f"{which}_labels"])
    return tuple(there.values())


def read(sources: Sources) -> Images:
    """Read the images and their classes.

    Raises
    ------
    HomologError
        HM032 for a file that is not there, HM021 for one that holds something else.
    """
    places = dict(zip(_STEMS, files(sources), strict=True))
    arrays = {what: _idx(file) for what, file in places.items()}
    for what in ("train_labels", "test_labels"):
        if arrays[what].max(initial=0) >= N_CLASSES:
            why = f"it names a class {arrays[what].max()}, and there are {N_CLASSES} from 0"
            raise errors.unreadable(places[what], "labels of images", why, ANEW)
    return Images(
        _brightness(arrays["train_images"]),
        arrays["train_labels"],
        _brightness(arrays["test_images"]),
        arrays["test_labels"],
    )


def _brightness(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.divide(images, 255, dtype=np.float32)


def _file(folder: Path, stem: str) -> Path | None:
    places = (folder / name for name in (stem, f"{stem}.gz"))
    return next((place for place in places if place.is_file()), None)


def _near(folder: Path) -> list[str]:
    """What might have been meant: files of that kind here, or folders that hold all of them."""
    if not folder.is_dir():
        return []
    inside = sorted(one for one in folder.iterdir() if one.is_dir())
    whole = [one for one in inside if all(_file(one, stem) for stem in _STEMS.values())]
    return [*(str(one) for one in whole), *sorted(one.name for one in folder.glob("*ubyte*"))]


def _refuse_others(images: Path, labels: Path) -> None:
    """Refuse files under each other's names, or of unlike lengths, by their first bytes."""
    shape, n_labels = _shape(images, _start(images)), _shape(labels, _start(labels))
    if shape[1:] != (SIDE, SIDE):
        why = f"it holds an array of shape {shape}, not (image, {SIDE}, {SIDE})"
        raise errors.unreadable(images, "images", why, ANEW)
    if n_labels != shape[:1]:
        why = f"it holds an array of shape {n_labels}, not one label for each of {shape[0]} images"
        raise errors.unreadable(labels, "labels of images", why, ANEW)


def _start(file: Path) -> bytes:
    return _content(file, 20)


def _content(file: Path, most: int = -1) -> bytes:
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            return stream.read(most)
    except (OSError, EOFError, zlib.error) as error:
        raise errors.unreadable(file, "gzip", str(error), ANEW) from error


def _shape(file: Path, content: bytes) -> tuple[int, ...]:
    """Of unsigned bytes behind a header: 0, 0, 8, number of axes, then their lengths."""
    n_axes = content[3] if content[:3] == b"\0\0\x08" and len(content) > 3 else 0
    if not n_axes or len(content) < 4 + 4 * n_axes:
        raise errors.unreadable(file, IDX, MISFIT, ANEW)
    return tuple(np.frombuffer(content[4 : 4 + 4 * n_axes], ">u4").tolist())


def _idx(file: Path) -> NDArray[np.uint8]:
    content = _content(file)
    shape = _shape(file, content)
    head = 4 + 4 * len(shape)
    if len(content) != head + int(np.prod(shape)):
        raise errors.unreadable(file, IDX, MISFIT, ANEW)
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)

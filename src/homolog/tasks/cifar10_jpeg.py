"""CIFAR-10 as a lossy JPEG copy in one parquet file, for when the official one is not at hand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.tasks._classification import Classification
from homolog.tasks._colour import CLASSES, SHAPE, scaled
from homolog.tasks._places import (
    ANEW,
    Folder,
    Published,
    content,
    digest,
    files,
    refuse_others,
)

FILE = "cifar10_jpeg.parquet"
FORM = "parquet of JPEG images"
NAME = "cifar10 (lossy JPEG copy)"

# Of the JPEG bytes, then the labels, then the splits, row for row: decoders differ by a grey
# level, and the container may be written anew.
PUBLISHED = Published(
    "cifar10_jpeg",
    {FILE: "538a23cb57cc4619506c64cb051d9447a2372568272543f371184ba4e53272d5"},
)


def load(folder: Folder = None, *, download: bool = False) -> Classification:
    """50,000 pictures to train and 10,000 to test, 3 colours × 32 × 32 pixels, centred.

    JPEG took away fine detail and half of the resolution of colour: accuracies on it are not
    those on CIFAR-10, and its name says so wherever they are shown. No address gives it, so
    `download` changes nothing.
    """
    return read(PUBLISHED, files(PUBLISHED, folder, download=download)[FILE])


def read(published: Published, file: Path) -> Classification:
    """The task in a parquet file with columns image, label and split (0 train, 1 test)."""
    jpegs, labels, test = _columns(file)
    got = digest([*jpegs, labels.tobytes(), test.tobytes()])
    refuse_others(published, FILE, file, got)
    pixels = _decoded(jpegs)
    classes = labels.astype(np.int64)
    return Classification(
        scaled(pixels[test == 0]),
        classes[test == 0],
        scaled(pixels[test == 1]),
        classes[test == 1],
        CLASSES,
        name=NAME,
        lossy=True,
        shape=SHAPE,
        sha256=got,
    )


def _columns(file: Path) -> tuple[list[bytes], NDArray[np.uint8], NDArray[np.uint8]]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise errors.missing_extra("the task cifar10_jpeg", "pyarrow", "io") from error
    try:
        held = pa.BufferReader(content(file))
        table: Any = pq.read_table(held, columns=["image", "label", "split"]).drop_null()
        jpegs = table["image"].cast(pa.binary()).to_pylist()
        label, split = (table[one].cast(pa.uint8()).to_numpy() for one in ("label", "split"))
    except (OSError, KeyError, pa.ArrowException) as error:
        raise errors.unreadable(file, FORM, str(error), ANEW) from error
    return jpegs, label, split


def _decoded(jpegs: Sequence[bytes]) -> NDArray[np.uint8]:
    """(image, colour, row, column) pixels."""
    try:
        from PIL import Image
    except ImportError as error:
        raise errors.missing_extra("the task cifar10_jpeg", "pillow", "data") from error
    pixels = np.empty((len(jpegs), *SHAPE), np.uint8)
    for i, jpeg in enumerate(jpegs):
        with Image.open(io.BytesIO(jpeg)) as image:
            pixels[i] = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    return pixels

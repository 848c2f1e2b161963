"""CIFAR-10: 60,000 pictures of animals and vehicles, in the binary form of Krizhevsky."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.tasks._classification import Classification
from homolog.tasks._colour import CLASSES, SHAPE, scaled
from homolog.tasks._places import ANEW, Folder, Published, content, digest, files

FORM = "CIFAR-10 (binary)"
N_PER_FILE = 10_000
N_BYTES = 1 + 3 * 32 * 32
TRAIN = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
TEST = "test_batch.bin"

PUBLISHED = Published("cifar10", dict.fromkeys((*TRAIN, TEST), ""), inside="cifar-10-batches-bin")


def load(folder: Folder = None, *, download: bool = False) -> Classification:
    """50,000 pictures to train and 10,000 to test, 3 colours × 32 × 32 pixels, centred."""
    found = files(PUBLISHED, folder, download=download)
    contents = {found[name]: content(found[name]) for name in (*TRAIN, TEST)}
    records = [_records(file, held) for file, held in contents.items()]
    _refuse_uneven(list(contents)[:-1], records[:-1])
    _refuse_uneven(list(contents)[-1:], records[-1:])
    train, test = np.concatenate(records[:-1]), records[-1]
    return Classification(
        _stimuli(train),
        train[:, 0].astype(np.int64),
        _stimuli(test),
        test[:, 0].astype(np.int64),
        CLASSES,
        name="cifar10",
        shape=SHAPE,
        sha256=digest(contents.values()),
    )


def _records(file: Path, held: bytes) -> NDArray[np.uint8]:
    """(image, byte): a label, then the pixels by colour, row and column."""
    if len(held) != N_PER_FILE * N_BYTES:
        why = f"it holds {len(held):,} bytes, not {N_PER_FILE:,} images of {N_BYTES:,}"
        raise errors.unreadable(file, FORM, why, ANEW)
    return np.frombuffer(held, np.uint8).reshape(-1, N_BYTES)


def _refuse_uneven(places: Sequence[Path], records: Sequence[NDArray[np.uint8]]) -> None:
    """Refuse files that do not hold as many images of each class, together, as any other."""
    labels = np.concatenate([part[:, 0] for part in records])
    counts = np.bincount(labels, minlength=len(CLASSES))
    if len(counts) > len(CLASSES) or len(set(counts.tolist())) > 1:
        where = ", ".join(map(str, places))
        why = f"its images are {counts.tolist()} of each class, not equally many of 10"
        raise errors.unreadable(where, FORM, why, ANEW)


def _stimuli(records: NDArray[np.uint8]) -> NDArray[np.float32]:
    return scaled(records[:, 1:].reshape(-1, *SHAPE))

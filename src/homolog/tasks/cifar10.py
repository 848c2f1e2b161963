"""CIFAR-10: 60,000 pictures of animals and vehicles, in the binary form of Krizhevsky."""

from __future__ import annotations

from pathlib import Path

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

FORM = "CIFAR-10 (binary)"
N_BYTES = 1 + 3 * 32 * 32

PUBLISHED = Published(
    "cifar10",
    {
        "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
        "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
        "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
        "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
        "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
        "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
    },
    mirrors=("https://www.cs.toronto.edu/~kriz",),
    archive="cifar-10-binary.tar.gz",
    inside="cifar-10-batches-bin",
)


def load(folder: Folder = None, *, download: bool = False) -> Classification:
    """50,000 pictures to train and 10,000 to test, 3 colours × 32 × 32 pixels, centred."""
    return read(PUBLISHED, folder, download=download)


def read(published: Published, folder: Folder, *, download: bool) -> Classification:
    """The task in files of records, of which the last is the one to test."""
    found = files(published, folder, download=download)
    contents = {name: content(file) for name, file in found.items()}
    records = [_records(found[name], held) for name, held in contents.items()]
    for name, held in contents.items():
        refuse_others(published, name, found[name], digest([held]), (published,))
    train, test = np.concatenate(records[:-1]), records[-1]
    return Classification(
        _stimuli(train),
        train[:, 0].astype(np.int64),
        _stimuli(test),
        test[:, 0].astype(np.int64),
        CLASSES,
        name=published.task,
        shape=SHAPE,
        sha256=digest(contents.values()),
    )


def _records(file: Path, held: bytes) -> NDArray[np.uint8]:
    """(image, byte): a label, then the pixels by colour, row and column."""
    if not held or len(held) % N_BYTES:
        why = f"it holds {len(held):,} bytes, no whole number of images of {N_BYTES:,}"
        raise errors.unreadable(file, FORM, why, ANEW)
    return np.frombuffer(held, np.uint8).reshape(-1, N_BYTES)


def _stimuli(records: NDArray[np.uint8]) -> NDArray[np.float32]:
    return scaled(records[:, 1:].reshape(-1, *SHAPE))

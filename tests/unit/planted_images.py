"""Small image files in the formats of the published ones, whose content is known."""

from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from homolog.tasks import _grey, cifar10, cifar10_jpeg
from homolog.tasks._places import Published

N_TRAIN, N_TEST = 6, 4


def write_idx(path: Path, array: np.ndarray) -> None:
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    content = head + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def plant_idx(folder: Path, rng: np.random.Generator, ending: str = "") -> dict[str, np.ndarray]:
    """Four idx files, and what they hold by name."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray] = {}
    for which, n in (("train", N_TRAIN), ("t10k", N_TEST)):
        arrays[f"{which}-images-idx3-ubyte"] = rng.integers(256, size=(n, 28, 28))
        arrays[f"{which}-labels-idx1-ubyte"] = rng.integers(10, size=n)
    for name, array in arrays.items():
        write_idx(folder / f"{name}{ending}", array)
    return arrays


def plant_records(folder: Path, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Six files of CIFAR-10 records, two images each, and what they hold by name."""
    folder.mkdir(parents=True, exist_ok=True)
    records = {name: rng.integers(256, size=(2, 3073)) for name in cifar10.PUBLISHED.content}
    for name, record in records.items():
        record[:, 0] %= 10
        (folder / name).write_bytes(record.astype(np.uint8).tobytes())
    return records


def plant_archive(folder: Path, records: Path) -> None:
    """The six files in one compressed tar file, inside the folder of the published one."""
    with tarfile.open(folder / cifar10.PUBLISHED.archive, "w:gz") as archive:
        for file in sorted(records.iterdir()):
            archive.add(file, f"{cifar10.PUBLISHED.inside}/{file.name}")


def plant_parquet(file: Path, rng: np.random.Generator, **columns: Any) -> list[np.ndarray]:
    """Six smooth pictures as JPEG in one parquet file, and their pixels as they were before."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from PIL import Image

    slopes = rng.integers(1, 5, size=(6, 3))
    ramp = np.add.outer(np.arange(32), np.arange(32))
    pixels = [(ramp[..., None] * slope // 2 + 60).astype(np.uint8) for slope in slopes]
    jpegs = []
    for picture in pixels:
        jpeg = io.BytesIO()
        Image.fromarray(picture).save(jpeg, "JPEG", quality=95)
        jpegs.append(jpeg.getvalue())
    table: dict[str, Any] = {
        "image": pa.array(jpegs, pa.binary()),
        "label": pa.array([3, 1, 2, 9, 0, 5], pa.uint8()),
        "split": pa.array([0, 1, 0, 0, 1, 0], pa.uint8()),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({**table, **columns}), file)
    return pixels


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, uncompressed."""
    return {
        file.name.removesuffix(".gz"): sha256(
            gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        ).hexdigest()
        for file in folder.iterdir()
    }


def published_idx(folder: Path) -> Published:
    """As if the four files in a folder had been published as MNIST."""
    found = contents(folder)
    return replace(_grey.MNIST, content={name: found[name] for name in _grey.MNIST.content})


def published_records(folder: Path) -> Published:
    """As if the six files in a folder had been published as CIFAR-10."""
    found = contents(folder)
    return replace(
        cifar10.PUBLISHED, content={name: found[name] for name in cifar10.PUBLISHED.content}
    )


def published_parquet(digest: str) -> Published:
    """As if a parquet file with this SHA-256 of its columns were the copy that is known."""
    return replace(cifar10_jpeg.PUBLISHED, content={cifar10_jpeg.FILE: digest})

"""NumPy's own formats: one array (.npy) or several in a zip (.npz), never with pickles."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from homolog import errors
from homolog.files._pickle import classes_named
from homolog.files._stored import Record, Stored

Opened = Callable[[], IO[bytes]]


def arrays_in_npy(path: Path) -> dict[str, Stored]:
    """Return the one array of an .npy file."""
    return {"responses": _stored(path.name, lambda: path.open("rb"), path.stat().st_size)}


def arrays_in_npz(path: Path) -> dict[str, Stored]:
    """Return the arrays of an .npz file."""
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if one.filename.endswith(".npy")]
        if not members and archive.infolist():
            raise ValueError("the zip holds no .npy")
    return {
        one.filename.removesuffix(".npy"): _stored(
            f"{path.name}::{one.filename.removesuffix('.npy')}",
            lambda one=one: zipfile.ZipFile(path).open(one),
            one.file_size,
        )
        for one in members
    }


def write_npy(path: Path, record: Record) -> None:
    """Write the responses alone."""
    with path.open("wb") as file:
        np.save(file, record["responses"], allow_pickle=False)


def write_npz(path: Path, record: Record) -> None:
    """Write every array, compressed."""
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **dict(record))


def _stored(name: str, opened: Opened, n_bytes: int) -> Stored:
    with opened() as file:
        shape, _, dtype = _header(file)
        if dtype.hasobject:
            found = classes_named(file.read())
            raise_on_read = errors.pickled(name, found, "Save plain numbers and text instead.")
            return Stored(shape, "object", "O", _raising(raise_on_read))
        expected = file.tell() + math.prod(shape) * dtype.itemsize
    if expected != n_bytes:
        raise ValueError(f"its header promises {expected:,} bytes and there are {n_bytes:,}")
    return Stored(shape, str(dtype), dtype.kind, lambda: _values(opened))


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(file)
    if version == (1, 0):
        return npy.read_array_header_1_0(file)
    if version in ((2, 0), (3, 0)):  # they differ in the encoding of field names only
        return npy.read_array_header_2_0(file)
    raise ValueError(f"version {version} of the .npy format is not known")


def _values(opened: Opened) -> NDArray[Any]:
    with opened() as file:
        return npy.read_array(file, allow_pickle=False)  # a zip checks its checksum at the end


def _raising(error: Exception) -> Callable[[], NDArray[Any]]:
    def read() -> NDArray[Any]:
        raise error

    return read

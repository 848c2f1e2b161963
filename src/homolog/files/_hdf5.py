"""HDF5, of any layout, and the MATLAB files of version 7.3 that are HDF5 underneath."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog.files._stored import Record, Stored, in_memory


def arrays_in_hdf5(path: Path) -> dict[str, Stored]:
    """Return every dataset, named by its path in the file."""
    return _datasets(path, matlab=False)


def arrays_in_mat73(path: Path) -> dict[str, Stored]:
    """Return every variable of a MATLAB 7.3 file, with axes in MATLAB's order."""
    found = _datasets(path, matlab=True)
    return {name: one for name, one in found.items() if not name.startswith("#")}


def _datasets(path: Path, *, matlab: bool) -> dict[str, Stored]:
    import h5py

    found: dict[str, Stored] = {}

    def visit(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset) and node.shape is not None:
            found[name] = _matlab(path, node) if matlab else _plain(path, node)

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def _plain(path: Path, dataset: Any) -> Stored:
    import h5py

    where = dataset.name
    if h5py.check_string_dtype(dataset.dtype) is not None:
        return Stored(dataset.shape, "text", "U", lambda: _read(path, where, text=True))
    kind = dataset.dtype.kind if dataset.dtype.kind in "fiubc" else "?"
    return Stored(dataset.shape, str(dataset.dtype), kind, lambda: _read(path, where))


def _matlab(path: Path, dataset: Any) -> Stored:
    """MATLAB writes columns first, so its axes come out reversed; text as code points."""
    where = dataset.name
    stored_as = dataset.attrs.get("MATLAB_class", b"")
    matlab_class = stored_as.decode() if isinstance(stored_as, bytes) else str(stored_as)
    shape = dataset.shape[::-1]
    if matlab_class == "char":
        return Stored((1,), "char", "U", lambda: _read_cell(path, where))
    if matlab_class == "cell":
        return Stored(shape, "cell", "U", lambda: _read_cell(path, where))
    if dataset.attrs.get("MATLAB_empty", 0):  # its size is written where its values would be
        return in_memory(np.zeros(dataset[()].ravel().astype(int)))
    plain = _plain(path, dataset)
    dtype, kind = ("bool", "b") if matlab_class == "logical" else (plain.dtype, plain.kind)

    def read() -> NDArray[Any]:
        values = _read(path, where).T
        return values.astype(bool) if matlab_class == "logical" else values

    return Stored(shape, dtype, kind, read)


def _read(path: Path, where: str, *, text: bool = False) -> NDArray[Any]:
    import h5py

    with h5py.File(path, "r") as file:
        dataset: Any = file[where]
        return np.asarray(dataset.asstr()[()] if text else dataset[()])


def _read_cell(path: Path, where: str) -> NDArray[Any]:
    """Read text, or a cell array of text."""
    import h5py

    with h5py.File(path, "r") as file:
        dataset: Any = file[where]
        if h5py.check_ref_dtype(dataset.dtype) is None:
            return np.array([_characters(dataset)])
        return np.array([_characters(file[one]) for one in dataset[()].T.ravel()])


def _characters(dataset: Any) -> str:
    if dataset.attrs.get("MATLAB_empty", 0):
        return ""
    if dataset.dtype.kind not in "ui":
        raise TypeError(f"a cell of {dataset.dtype} where text was expected")
    codes = dataset[()].T.ravel().astype("<u2")
    return codes.tobytes().decode("utf-16-le")


def write_hdf5(path: Path, record: Record) -> None:
    """Write every array as a dataset, those with axes with a checksum."""
    import h5py

    with h5py.File(path, "w") as file:
        for name, values in record.items():
            text = values.dtype.kind == "U"
            kind = h5py.string_dtype() if text else values.dtype
            checked = {} if values.ndim == 0 or text else {"fletcher32": True, "compression": 4}
            file.create_dataset(
                name, data=values.astype(object) if text else values, dtype=kind, **checked
            )

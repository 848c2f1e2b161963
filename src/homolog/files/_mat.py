"""MATLAB files: version 5 by scipy, version 7.3 as the HDF5 it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog.files._hdf5 import arrays_in_mat73
from homolog.files._stored import Record, Stored, texts

# MATLAB's classes, as NumPy's type and letter for it.
CLASSES = {
    "double": ("float64", "f"),
    "single": ("float32", "f"),
    "logical": ("bool", "b"),
    "sparse": ("float64", "f"),
    "char": ("char", "U"),
    "cell": ("cell", "U"),
    **{f"int{bits}": (f"int{bits}", "i") for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (f"uint{bits}", "u") for bits in (8, 16, 32, 64)},
}


def arrays_in_mat(path: Path) -> dict[str, Stored]:
    """Return the variables of a MATLAB file of version 5 or 7.3."""
    import h5py
    import scipy.io

    if h5py.is_hdf5(path):
        return arrays_in_mat73(path)
    return {
        name: _stored(path, name, shape, matlab_class)
        for name, shape, matlab_class in scipy.io.whosmat(path)
    }


def _stored(path: Path, name: str, shape: tuple[int, ...], matlab_class: str) -> Stored:
    dtype, kind = CLASSES.get(matlab_class, (matlab_class, "?"))
    return Stored(tuple(shape), dtype, kind, lambda: _read(path, name, matlab_class))


def _read(path: Path, name: str, matlab_class: str) -> NDArray[Any]:
    import scipy.io

    value: Any = scipy.io.loadmat(path, variable_names=[name])[name]
    if matlab_class == "cell":
        return np.array(texts(value))
    if matlab_class == "char":
        return np.array(["".join(texts(value))])
    if matlab_class == "sparse":
        return value.toarray()
    return value.astype(bool) if matlab_class == "logical" else value


def write_mat(path: Path, record: Record) -> None:
    """Write every array as a variable of a version 5 file, text as cells."""
    import scipy.io

    scipy.io.savemat(
        path,
        {name: _as_cell(values) for name, values in record.items()},
        appendmat=False,
        do_compression=True,
        oned_as="column",
    )


def _as_cell(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(object) if values.dtype.kind == "U" and values.ndim else values

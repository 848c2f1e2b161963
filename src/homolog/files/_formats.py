"""Every file format: what it is called, how it is read and written, what it can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from homolog import errors
from homolog.files import _pickle
from homolog.files._hdf5 import arrays_in_hdf5, write_hdf5
from homolog.files._mat import arrays_in_mat, write_mat
from homolog.files._netcdf import arrays_in_netcdf, write_netcdf
from homolog.files._npy import arrays_in_npy, arrays_in_npz, write_npy, write_npz
from homolog.files._parquet import arrays_in_parquet, write_parquet
from homolog.files._stored import Record, Stored
from homolog.files._table import arrays_in_csv, arrays_in_tsv, write_csv, write_tsv

BARE = frozenset({"responses"})
LABELLED = BARE | {"stimuli", "neurons"}
TABLE = LABELLED | {"missing", "groups", "unit", "name", "dropped"}
EVERYTHING = TABLE | {"times"}

MOST_BYTES_MAT5 = 2**31 - 1


@dataclass(frozen=True)
class Format:
    """A file format; `holds` says which parts of a population survive in it."""

    title: str
    arrays: Callable[[Path], dict[str, Stored]]
    write: Callable[[Path, Record], None]
    holds: frozenset[str] = EVERYTHING
    is_text: bool = False

    @property
    def is_table(self) -> bool:
        """Whether it has two axes only, stimulus and neuron."""
        return self.holds != EVERYTHING


HDF5 = Format("HDF5", arrays_in_hdf5, write_hdf5)

FORMATS = {
    ".npy": Format("a NumPy array", arrays_in_npy, write_npy, BARE),
    ".npz": Format("NumPy arrays", arrays_in_npz, write_npz),
    ".h5": HDF5,
    ".hdf5": HDF5,
    ".mat": Format("a MATLAB file", arrays_in_mat, write_mat),
    ".csv": Format("a table", arrays_in_csv, write_csv, LABELLED, is_text=True),
    ".tsv": Format("a table", arrays_in_tsv, write_tsv, LABELLED, is_text=True),
    ".parquet": Format("a parquet table", arrays_in_parquet, write_parquet, TABLE),
    ".nc": Format("netCDF", arrays_in_netcdf, write_netcdf),
}


def format_of(path: Path) -> Format:
    """Return the format that the ending of a file's name says (HM024, HM014)."""
    if path.suffix.lower() in FORMATS:
        return FORMATS[path.suffix.lower()]
    known = list(FORMATS)
    if path.suffix.lower() in _pickle.SUFFIXES and path.is_file():
        _pickle.refuse(path)
    raise errors.unknown_format(path.name, path.suffix, known)

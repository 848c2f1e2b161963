"""Reading a population from a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.files._choose import chosen
from homolog.files._formats import Format, format_of
from homolog.files._record import SEAL, fields_of, sealed
from homolog.files._stored import Arrays, Stored, UnreadableError, reading, values_of
from homolog.representation import Representation, represent
from homolog.representation._axes import named
from homolog.representation._represent import POLICIES, NanPolicy

BYTES_LOOKED_AT = 512


def load(
    path: str | PathLike[str],
    dims: str | Sequence[str] | None = None,
    *,
    nan: NanPolicy = "stop",
    flatten: bool = False,
    pool: Literal["mean"] | None = None,
    stimuli: Iterable[object] | None = None,
    neurons: Iterable[object] | None = None,
    times: Iterable[float] | None = None,
    unit: str | None = None,
    name: str | None = None,
) -> Representation:
    """Read a population from a file. Nothing in a file is ever run.

    Parameters
    ----------
    path
        .npy, .npz, .h5, .hdf5, .mat (version 5 or 7.3), .csv, .tsv, .parquet or .nc
        (netCDF). ``"file.h5::/group/array"`` names one array of several; without a name
        the array called responses is read, or the only one with two or more axes.
        Arrays beside it that are called stimuli, neurons, times, missing, groups, dims,
        unit and name say what their names say. A table has a row for each stimulus, a
        column for each neuron, and labels in the first column and row. A first column of
        numbers holds labels if its header is empty or a word such as stimulus, label or
        id, or if it alone is outside the series of the others (orientation, n0, n1); it
        is a neuron in the same series (n0, n1, n2), and refused otherwise.
    dims, flatten, pool
        See `represent`; the labels of a table go with its axes.
    nan
        See `represent`; ``"drop-units"`` and ``"drop-stimuli"`` also leave out what has
        responses that the file declares missing.
    stimuli, neurons, times, unit
        Labels and unit, instead of those in the file.
    name
        What messages and tables call the population; otherwise what the file says, or
        the file's own name and that of the array.

    Returns
    -------
    representation
        The checked population.

    Raises
    ------
    HomologError
        HM014 for a file that could run code, HM009 for one that would not fit in memory,
        HM021 for one that is empty, cut off or damaged, HM022 when it is not clear which
        array is meant, HM023 when the array is not there, HM024 for another format, HM032
        when there is no such file, HM039 when labels and responses of a table cannot be
        told apart; and what `represent` raises.
    """
    path, inner = located(path)
    told = {"stimuli": stimuli, "neurons": neurons, "times": times, "unit": unit, "name": name}
    given: dict[str, Any] = {key: value for key, value in told.items() if value is not None}
    form = format_of(path)
    fields = fields_in(chosen(arrays_in(path, form), inner, path), path, form)
    if SEAL in fields:
        _refuse_axes(path, dims, flatten, pool)
        ours = sealed(fields, path, form.title)
        return _complete(replace(ours, **given) if given else ours, nan)
    if {"stimuli", "neurons"} & form.holds and form.is_table:
        fields = _along_axes(fields, dims)
    own_name = f"{path.stem}/{inner}" if inner else path.stem
    fields: dict[str, Any] = {"name": own_name, **fields, **given}
    responses, own_dims = fields.pop("responses"), fields.pop("dims", None)
    if responses.dtype.kind == "f" and responses.size and not np.isfinite(responses).any():
        raise errors.nothing_finite(fields["name"], responses.size)
    dropped = fields.pop("dropped", ())
    if flatten or pool is not None:
        own_dims = None
    x = represent(responses, dims or own_dims, nan=nan, flatten=flatten, pool=pool, **fields)
    return _complete(replace(x, dropped=(*dropped, *x.dropped)) if dropped else x, nan)


def arrays(path: str | PathLike[str]) -> dict[str, NDArray[Any]]:
    """Read every array of a file as it is, by name, without making a population of any.

    Raises
    ------
    HomologError
        HM009, HM014, HM021, HM024 and HM032 as `load`.
    """
    file, _ = located(path)
    form = format_of(file)
    return {name: values_of(one, file, form.title) for name, one in arrays_in(file, form).items()}


def located(path: str | PathLike[str]) -> tuple[Path, str]:
    """Part the path of a file from the name of an array in it, empty if none (HM032)."""
    outer, _, inner = str(path).partition("::")
    file = Path(outer)
    if file.is_dir():
        raise errors.is_folder(file)
    if not file.is_file():
        folder = file.parent
        there = [one.name for one in folder.iterdir()] if folder.is_dir() else []
        raise errors.no_file(file, get_close_matches(file.name, there))
    return file, inner.strip("/")


def arrays_in(path: Path, form: Format) -> dict[str, Stored]:
    """Return the arrays of a file by their headers (HM021)."""
    with reading(path, form.title):
        if path.stat().st_size == 0:
            raise UnreadableError("it is empty")
        if not form.is_text and _is_text(path):
            raise UnreadableError("it is text", "Name it by what it is, .csv or .tsv for a table.")
        found = form.arrays(path)
    if SEAL in found and "responses" not in found:
        raise errors.unreadable(path, form.title, "it is cut off")
    return found


def fields_in(arrays: Arrays, path: Path, form: Format) -> dict[str, Any]:
    """Read the arrays of a record as the fields of a population (HM009, HM021)."""
    record = {key: values_of(one, path, form.title) for key, one in arrays.items()}
    with reading(path, form.title):
        return fields_of(record)


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        begins = file.read(BYTES_LOOKED_AT)
    return b"\n" in begins and not any(byte < 32 and byte not in b"\t\r\n" for byte in begins)


def _along_axes(fields: dict[str, Any], dims: str | Sequence[str] | None) -> dict[str, Any]:
    """Return the labels of a table's rows and columns under the axes that `dims` names."""
    if named(dims, (0, 0), "the table") == ("stimulus", "neuron"):
        return fields
    across = {"stimuli": "neurons", "neurons": "stimuli"}
    return {across.get(key, key): value for key, value in fields.items()}


def _complete(x: Representation, nan: NanPolicy) -> Representation:
    """Leave out what `nan` says for responses that the file declares missing."""
    if nan not in POLICIES:
        raise errors.bad_value("nan", nan, ", ".join(map(repr, POLICIES)))
    if nan == "drop-units":
        return x.drop_missing("neurons")
    return x.drop_missing("stimuli") if nan == "drop-stimuli" else x


def _refuse_axes(
    path: Path, dims: str | Sequence[str] | None, flatten: bool, pool: str | None
) -> None:
    """Raise HM025 for options that would change the axes of a population homolog saved."""
    options = {"dims": dims, "flatten": flatten or None, "pool": pool}
    wrong = [key for key, value in options.items() if value is not None]
    if wrong:
        raise errors.axes_saved(path, wrong)

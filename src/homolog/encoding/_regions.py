"""Which region each neuron of a recording stands in."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from homolog import errors
from homolog.files import load
from homolog.files._formats import format_of
from homolog.files._load import arrays_in, located
from homolog.files._stored import texts, values_of
from homolog.representation import Representation
from homolog.representation._axes import label as as_label

COLUMN = "region"
"""The column of a table, or the array beside the responses, that names regions."""

_NAMES = (COLUMN, f"{COLUMN}s")

Regions = Mapping[Any, object] | Sequence[object] | None


def regions_of(brain: Representation, given: Regions) -> tuple[str, ...]:
    """The region of every neuron; all in one that is called like the recording if None.

    Raises
    ------
    HomologError
        HM076 for regions that are not one for each neuron.
    """
    if given is None:
        return (brain.called,) * brain.n_neurons
    if isinstance(given, Mapping):
        named = {as_label(neuron): region for neuron, region in given.items()}
        without = [one for one in brain.neuron_labels if one not in named]
        if without:
            raise errors.regions_unmatched(brain.called, without, brain.n_neurons)
        given = [named[one] for one in brain.neuron_labels]
    listed = [str(as_label(one)) for one in given]
    if isinstance(given, str) or len(listed) != brain.n_neurons:
        raise errors.regions_miscounted(brain.called, len(listed), brain.n_neurons)
    return tuple(listed)


def regions_beside(given: Any) -> Regions:
    """What is called region (or regions) beside the responses of a recording; None if nothing.

    Parameters
    ----------
    given
        The path of a file, in which it is an array (a coordinate in netCDF); or an
        `xarray.DataArray`, of which it is a coordinate.
    """
    if isinstance(given, str | PathLike):
        return _in_file(str(given))
    found = next((one for one in _NAMES if one in getattr(given, "coords", ())), None)
    return None if found is None else np.ravel(given.coords[found].values).tolist()


def recording_in(path: str | PathLike[str], **options: Any) -> tuple[Representation, Regions]:
    """Read a recording, and the regions beside it: of all neurons, whomever it leaves out.

    Parameters
    ----------
    path
        A file as for `homolog.load`.
    options
        Of `homolog.load`.

    Raises
    ------
    HomologError
        What `homolog.load` raises.
    """
    recorded, beside = load(path, **options), regions_beside(path)
    if beside is None or len(beside) == recorded.n_neurons:
        return recorded, beside
    whole: dict[str, Any] = {**options, "nan": "pairwise"}
    labels = load(path, **whole).neuron_labels
    matched = len(labels) == len(beside)
    return recorded, dict(zip(labels, beside, strict=True)) if matched else beside


def _in_file(path: str) -> Regions:
    file, inner = located(path)
    form = format_of(file)
    arrays = arrays_in(file, form)
    group = inner.rpartition("/")[0]
    for name in _NAMES:
        place = f"{group}/{name}".strip("/")
        if place in arrays:
            values = values_of(arrays[place], file, form.title)
            return texts(values) if values.dtype.kind in "UOS" else values.ravel().tolist()
    return None


def regions_in_table(path: str | PathLike[str]) -> Regions:
    """The regions that a table of text gives: neurons in its first column.

    Raises
    ------
    HomologError
        HM032 no such file, HM076 no column of regions or two rows of one neuron.
    """
    file, _ = located(path)
    separator = "\t" if file.suffix.lower() == ".tsv" else ","
    with Path(file).open(encoding="utf-8-sig", newline="") as opened:
        rows = [row for row in csv.reader(opened, delimiter=separator) if row]
    header = rows[0] if rows else []
    if COLUMN not in header[1:] or any(len(row) != len(header) for row in rows):
        raise errors.regions_unread(file.name, COLUMN, header)
    at = header.index(COLUMN)
    found = {_number(row[0]): row[at] for row in rows[1:]}
    if len(found) < len(rows) - 1:
        raise errors.duplicate_labels(file.name, "neuron", _repeated([row[0] for row in rows[1:]]))
    return found


def _number(cell: str) -> str | int:
    """Labels of digits are numbers, as they are in tables of responses."""
    return int(cell) if cell.isdecimal() else cell


def _repeated(cells: Sequence[str]) -> list[str]:
    return sorted({one for one in cells if cells.count(one) > 1})

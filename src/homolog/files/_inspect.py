"""What is in a file: every array with its axes, type, gaps and silent neurons."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog._words import aligned
from homolog.errors import HomologError
from homolog.files._choose import beside, within
from homolog.files._formats import Format, format_of
from homolog.files._load import arrays_in, fields_in, located
from homolog.files._record import SEAL, sealed
from homolog.files._stored import Arrays, Stored, require_room
from homolog.representation._checks import constant_neurons

HEADINGS = ("array", "shape", "axes", "type", "missing", "dead", "labels")


@dataclass(frozen=True)
class ArrayInfo:
    """One array in a file.

    Parameters
    ----------
    name
        Its name in the file, as in ``"file.h5::name"``.
    shape
        Length of each axis.
    dims
        Names of the axes: as the file says, or stimulus and neuron for two axes; None if
        nobody knows.
    dtype
        Type of its entries.
    n_missing
        Number of NaN, infinite or declared missing entries; None for text, or where the
        array is too large to be read.
    n_dead
        Number of neurons that never change; None where no axis is known to be the neuron.
    labels
        First labels of stimuli and neurons, in words.
    """

    name: str
    shape: tuple[int, ...]
    dims: tuple[str, ...] | None
    dtype: str
    n_missing: int | None
    n_dead: int | None
    labels: str

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in its row of the table."""
        shape = " × ".join(map(str, self.shape)) or "one"
        dims = ", ".join(self.dims) if self.dims else "not named"
        counts = ["" if n is None else str(n) for n in (self.n_missing, self.n_dead)]
        return (
            self.name,
            shape,
            dims if len(self.shape) > 1 else "",
            self.dtype,
            *counts,
            self.labels,
        )


@dataclass(frozen=True)
class Contents:
    """Every array in a file; prints as a table."""

    path: Path
    arrays: tuple[ArrayInfo, ...]

    def __str__(self) -> str:
        """One line for each array."""
        rows = [HEADINGS, *(one.cells for one in self.arrays)]
        return "\n".join([str(self.path), *aligned(rows)])


def inspect(path: str | PathLike[str]) -> Contents:
    """List the arrays in a file, their axes, gaps, dead neurons and labels.

    Labels, masks and the like are listed with the array that they are about.

    Parameters
    ----------
    path
        A file as for `load`; with ``"::name"`` only that array, or that group of them.

    Returns
    -------
    contents
        A list that prints as a table.

    Raises
    ------
    HomologError
        As `load`, except that any number of arrays will do.
    """
    file, inner = located(path)
    form = format_of(file)
    arrays = arrays_in(file, form)
    kept = within(arrays, inner, file)
    reads = {one.read for name in kept for one in beside(arrays, name).values()}
    listed = [name for name, one in kept.items() if one.read not in reads]
    return Contents(file, tuple(_info(name, arrays, file, form) for name in listed))


def _info(name: str, arrays: Arrays, path: Path, form: Format) -> ArrayInfo:
    array = arrays[name]
    if not array.numeric:
        return ArrayInfo(name, array.shape, None, array.dtype, None, None, "")
    said = beside(arrays, name) if len(array.shape) > 1 else {}
    fields = fields_in(said, path, form)
    dims = fields.get("dims") or (("stimulus", "neuron") if len(array.shape) == 2 else None)
    n_missing = n_dead = None
    if _fits_in_memory(array, path):
        fields = fields_in({**said, "responses": array}, path, form)
        if SEAL in fields:
            sealed(fields, path, form.title)
        bad = _missing(fields)
        n_missing = int(bad.sum())
        n_dead = _count_dead(fields["responses"], bad, dims)
    return ArrayInfo(name, array.shape, dims, array.dtype, n_missing, n_dead, _labels(fields))


def _fits_in_memory(array: Stored, path: Path) -> bool:
    try:
        require_room(path, array.shape)
    except HomologError:
        return False
    return True


def _missing(fields: dict[str, Any]) -> NDArray[np.bool_]:
    bad = ~np.isfinite(fields["responses"])
    declared = fields.get("missing")
    if declared is None or np.shape(declared) != bad.shape:
        return bad
    return bad | declared


def _count_dead(
    values: NDArray[Any], bad: NDArray[np.bool_], dims: tuple[str, ...] | None
) -> int | None:
    if dims is None or "neuron" not in dims or len(dims) != values.ndim or 0 in values.shape:
        return None
    neurons_last = [i for i, dim in enumerate(dims) if dim != "neuron"] + [dims.index("neuron")]
    real = np.abs(values) if values.dtype.kind == "c" else values
    responses = real.transpose(neurons_last).astype(np.float64)
    return int(constant_neurons(responses, bad.transpose(neurons_last)).sum())


def _labels(fields: dict[str, Any]) -> str:
    """Show the first labels of stimuli and neurons."""
    shown: list[str] = []
    for key in ("stimuli", "neurons"):
        labels = fields.get(key)
        if labels:
            first = ", ".join(map(str, labels[:2])) + (", …" if len(labels) > 2 else "")
            shown.append(f"{key} {first}")
    return "; ".join(shown)

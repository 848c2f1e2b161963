"""netCDF as xarray writes it: named axes with coordinates."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog.files._record import SEAL
from homolog.files._stored import Arrays, Record, Stored, in_memory, texts
from homolog.representation._represent import xarray_fields

COORDINATES = {"stimuli": "stimulus", "neurons": "neuron", "groups": "group", "times": "time"}
WORDS = (SEAL, "name", "unit", "dropped")


def arrays_in_netcdf(path: Path) -> dict[str, Stored]:
    """Return the variables, each with its coordinates beside it."""
    with _opened(path) as dataset:
        variables = {str(name): _variable(path, dataset, name) for name in dataset.data_vars}
        return _told_of_axes(path, dataset) | {
            name: replace(one, beside=_beside(dataset[name], variables))
            for name, one in variables.items()
        }


def _told_of_axes(path: Path, dataset: Any) -> dict[str, Stored]:
    """Coordinates beside those that name an axis, as the region of each neuron may be."""
    return {
        str(name): _variable(path, dataset, name)
        for name, one in dataset.coords.items()
        if one.ndim == 1 and name not in dataset.dims
    }


def _opened(path: Path) -> Any:
    import h5py
    import xarray

    with path.open("rb") as file:
        classic = file.read(3) == b"CDF"
    if not classic:
        with h5py.File(path, "r") as file:  # where this fails h5netcdf complains on stderr too
            dict(file.attrs)
    # Moments are numbers here; decoding them as dates would hide their unit.
    return xarray.open_dataset(
        path, engine="scipy" if classic else "h5netcdf", decode_times=False, cache=False
    )


def _beside(array: Any, variables: Arrays) -> Arrays:
    """Return coordinates, words and mask of a variable."""
    dims, fields = xarray_fields(array)
    fields.pop("name", None)  # of the variable, not of the population
    words = json.loads(array.attrs.get("homolog", "{}"))
    fields |= {key: words[key] for key in WORDS if key in words} | {"dims": dims}
    beside = {key: in_memory(np.asarray(value)) for key, value in fields.items()}
    if array.name == "responses" and "missing" in variables:
        beside["missing"] = variables["missing"]
    return beside


def _variable(path: Path, dataset: Any, name: Any) -> Stored:
    def read() -> NDArray[Any]:
        with _opened(path) as reopened:
            return reopened[name].values

    array = dataset[name]
    return Stored(array.shape, str(array.dtype), array.dtype.kind, read)


def write_netcdf(path: Path, record: Record) -> None:
    """Write the responses and the mask with their coordinates, with checksums."""
    import xarray

    dims = texts(record["dims"])
    words = {key: texts(record[key]) for key in WORDS if key in record}
    attrs = {"homolog": json.dumps(words), "units": "".join(words.get("unit", []))}
    coords: dict[str, Any] = {}
    for key, coordinate in COORDINATES.items():
        if key in record:
            along = "stimulus" if key == "groups" else coordinate
            coords[coordinate] = (along, record[key], {"units": "s"} if key == "times" else {})
    variables: dict[str, Any] = {"responses": (dims, record["responses"], attrs)}
    if "missing" in record:
        variables["missing"] = (dims, record["missing"])
    xarray.Dataset(variables, coords).to_netcdf(
        path,
        engine="h5netcdf",
        encoding={name: {"fletcher32": True, "zlib": True} for name in variables},
    )

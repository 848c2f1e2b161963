"""Whatever holds responses in memory becomes a Representation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import check_tensor
from homolog.representation import _axes, _checks
from homolog.representation._by_name import is_counted
from homolog.representation._representation import Representation
from homolog.representation._taking import without

NanPolicy = Literal["stop", "drop-units", "drop-stimuli", "pairwise"]

SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "milliseconds": 1e-3, "us": 1e-6}

_NOT_ONE_ARRAY = {
    "pandas Series": "Pass a DataFrame with stimuli in rows and neurons in columns.",
    "xarray Dataset": "Pass one of its variables: dataset[name].",
}

POLICIES = ("stop", "drop-units", "drop-stimuli", "pairwise")


def represent(
    obj: object,
    dims: str | Sequence[str] | None = None,
    *,
    nan: NanPolicy = "stop",
    flatten: bool = False,
    pool: Literal["mean"] | None = None,
    stimuli: Iterable[object] | None = None,
    neurons: Iterable[object] | None = None,
    times: Iterable[float] | None = None,
    missing: object = None,
    groups: Iterable[object] | None = None,
    unit: str = "",
    name: str = "",
) -> Representation:
    """Turn an array with responses into a `Representation`.

    Parameters
    ----------
    obj
        NumPy (also masked), PyTorch (detached, from any device) or JAX array,
        `xarray.DataArray` (axes and labels from its dims and coordinates),
        `pandas.DataFrame` (stimuli in rows, neurons in columns, labels from its index
        and columns), nested lists, or a Representation, which is returned unchanged.
    dims
        Names of the axes of the array, see `Representation`.
    nan
        What to do with NaN and infinities that `missing` does not declare: ``"stop"``
        raises HM004; ``"drop-units"`` and ``"drop-stimuli"`` leave out every neuron or
        stimulus that has any, and say so in `dropped`; ``"pairwise"`` declares them
        missing, so that each comparison uses the stimuli that both populations have.
    flatten
        Take the first axis as the stimulus and every entry of the others as a neuron.
    pool
        ``"mean"`` takes the first axis as the stimulus, the second as the neuron, and
        averages over the others.
    stimuli, neurons, times, missing, groups, unit, name
        See `Representation`; they replace what `obj` itself says.

    Returns
    -------
    representation
        The checked population.

    Raises
    ------
    HomologError
        What `Representation` raises; HM025 for an option that is not known or does not
        go with the others.
    """
    told = {"stimuli": stimuli, "neurons": neurons, "times": times, "missing": missing}
    told |= {"groups": groups, "unit": unit or None, "name": name or None}
    told = {key: value for key, value in told.items() if value is not None}
    if isinstance(obj, Representation):
        return _unchanged(obj, told if dims is None else {**told, "dims": dims})
    if nan not in POLICIES:
        raise errors.bad_value("nan", nan, ", ".join(map(repr, POLICIES)))
    values, own_dims, own = _contents(obj, dims, name or "the population")
    fields: dict[str, Any] = own | told
    called = fields.get("name") or "the population"
    values = _checks.real(values, called)
    if flatten or pool is not None:
        values, own_dims, fields = _two_axes(values, flatten, pool, dims, fields)
    names = _axes.named(dims or own_dims, values.shape, called)
    return _with_policy(values, names, fields, nan)


def _with_policy(
    values: NDArray[Any], dims: tuple[str, ...], fields: dict[str, Any], nan: NanPolicy
) -> Representation:
    """Build the population after what `nan` says about undeclared NaN and infinities."""
    called = fields.get("name", "the population")
    bad = ~np.isfinite(values)
    declared = fields.get("missing")
    if declared is not None:
        declared = _checks.mask(declared, bad.shape, called)
        bad &= ~declared
    if nan == "stop" or not bad.any():
        return Representation(values, dims, **fields)
    fields = {**fields, "missing": bad if declared is None else bad | declared}
    if nan == "pairwise":
        return Representation(values, dims, **fields)
    dim = "neuron" if nan == "drop-units" else "stimulus"
    out, why = _checks.along(bad, dims, dim), "with NaN or inf"
    if out.all():
        raise errors.nothing_left(called, dim, out.size, why)
    return without(Representation(values, dims, **fields), dim, out, why)


def _unchanged(obj: Representation, told: dict[str, Any]) -> Representation:
    if told:
        raise errors.bad_value(
            ", ".join(told), "given", "nothing beside a Representation, which has its own"
        )
    return obj


def _two_axes(
    values: NDArray[Any],
    flatten: bool,
    pool: str | None,
    dims: object,
    fields: dict[str, Any],
) -> tuple[NDArray[Any], None, dict[str, Any]]:
    """Flatten or pool everything after the first axis, keeping only labels that survive."""
    if flatten and pool is not None:
        raise errors.bad_value("pool", pool, "None with flatten=True")
    if pool not in (None, "mean"):
        raise errors.bad_value("pool", pool, "None, 'mean'")
    if dims is not None:
        raise errors.bad_value("dims", dims, "None with flatten=True or pool='mean'")
    called = fields.get("name", "the population")
    if values.ndim < 2:
        raise errors.axes_misnamed(called, values.shape, ())
    kept = {key: value for key, value in fields.items() if key != "times"}
    if flatten:
        if "missing" in kept:
            mask = _checks.mask(kept["missing"], values.shape, called)
            kept["missing"] = mask.reshape(len(values), -1)
        return values.reshape(len(values), -1), None, kept
    if "missing" in kept:
        raise errors.bad_value("missing", "given", "None with pool='mean'")
    return values.mean(tuple(range(2, values.ndim))), None, kept


def _contents(
    obj: Any, dims: str | Sequence[str] | None, called: str
) -> tuple[Any, Sequence[str] | None, dict[str, Any]]:
    """Return the values of a container, the names of its axes and the labels it holds.

    Containers are recognised by where their class comes from, so that none of their
    libraries is imported for an array of another.
    """
    library = type(obj).__module__.partition(".")[0]
    if isinstance(obj, (str, PathLike)):
        raise errors.bad_value("obj", str(obj), "an array; a file is read by homolog.load(path)")
    kind = f"{library} {type(obj).__name__}"
    if kind in _NOT_ONE_ARRAY:
        raise errors.not_an_array(called, kind, _NOT_ONE_ARRAY[kind])
    if library == "torch":
        check_tensor(obj, called)
        return _from_torch(obj), None, {}
    if library == "xarray":
        dims, fields = xarray_fields(obj)
        return obj.values, dims, fields
    if library == "pandas":
        return _from_pandas(obj, dims)
    if library == "cupy":
        return obj.get(), None, {}
    if isinstance(obj, np.ma.MaskedArray):
        return obj.filled(0), None, {"missing": np.ma.getmaskarray(obj)}
    return obj, None, {}


def _from_torch(tensor: Any) -> NDArray[Any]:
    tensor = tensor.detach().cpu()
    narrow = tensor.is_floating_point() and tensor.element_size() < 4
    return (tensor.float() if narrow else tensor).resolve_conj().resolve_neg().numpy()


def xarray_fields(array: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the names of the axes of a DataArray and the labels in its coordinates."""
    dims = tuple(_axes.SYNONYMS.get(str(dim), str(dim)) for dim in array.dims)
    fields: dict[str, Any] = {"unit": str(array.attrs.get("units", ""))}
    if array.name is not None:
        fields["name"] = str(array.name)
    for given, dim in zip(array.dims, dims, strict=True):
        if given not in array.coords:
            continue
        if dim == "time":
            fields["times"] = _seconds(array.coords[given])
        elif dim != "trial":
            key = "stimuli" if dim == "stimulus" else "neurons"
            fields[key] = array.coords[given].values.tolist()
    if "group" in array.coords:
        fields["groups"] = array.coords["group"].values.tolist()
    return dims, fields


def _seconds(coordinate: Any) -> list[float]:
    """Return the times of a coordinate in seconds, whatever its unit."""
    values = coordinate.values
    if values.dtype.kind == "m":
        return (values / np.timedelta64(1, "s")).tolist()
    unit = str(coordinate.attrs.get("units", "s"))
    if values.dtype.kind not in "iuf" or unit not in SECONDS:
        allowed = f"numbers or timedelta64, units one of {', '.join(SECONDS)}"
        raise errors.bad_value("the time coordinate", f"{values.dtype} in {unit}", allowed)
    return (values * SECONDS[unit]).tolist()


def _from_pandas(frame: Any, dims: str | Sequence[str] | None) -> tuple[Any, None, dict[str, Any]]:
    import pandas

    is_numeric = pandas.api.types.is_numeric_dtype
    words = [str(column) for column, dtype in frame.dtypes.items() if not is_numeric(dtype)]
    if words:
        raise errors.columns_not_numeric(words)
    fields: dict[str, Any] = {}
    names = _axes.named(dims, frame.shape, "the table")
    for dim, axis in zip(names, (frame.index, frame.columns), strict=True):
        if not (isinstance(axis, pandas.RangeIndex) and is_counted(axis)):
            fields["stimuli" if dim == "stimulus" else "neurons"] = axis.tolist()
    values = frame.to_numpy()
    if values.dtype == object:  # pandas' own types, where a gap is <NA>
        values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return values, None, fields

"""Which array of a file holds the responses, and what beside it says about them."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from homolog import errors
from homolog.files._record import BESIDE, LABELS, TEXTS
from homolog.files._stored import Arrays, Stored

WRAPPED = {"struct", "cell"}


def chosen(arrays: Arrays, inner: str, path: Path) -> dict[str, Stored]:
    """Return the responses and what stands beside them, keyed like a record.

    Parameters
    ----------
    arrays
        All arrays of the file.
    inner
        Name of an array, or of a group that holds one; empty for the whole file.
    path
        The file, for messages.

    Raises
    ------
    HomologError
        HM022 when it is not clear which array is meant, HM023 when `inner` is not there.
    """
    name = _named(arrays, inner, path)
    return {**beside(arrays, name), "responses": arrays[name]}


def beside(arrays: Arrays, name: str) -> Arrays:
    """Return labels, mask and the like that the format, or the same group, gives.

    Arrays of a group belong to the one called responses, or to the only one there is.
    """
    said = arrays[name].beside
    if said is not None:
        return said
    group, slash, leaf = name.rpartition("/")
    here = {
        other.removeprefix(group + slash): one
        for other, one in arrays.items()
        if other.rpartition("/")[0] == group
    }
    if leaf != "responses" and len(candidates(here)) > 1:
        return {}
    return {key: here[key] for key in BESIDE if key in here and _fits(key, here[key])}


def candidates(arrays: Arrays) -> list[str]:
    """Name the arrays that could be responses: numbers, with two or more axes if any has."""
    numeric = [
        name
        for name, one in arrays.items()
        if one.numeric and not _fits(name.rpartition("/")[2], one)
    ]
    wide = [name for name in numeric if len(arrays[name].shape) > 1]
    return wide or numeric


def _fits(key: str, array: Stored) -> bool:
    """Whether an array of this name is the label, mask or word that the name says."""
    along_one_axis = sum(size > 1 for size in array.shape) <= 1
    if key in TEXTS:
        return array.kind == "U" and along_one_axis
    if key in LABELS:
        return array.kind in "Uiuf" and along_one_axis
    if key == "times":
        return array.kind in "iuf" and along_one_axis
    return key == "missing" and array.kind in "bu"


def within(arrays: Arrays, inner: str, path: Path) -> dict[str, Stored]:
    """Return the array of this name, or those of the group; all of them without a name."""
    found = {
        name: one
        for name, one in arrays.items()
        if not inner or name == inner or name.startswith(f"{inner}/")
    }
    if inner and not found:
        _refuse_wrapped(arrays, inner.partition("/")[0], path)
        near = get_close_matches(inner, arrays, cutoff=0.4)
        raise errors.unknown_name("array", inner, near, f"homolog inspect {path} lists all.")
    return found


def _refuse_wrapped(arrays: Arrays, name: str, path: Path) -> None:
    """Raise HM017 for a variable of MATLAB that wraps others."""
    if name in arrays and arrays[name].dtype in WRAPPED:
        raise errors.wrapped(path, name, arrays[name].dtype)


def _named(arrays: Arrays, inner: str, path: Path) -> str:
    found = within(arrays, inner, path)
    if inner in found:
        _refuse_wrapped(found, inner, path)
        return inner
    names = candidates(found)
    responses = f"{inner}/responses".strip("/")
    if responses in names:
        return responses
    pickled = [name for name, one in found.items() if one.kind == "O"]
    if len(names) == 1 or (not names and pickled):
        return [*names, *pickled][0]
    if not names:
        for name in found:
            _refuse_wrapped(found, name, path)
    raise errors.which_array(path, names, f"{path}::{names[0]}" if names else "")

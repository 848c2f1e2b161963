"""Matrices of synapses from files: sparse as connectomes are kept, or dense."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from scipy import sparse

from homolog import errors
from homolog.networks._recurrent_files import CSR, HEADER, checked_csr
from homolog.networks._recurrent_parts import Weights

Arrays = dict[str, NDArray[Any]]
NAMES = ("names", "neurons")
"""Arrays of labels that may stand beside the synapses."""


def connectome(source: Any, key: str | None) -> tuple[Weights, list[Any] | None, str]:
    """Weights, labels of neurons if there are any, and what the file is called."""
    if not isinstance(source, str | Path):
        if key is not None:
            raise errors.bad_value("key", key, "None, unless the source is a file")
        return source, None, ""
    from homolog.files import arrays

    path, there = Path(source), arrays(source)
    if HEADER in there:
        why = "it is a network already, and homolog.networks.load_recurrent reads it"
        raise errors.not_a_recurrent_network(str(path), why)
    weights = _sparse(path, there) if key is None and "data" in there else _dense(path, there, key)
    names = next((there[one].tolist() for one in NAMES if one in there), None)
    return weights, names, path.stem


def _sparse(path: Path, there: Arrays) -> Weights:
    if {"indptr", "indices", "shape"} <= there.keys() and _form(there) == "csr":
        return checked_csr(*(there[name] for name in CSR))
    if "format" not in there:
        lacking = ", ".join(name for name in CSR if name not in there)
        raise errors.unreadable(path, "a connectome", f"it lacks {lacking} of a CSR matrix")
    try:
        return sparse.csr_array(sparse.load_npz(path))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise errors.unreadable(path, "a sparse matrix of scipy", str(error)) from error


def _form(there: Arrays) -> str:
    """How scipy says that a matrix is kept; CSR where nobody says anything."""
    given = there["format"].item() if "format" in there else "csr"
    return given.decode(errors="replace") if isinstance(given, bytes) else str(given)


def _dense(path: Path, there: Arrays, key: str | None) -> Weights:
    """The array of that name, the only square one, or the only one, of whatever shape."""
    square = [
        name
        for name, array in there.items()
        if array.ndim in (2, 3) and array.shape[-1] == array.shape[-2] and array.dtype.kind in "iuf"
    ]
    if key is None and len(square) != 1 and len(there) != 1:
        example = 'key="W_hh", say, one that is (neuron, neuron).'
        raise errors.which_array(path, list(there), example)
    name = next(iter(square or there)) if key is None else key
    if name not in there:
        near = get_close_matches(name, there, n=3, cutoff=0.4)
        raise errors.unknown_name("array", name, near, f"{path} holds {', '.join(there)}.")
    return there[name]

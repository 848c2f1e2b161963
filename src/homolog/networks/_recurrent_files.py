"""Recurrent networks in files: arrays in an .npz, and a header that says what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog import errors
from homolog._write import replacing
from homolog.networks._recurrent_parts import FORMS
from homolog.networks.activations import Activation

if TYPE_CHECKING:
    from homolog.networks.recurrent import RecurrentNetwork

HEADER = "recurrent_network"
"""Under which a file keeps everything that is no array of numbers."""
VERSION = 1
CSR = ("data", "indices", "indptr", "shape")


def write(network: RecurrentNetwork, path: Path) -> Path:
    """Write everything to an .npz file, whole or not at all."""
    if path.suffix != ".npz":
        raise errors.unknown_format(path.name, path.suffix, [".npz"])
    arrays = {name: getattr(network, name) for name in FORMS if name != "recurrent"}
    if network.is_sparse:
        weights = network.recurrent
        shape = np.asarray(weights.shape)
        arrays |= dict(
            zip(CSR, (weights.data, weights.indices, weights.indptr, shape), strict=True)
        )
    else:
        arrays["recurrent"] = network.recurrent
    if network.neurons is not None:
        arrays["neurons"] = np.asarray(network.neurons)
    if isinstance(network.phi.slopes, tuple):
        arrays["slopes"] = np.asarray(network.phi.slopes)
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **{HEADER: np.asarray(_header(network))}, **arrays)
    return path


def read(path: Path) -> RecurrentNetwork:
    """Read what `write` wrote, and refuse everything else."""
    from homolog.files import arrays
    from homolog.networks.recurrent import RecurrentNetwork

    if path.is_file() and path.suffix != ".npz":
        raise errors.unknown_format(path.name, path.suffix, [".npz"])
    there = arrays(path)
    header = _read_header(path, there)
    try:
        recurrent = _csr(there) if "indptr" in there else there["recurrent"]
        slopes = tuple(there["slopes"]) if "slopes" in there else header["slopes"]
        return RecurrentNetwork(
            recurrent,
            **{name: there[name] for name in FORMS if name != "recurrent"},
            activation=Activation(header["activation"], slopes),
            reads=header["reads"],
            neurons=tuple(there["neurons"].tolist()) if "neurons" in there else None,
            name=header["name"],
        )
    except KeyError as error:
        raise errors.unreadable(path, "a recurrent network", f"it lacks {error}") from error
    except errors.HomologError as error:
        raise errors.unreadable(path, "a recurrent network", str(error)) from error


def _header(network: RecurrentNetwork) -> str:
    slopes = network.phi.slopes
    said = {
        "version": VERSION,
        "activation": network.phi.name,
        "slopes": None if isinstance(slopes, tuple) else slopes,
        "reads": network.reads,
        "name": network.name,
    }
    return json.dumps(said)


def _read_header(path: Path, there: dict[str, NDArray[Any]]) -> dict[str, Any]:
    if HEADER not in there:
        found = ", ".join(map(repr, list(there)[:5]))
        raise errors.unreadable(
            path,
            "a recurrent network",
            f"it holds other arrays ({found})",
            "RecurrentNetwork.from_connectome reads a matrix of synapses.",
        )
    try:
        header = json.loads(str(there[HEADER]))
        version = header["version"]
    except (ValueError, KeyError, TypeError) as error:
        why = f"its header is damaged ({error})"
        raise errors.unreadable(path, "a recurrent network", why) from error
    if version != VERSION:
        why = f"it has version {version}, and this homolog reads version {VERSION}"
        raise errors.unreadable(path, "a recurrent network", why, "Install a newer homolog.")
    return header


def _csr(there: dict[str, NDArray[Any]]) -> Any:
    """The sparse matrix of a file, checked, for scipy would trust its indices."""
    data, indices, indptr, shape = (there[name] for name in CSR)
    return checked_csr(data, indices, indptr, shape)


def checked_csr(data: Any, indices: Any, indptr: Any, shape: Any) -> Any:
    """A CSR matrix of arrays that fit each other; HM053 for those that do not."""
    try:
        weights = sparse.csr_array((data, indices, indptr), shape=tuple(map(int, shape)))
        weights.check_format(full_check=True)
    except (ValueError, TypeError, IndexError) as error:
        found = f"damaged ({error})"
        raise errors.recurrent_misfit("recurrent", found, "arrays of a CSR matrix") from error
    return weights

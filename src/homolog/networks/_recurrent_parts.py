"""The parts of a recurrent network brought into one form: arrays that fit, in one precision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog import errors

Weights = Any  # an array, or a sparse one of scipy, which publishes no types
FORMS = {
    "recurrent": "({replica}neuron, neuron)",
    "input_weights": "({replica}neuron, input)",
    "output_weights": "({replica}output, neuron)",
    "bias": "({replica}neuron)",
    "time_constants": "({replica}neuron)",
    "output_bias": "({replica}output)",
}
AXES = {"recurrent": 2, "input_weights": 2, "output_weights": 2}


def fitted(given: Mapping[str, Any]) -> dict[str, Weights]:
    """Every part, in the precision of the recurrent weights, read-only; HM053 for misfits.

    Parts without a replica axis, where the recurrent weights have one, are the same for all.
    """
    recurrent = _recurrent(given["recurrent"])
    replicas, n_neurons = recurrent.shape[:-2], recurrent.shape[-1]
    n_inputs = _count(given["input_weights"], -1)
    n_outputs = _outputs(given["output_weights"], given["output_bias"])
    shapes = {
        "input_weights": (n_neurons, n_inputs),
        "output_weights": (n_outputs, n_neurons),
        "bias": (n_neurons,),
        "time_constants": (n_neurons,),
        "output_bias": (n_outputs,),
    }
    parts = {"recurrent": recurrent}
    for name, shape in shapes.items():
        parts[name] = _part(name, given[name], replicas, shape, recurrent.dtype)
    _refuse_not_positive(parts["time_constants"])
    return parts


def real(name: str, given: Any, dtype: Any = None) -> NDArray[np.floating[Any]]:
    """An array of finite numbers; HM053 otherwise.

    Without a precision to bring it to, float32 is kept and all else becomes float64.
    """
    given = given.detach().cpu() if hasattr(given, "detach") else given
    try:
        array = np.asarray(given)
    except (ValueError, TypeError) as error:
        raise errors.recurrent_misfit(name, str(error), "an array of real numbers") from error
    if array.dtype.kind not in "iufb":
        kind = "complex" if array.dtype.kind == "c" else str(array.dtype)
        raise errors.recurrent_misfit(name, f"an array of {kind}", "real numbers")
    dtype = dtype or (np.float32 if array.dtype == np.float32 else np.float64)
    with np.errstate(over="ignore"):  # what float32 cannot hold is refused with what is infinite
        array = array.astype(dtype, copy=False)
    bad = ~np.isfinite(array)
    if bad.any():
        where = tuple(map(int, np.argwhere(bad)[0]))
        found = f"{array[where]} at {where}, and {bad.sum()} such in all"
        raise errors.recurrent_misfit(name, found, "finite numbers")
    return array


def _recurrent(given: Any) -> Weights:
    weights = _sparse(given) if sparse.issparse(given) else real("recurrent", given)
    square = weights.ndim in (2, 3) and weights.shape[-1] == weights.shape[-2]
    if not square or 0 in weights.shape:
        expected = (
            "(neuron, neuron) or (replica, neuron, neuron), at least one neuron;"
            " recurrent[i, j] leads from neuron j to neuron i"
        )
        raise errors.recurrent_misfit("recurrent", tuple(weights.shape), expected)
    return weights if sparse.issparse(weights) else _read_only(weights)


def _sparse(given: Any) -> Weights:
    """CSR without repeated entries; what was given is left as it was."""
    weights = sparse.csr_array(given)
    values = real("recurrent", weights.data)
    weights = sparse.csr_array((values, weights.indices, weights.indptr), shape=weights.shape)
    if not weights.has_canonical_format:
        weights = weights.copy()
        weights.sum_duplicates()
    return weights


def _part(
    name: str, given: Any, replicas: tuple[int, ...], shape: tuple[int, ...], dtype: Any
) -> NDArray[Any]:
    if given is None:
        made = np.ones if name == "time_constants" else np.zeros
        return _read_only(made((*replicas, *shape), dtype))
    array = real(name, given, dtype)
    if array.shape not in (shape, (*replicas, *shape)):
        form = FORMS[name].format(replica="replica, " if replicas else "")
        raise errors.recurrent_misfit(name, array.shape, f"{(*replicas, *shape)}: {form}")
    return _read_only(np.broadcast_to(array, (*replicas, *shape)))


def _count(given: Any, axis: int) -> int:
    """Size of an axis of a part that may be anything so far; 0 if there is no such part."""
    shape = np.shape(given) if given is not None else ()
    return int(shape[axis]) if len(shape) > 1 else 0


def _outputs(weights: Any, bias: Any) -> int:
    shape = np.shape(bias) if bias is not None and weights is None else ()
    return int(shape[-1]) if shape else _count(weights, -2)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _refuse_not_positive(time_constants: NDArray[Any]) -> None:
    if (time_constants <= 0).any():
        where = tuple(map(int, np.argwhere(time_constants <= 0)[0]))
        found = f"{time_constants[where]} at {where}"
        raise errors.recurrent_misfit("time_constants", found, "positive times")

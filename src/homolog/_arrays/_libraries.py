"""Arrays of any library: their namespace, numbers, precision and place."""

from typing import Any

import numpy as np
from array_api_compat import (
    array_namespace,
    is_cupy_namespace,
    is_jax_namespace,
    is_torch_namespace,
)
from numpy.typing import NDArray

from homolog import errors

Array = Any

Reals = NDArray[np.float64]
"""Numbers of NumPy in double precision."""


def namespace(*arrays: Array) -> Any:
    """The array-API namespace the arrays share."""
    return array_namespace(*arrays)


def constant(x: Array) -> Array:
    """The same numbers, through which no gradient flows."""
    if is_torch_namespace(namespace(x)):
        return x.detach()
    if is_jax_namespace(namespace(x)):
        from jax.lax import stop_gradient

        return stop_gradient(x)
    return x


def carries_gradient(x: Array) -> bool:
    """Whether somebody will differentiate through `x`."""
    xp = namespace(x)
    if is_torch_namespace(xp):
        return bool(x.requires_grad)
    if is_jax_namespace(xp):
        from jax.core import Tracer

        return isinstance(x, Tracer)
    return False


def to_numpy(x: Array) -> np.ndarray:
    """The numbers as a NumPy array on the host, cut off from any gradient."""
    x = constant(x)
    xp = namespace(x)
    if is_cupy_namespace(xp):
        return x.get()
    return np.asarray(x.cpu() if is_torch_namespace(xp) else x)


def to_namespace_of(like: Array, values: np.ndarray) -> Array:
    """NumPy values as an array of the namespace and device of `like`."""
    from array_api_compat import device

    xp = namespace(like)
    dtype = like.dtype if np.issubdtype(values.dtype, np.floating) else None
    if carries_gradient(like) and is_jax_namespace(xp):
        return xp.asarray(values, dtype=dtype)
    return xp.asarray(values, dtype=dtype, device=device(like))


def working_dtype(x: Array) -> Any:
    """float64, unless an accelerator or the namespace's settings say otherwise."""
    xp = namespace(x)
    if is_jax_namespace(xp):
        return xp.__array_namespace_info__().default_dtypes()["real floating"]
    on_accelerator = is_cupy_namespace(xp) or (is_torch_namespace(xp) and x.device.type != "cpu")
    if on_accelerator:
        return x.dtype if x.dtype in (xp.float32, xp.float64) else xp.float32
    return xp.float64


def of_one_kind(x: Array, y: Array) -> tuple[Array, Array]:
    """Both in the wider of their types; HM037 unless of one library and on one device."""
    kinds = [namespace(a).__name__.removeprefix("array_api_compat.") for a in (x, y)]
    if kinds[0] != kinds[1]:
        raise errors.libraries_differ(*(kind.partition(".")[0] for kind in kinds))
    xp = namespace(x, y)
    places = [_place(a) for a in (x, y)]
    if None not in places and places[0] != places[1]:
        raise errors.devices_differ(*map(str, places))
    dtype = xp.result_type(x, y)
    return xp.astype(x, dtype, copy=False), xp.astype(y, dtype, copy=False)


def _place(x: Array) -> Any:
    """The device `x` is on; None while JAX traces it."""
    from array_api_compat import device

    return None if is_jax_namespace(namespace(x)) and carries_gradient(x) else device(x)

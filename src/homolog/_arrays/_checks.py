"""Raw arrays, refused unless they are responses that can be scored."""

from typing import Any, Literal

import numpy as np
from array_api_compat import is_torch_namespace

from homolog import errors
from homolog._arrays._centring import constant_columns
from homolog._arrays._libraries import Array, constant, namespace, to_numpy, working_dtype

Sees = Literal["mean", "trial", "time"]
"""What a measure knows of the response to a stimulus."""

_ALWAYS_FITS = 100_000_000

_HOLDERS = {"Representation": "matrix", "DataArray": "values"}
"""Classes that hold responses, by name so that none is imported, and where they hold them."""


def check_responses(x: Any, name: str, sees: Sees = "mean") -> Array:
    """Return `x` as a float array fit for computing, or raise.

    Parameters
    ----------
    x
        Array of any array-API namespace, or nested lists.
    name
        What error messages call it.
    sees
        ``"mean"`` for (stimulus, neuron), ``"trial"`` for (stimulus, trial, neuron),
        ``"time"`` for (stimulus, time, neuron).

    Raises
    ------
    HomologError
        HM007 not two axes, HM082 not the three that are asked for, HM016 complex, HM017 not
        numeric, HM018 no neurons, HM019 fewer than three stimuli, HM004 not finite, HM006
        constant.
    """
    x = _plain(x, name)
    xp = _checked_namespace(x, name)
    _check_axes(tuple(x.shape), name, sees)
    n_stimuli, n_neurons = x.shape[0], x.shape[-1]
    if n_neurons == 0:
        raise errors.no_neurons(name, tuple(x.shape))
    if n_stimuli < 3:
        raise errors.too_few_stimuli(name, n_stimuli)
    x = xp.astype(x, working_dtype(x), copy=False)
    if not bool(xp.all(xp.isfinite(constant(x)))):
        raise not_finite(name, to_numpy(x))
    rows = x if x.ndim == 2 else xp.reshape(x, (-1, n_neurons))
    if bool(constant_columns(rows[:, :1])[0]) and bool(xp.all(constant_columns(rows))):
        raise errors.constant(name, n_neurons, n_neurons, n_stimuli)
    return x


def _check_axes(shape: tuple[int, ...], name: str, sees: Sees) -> None:
    if sees == "mean" and len(shape) != 2:
        raise errors.axes_unnamed(name, shape)
    if sees != "mean" and (len(shape) != 3 or shape[1] < 2):
        raise errors.axes_to_see(name, shape, sees)


def _plain(x: Any, name: str) -> Any:
    """Lists as arrays, masked entries as NaN, and NumPy's subclasses as what they hold."""
    kind = type(x).__name__
    if kind in _HOLDERS:
        raise errors.not_an_array(name, kind, f"Pass its .{_HOLDERS[kind]}.")
    if isinstance(x, np.ma.MaskedArray) and x.mask.any():
        x = np.where(x.mask, np.nan, x.data)
    if hasattr(x, "shape") and hasattr(x, "dtype") and not isinstance(x, np.ndarray):
        return x
    try:
        return np.asarray(x)
    except ValueError:
        raise errors.not_numeric(name, "rows of unequal length") from None


def _checked_namespace(x: Any, name: str) -> Any:
    """The namespace of `x`, once its type is known to be real numbers."""
    if isinstance(x, np.ndarray) and x.dtype.kind not in "biufc":
        raise errors.not_numeric(name, x.dtype)
    try:
        xp = namespace(x)
    except TypeError:
        raise errors.not_numeric(name, type(x).__name__) from None
    if is_torch_namespace(xp):
        check_tensor(x, name)
    if xp.isdtype(x.dtype, "complex floating"):
        raise errors.complex_input(name, x.dtype)
    return xp


def check_tensor(x: Any, name: str) -> None:
    """Raise HM017 for a torch tensor whose numbers are not laid out as an array."""
    if x.is_meta:
        remedy = "It has no numbers: record responses on a real device."
        raise errors.not_an_array(name, "meta tensor", remedy)
    if x.is_quantized:
        raise errors.not_an_array(name, "quantized tensor", "Pass its .dequantize().")
    if x.is_nested or not str(x.layout).endswith("strided"):
        raise errors.not_an_array(name, f"{x.layout} tensor", "Pass its .to_dense().")


def not_finite(name: str, x: np.ndarray) -> errors.HomologError:
    """The HM004 error for responses, stimuli first and neurons last, with places and counts."""
    bad = ~np.isfinite(x)
    what = "NaN" if np.isnan(x[bad]).all() else "inf" if np.isinf(x[bad]).all() else "NaN or inf"
    n_stimuli, n_neurons = x.shape[0], x.shape[-1]
    neurons = np.flatnonzero(bad.reshape(-1, n_neurons).any(0)).tolist()
    n_bad = int(bad.reshape(n_stimuli, -1).any(1).sum())
    return errors.not_finite(name, int(bad.sum()), what, n_neurons, neurons, n_bad)


def check_pair(
    x: Any, y: Any, x_name: str = "X", y_name: str = "Y", *, sees: Sees = "mean"
) -> tuple[Array, Array]:
    """Return two populations fit to be scored against each other, or raise.

    Raises
    ------
    HomologError
        HM001 if the stimuli differ in number, HM003 if one looks transposed, and all
        that `check_responses` raises.
    """
    x, y = check_responses(x, x_name, sees), check_responses(y, y_name, sees)
    check_rows(tuple(x.shape), tuple(y.shape), x_name, y_name)
    return x, y


def check_rows(
    x_shape: tuple[int, ...], y_shape: tuple[int, ...], x_name: str = "X", y_name: str = "Y"
) -> None:
    """Raise HM001 or HM003 unless both shapes have equally many stimuli."""
    if x_shape[0] == y_shape[0]:
        return
    if y_shape[-1] == x_shape[0]:
        raise errors.transposed(y_name, y_shape, x_name, x_shape)
    if x_shape[-1] == y_shape[0]:
        raise errors.transposed(x_name, x_shape, y_name, y_shape)
    raise errors.rows_differ(x_name, x_shape[0], y_name, y_shape[0])


def require_memory(n_bytes: int, what: str, arithmetic: str, remedy: str) -> None:
    """Refuse an allocation that would not fit, before it is tried (HM009)."""
    if not fits(n_bytes):
        raise errors.memory(what, n_bytes, arithmetic, _free_memory(), remedy)


def fits(n_bytes: int) -> bool:
    """Whether so much memory is free."""
    return n_bytes < _ALWAYS_FITS or n_bytes <= _free_memory()


def _free_memory() -> int:
    import psutil

    return psutil.virtual_memory().available

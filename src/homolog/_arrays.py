"""The array algebra every measure stands on, for any array-API namespace.

Gradients follow closed forms: whatever is optimal at the solution (a rotation, a
matching, a projection) is held constant, so no derivative of singular vectors is
ever taken and repeated singular values are harmless.
"""

from typing import Any

import numpy as np
from array_api_compat import (
    array_namespace,
    is_cupy_namespace,
    is_jax_namespace,
    is_torch_namespace,
)

from homolog import errors

Array = Any

RANK_TOLERANCE = 1e-9
"""Singular values below this fraction of the largest count as zero, in double precision."""

_NEARLY_EQUAL = 1e-4
_ALWAYS_FITS = 100_000_000
_LEAST_SIZE = 1e-5
_FAST_NUCLEAR_ERROR = 1e-12

_HOLDERS = {"Representation": "matrix", "DataArray": "values"}
"""Classes that hold responses, by name so that none is imported, and where they hold them."""


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


def _working_dtype(x: Array) -> Any:
    """float64, unless an accelerator or the namespace's settings say otherwise."""
    xp = namespace(x)
    if is_jax_namespace(xp):
        return xp.__array_namespace_info__().default_dtypes()["real floating"]
    on_accelerator = is_cupy_namespace(xp) or (is_torch_namespace(xp) and x.device.type != "cpu")
    if on_accelerator:
        return x.dtype if x.dtype in (xp.float32, xp.float64) else xp.float32
    return xp.float64


def check_responses(x: Any, name: str) -> Array:
    """Return `x` as a (stimulus, neuron) float array fit for computing, or raise.

    Parameters
    ----------
    x
        Array of any array-API namespace, or nested lists.
    name
        What error messages call it.

    Raises
    ------
    HomologError
        HM007 not two axes, HM016 complex, HM017 not numeric, HM018 no neurons, HM019
        fewer than three stimuli, HM004 not finite, HM006 constant.
    """
    x = _plain(x, name)
    xp = _checked_namespace(x, name)
    if x.ndim != 2:
        raise errors.axes_unnamed(tuple(x.shape))
    n_stimuli, n_neurons = x.shape
    if n_neurons == 0:
        raise errors.no_neurons(name, tuple(x.shape))
    if n_stimuli < 3:
        raise errors.too_few_stimuli(name, n_stimuli)
    x = xp.astype(x, _working_dtype(x), copy=False)
    if not bool(xp.all(xp.isfinite(constant(x)))):
        raise not_finite(name, to_numpy(x))
    if bool(constant_columns(x[:, :1])[0]) and bool(xp.all(constant_columns(x))):
        raise errors.constant(name, n_neurons, n_neurons, n_stimuli)
    return x


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
    """The HM004 error for a (stimulus, neuron) array, with places and counts."""
    bad = ~np.isfinite(x)
    what = "NaN" if np.isnan(x[bad]).all() else "inf" if np.isinf(x[bad]).all() else "NaN or inf"
    neurons = np.flatnonzero(bad.any(0)).tolist()
    return errors.not_finite(name, int(bad.sum()), what, x.shape[1], neurons, int(bad.any(1).sum()))


def check_pair(x: Any, y: Any, x_name: str = "X", y_name: str = "Y") -> tuple[Array, Array]:
    """Return two populations fit to be scored against each other, or raise.

    Raises
    ------
    HomologError
        HM001 if the stimuli differ in number, HM003 if one looks transposed, and all
        that `check_responses` raises.
    """
    x, y = check_responses(x, x_name), check_responses(y, y_name)
    check_rows(tuple(x.shape), tuple(y.shape), x_name, y_name)
    return x, y


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


def check_rows(
    x_shape: tuple[int, ...], y_shape: tuple[int, ...], x_name: str = "X", y_name: str = "Y"
) -> None:
    """Raise HM001 or HM003 unless both shapes have equally many stimuli."""
    if x_shape[0] == y_shape[0]:
        return
    if y_shape[1] == x_shape[0]:
        raise errors.transposed(y_name, y_shape, x_name, x_shape)
    if x_shape[1] == y_shape[0]:
        raise errors.transposed(x_name, x_shape, y_name, y_shape)
    raise errors.rows_differ(x_name, x_shape[0], y_name, y_shape[0])


def constant_columns(x: Array) -> Array:
    """Which columns do not vary beyond rounding."""
    xp = namespace(x)
    x = constant(x)
    high, low = xp.max(x, axis=0), xp.min(x, axis=0)
    return high - low <= 4 * xp.finfo(x.dtype).eps * xp.maximum(high, -low)


def centre(x: Array) -> Array:
    """`x` with the mean response of every neuron removed."""
    return x - namespace(x).mean(x, axis=0, keepdims=True)


def even_columns(x: Array) -> Array:
    """`x` with neurons scaled to one size where sizes are so unequal that rounding shows.

    What a population spans stays the same. Neurons that do not vary become 0, for all that
    they have is rounding.
    """
    xp = namespace(x)
    varies, whole = ~constant_columns(x), constant(x)
    spans = (xp.max(whole, axis=0) - xp.min(whole, axis=0)) * xp.astype(varies, x.dtype)
    widest = xp.max(spans)
    if bool(xp.all(~varies | (spans > _LEAST_SIZE * widest))):
        return x
    return x * xp.astype(varies, x.dtype) / xp.where(varies, spans, widest)


def unit_columns(x: Array) -> Array:
    """Centred tuning curves of length one; HM006 if a neuron has none."""
    xp = namespace(x)
    flat = to_numpy(constant_columns(x))
    if flat.any():
        raise errors.constant_neurons(
            "a population", np.flatnonzero(flat).tolist(), x.shape[1], x.shape[0]
        )
    x = centre(x)
    sizes = xp.max(xp.abs(constant(x)), axis=0, keepdims=True)
    if not modest(sizes):
        x = x / sizes
    return x / xp.sqrt(xp.sum(x * x, axis=0, keepdims=True))


def root(x: Array) -> Array:
    """Square root whose gradient at 0 is 0, the middle of the cone there."""
    xp = namespace(x)
    positive = x > 0
    safe = xp.where(positive, x, xp.ones_like(x))
    return xp.where(positive, xp.sqrt(safe), xp.zeros_like(x))


def inner(a: Array, b: Array) -> Array:
    """Sum over all entries of the product of two arrays of one shape."""
    xp = namespace(a, b)
    return xp.vecdot(xp.reshape(a, (-1,)), xp.reshape(b, (-1,)))


def largest(x: Array) -> Array:
    """The largest absolute value, held constant."""
    xp = namespace(x)
    x = constant(x)
    return xp.maximum(xp.max(x), -xp.min(x))


def frobenius(x: Array) -> Array:
    """Square root of the sum of squares, without overflow for huge or tiny values."""
    size = largest(x)
    if modest(size):
        return namespace(x).sqrt(inner(x, x))
    return size * namespace(x).sqrt(inner(x / size, x / size))


def modest(sizes: Array) -> bool:
    """Whether numbers of these sizes can be squared without overflow, and do not vanish."""
    xp = namespace(sizes)
    least = float(xp.finfo(sizes.dtype).smallest_normal) ** 0.25
    return bool(xp.min(sizes) > least) and bool(xp.max(sizes) < 1 / least)


def rounding(x: Array) -> float:
    """What rounding may leave of a zero, relative to the numbers it came from."""
    return max(1e-12, 64 * float(namespace(x).finfo(x.dtype).eps))


def nonzero(singular: Array, shape: tuple[int, ...]) -> Array:
    """Which singular values of a matrix of that shape count, given their precision."""
    eps = float(namespace(singular).finfo(singular.dtype).eps)
    return singular > max(RANK_TOLERANCE, max(shape) * eps) * singular[0]


def polar(c: Array) -> Array:
    """The partial isometry closest to `c`: U V' over its non-zero singular values."""
    xp = namespace(c)
    u, s, vh = xp.linalg.svd(c, full_matrices=False)
    kept = xp.astype(nonzero(s, c.shape), c.dtype)
    return (u * kept) @ vh


def nuclear_norm(c: Array, *, even: bool = False) -> Array:
    """Sum of the singular values of `c`; its gradient is the polar factor.

    `even` says that few of them will be far below the largest, as with the product of
    two orthonormal bases. Then eigenvalues are tried first.
    """
    if carries_gradient(c):
        return inner(constant(polar(constant(c))), c)
    fast = _nuclear_norm_by_eigenvalues(c) if even else None
    return namespace(c).sum(namespace(c).linalg.svdvals(c)) if fast is None else fast


def _nuclear_norm_by_eigenvalues(c: Array) -> Array | None:
    """Two to three times faster than singular values; None if they would be too inexact.

    An eigenvalue of c'c is off by about eps times the largest, so its root by that over
    twice the root: the sum of these errors decides.
    """
    xp = namespace(c)
    gram = c.T @ c if c.shape[0] >= c.shape[1] else c @ c.T
    squares = xp.linalg.eigvalsh(gram)
    if not bool(squares[0] > 0):
        return None
    singular = xp.sqrt(squares)
    error = 4 * xp.finfo(c.dtype).eps * squares[-1] * xp.sum(0.5 / singular)
    total = xp.sum(singular)
    return total if bool(error <= _FAST_NUCLEAR_ERROR * total) else None


def narrow(x: Array) -> Array:
    """`x` turned within neuron space so that it has no more columns than rows.

    All inner products between stimuli stay the same. Left as it is where a gradient
    must flow.
    """
    n_stimuli, n_neurons = x.shape
    if n_neurons <= n_stimuli or carries_gradient(x):
        return x
    if isinstance(x, np.ndarray):
        return np.ascontiguousarray(np.transpose(np.linalg.qr(x.T, mode="r")))
    return namespace(x).linalg.qr(x.T).R.T


def basis(x: Array) -> Array:
    """Orthonormal basis (stimulus, rank) of the directions centred `x` spans.

    The gradient is that of the spanned subspace at fixed rank: one Newton-Schulz step
    from a constant whitening, exact to first order.
    """
    xp = namespace(x)
    whitening = _whitening(constant(x))
    if whitening is None:
        u, s, vh = xp.linalg.svd(constant(x), full_matrices=False)
        rank = int(to_numpy(nonzero(s, x.shape)).sum())
        if not carries_gradient(x):
            return u[:, :rank]
        whitening = vh[:rank, :].T / s[:rank]
    whitened = x @ constant(whitening)
    gram = whitened.T @ whitened
    return whitened @ (to_namespace_of(gram, 1.5 * np.eye(gram.shape[0])) - 0.5 * gram)


def _whitening(x: Array) -> Array | None:
    """What turns `x` into an orthonormal basis up to rounding, by way of eigenvectors.

    Takes half the time of singular vectors. None where neurons are so unequal in size, or
    depend on each other so much, that the rank is in question or rounding would show.
    """
    xp = namespace(x)
    if x.shape[1] >= x.shape[0]:
        return None
    gram = x.T @ x
    sizes = xp.sqrt(xp.linalg.diagonal(gram))
    if not bool(xp.min(sizes) > _LEAST_SIZE * xp.max(sizes)):
        return None
    squares, vectors = xp.linalg.eigh(gram / sizes[:, None] / sizes[None, :])
    if not bool(squares[0] > 1e9 * xp.finfo(x.dtype).eps * squares[-1]):
        return None
    return vectors / sizes[:, None] / xp.sqrt(squares)


def shape_distance(x: Array, y: Array, square_x: Array, square_y: Array) -> Array:
    """Smallest Frobenius distance between centred `x` and any rotation of `y`.

    `square_x` and `square_y` are their squared norms. The smaller population lives in
    a subspace of the larger one's space, so unequal sizes need no padding.
    """
    squared = square_x + square_y - 2 * nuclear_norm(x.T @ y)
    if bool(constant(squared) > _NEARLY_EQUAL * constant(square_x + square_y)):
        return root(squared)
    squared = _residual(x, y) if x.shape[1] <= y.shape[1] else _residual(y, x)
    # Of a distance that is all rounding the gradient would be a random direction.
    resolved = (64 * float(namespace(x).finfo(x.dtype).eps)) ** 2 * constant(square_x + square_y)
    return root(squared if bool(constant(squared) > resolved) else 0 * squared)


def _residual(small: Array, large: Array) -> Array:
    """The squared distance without cancellation: from the aligned responses themselves."""
    rotation = constant(polar(constant(large.T @ small)))
    aligned = large @ rotation
    outside = large - aligned @ rotation.T
    gap = small - aligned
    return inner(gap, gap) + inner(outside, outside)


def require_memory(n_bytes: int, what: str, arithmetic: str, remedy: str) -> None:
    """Refuse an allocation that would not fit, before it is tried (HM009)."""
    if n_bytes < _ALWAYS_FITS:
        return
    import psutil

    free = psutil.virtual_memory().available
    if n_bytes > free:
        raise errors.memory(what, n_bytes, arithmetic, free, remedy)

"""Centring, lengths and sums, safe for numbers of any size."""

from collections.abc import Sequence

import numpy as np

from homolog import errors
from homolog._arrays._libraries import Array, constant, namespace, to_numpy

LEAST_SIZE = 1e-5


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
    if bool(xp.all(~varies | (spans > LEAST_SIZE * widest))):
        return x
    return x * xp.astype(varies, x.dtype) / xp.where(varies, spans, widest)


def unit_columns(
    x: Array, name: str = "a population", labels: Sequence[object] | None = None
) -> Array:
    """Centred tuning curves of length one; HM006, by these names, if a neuron has none."""
    xp = namespace(x)
    flat = to_numpy(constant_columns(x))
    if flat.any():
        which = np.flatnonzero(flat).tolist()
        called = which if labels is None else [labels[i] for i in which]
        raise errors.constant_neurons(name, called, x.shape[1], x.shape[0])
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


def median(values: Array) -> Array:
    """The middle of a list of numbers, or the mean of the two in the middle."""
    ascending = namespace(values).sort(values)
    n = ascending.shape[0]
    return (ascending[(n - 1) // 2] + ascending[n // 2]) / 2


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

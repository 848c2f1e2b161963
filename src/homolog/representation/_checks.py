"""What numbers a population may hold: real, finite or declared missing, not all constant."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors

Responses = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

LEAST_STIMULI = 3

_ROUNDING = 1e-6
"""Of the largest entry: dissimilarities are often stored in single precision."""


def real(given: ArrayLike, name: str) -> NDArray[Any]:
    """Return the array if it holds real numbers, whatever their type."""
    try:
        array = np.asarray(given)
    except ValueError as ragged:
        raise errors.not_numeric(name, "rows of unequal length") from ragged
    if array.dtype.kind == "c":
        raise errors.complex_input(name, array.dtype)
    if array.dtype.name in {"bfloat16", "float8_e4m3fn", "float8_e5m2"}:
        return array.astype(np.float32)
    if array.dtype.kind not in "biuf":
        raise errors.not_numeric(name, array.dtype)
    return array


def mask(given: object, shape: tuple[int, ...], name: str) -> Mask:
    """Return a mask as it was given if it is one for responses of this shape."""
    declared = np.asarray(given)
    if declared.dtype != bool or declared.shape != shape:
        raise errors.mask_misshapen(name, declared.dtype, declared.shape, shape)
    return declared


def floats(array: NDArray[Any]) -> Responses:
    """Return a float copy; float32 stays, everything else becomes float64."""
    wanted = np.float32 if array.dtype == np.float32 else np.float64
    return np.array(array, dtype=wanted, order="C")


def refuse_sizes(shape: tuple[int, ...], dims: tuple[str, ...], name: str) -> None:
    """Raise HM018 or HM019 for a population of nobody or too few stimuli, HM026 without trials."""
    size = dict(zip(dims, shape, strict=True))
    if size["neuron"] == 0:
        raise errors.no_neurons(name, shape)
    if size["stimulus"] < LEAST_STIMULI:
        raise errors.too_few_stimuli(name, size["stimulus"], LEAST_STIMULI)
    if 0 in shape:
        raise errors.axis_empty(name, dims[shape.index(0)], shape)


def refuse_not_finite(responses: Responses, dims: tuple[str, ...], name: str, bad: Mask) -> None:
    """Raise HM004 with where the undeclared NaN and infinities are."""
    if not bad.any():
        return
    nan = bool(np.isnan(responses[bad]).any())
    inf = bool(np.isinf(responses[bad]).any())
    what = " or ".join(word for word, there in (("NaN", nan), ("inf", inf)) if there)
    neurons = np.flatnonzero(along(bad, dims, "neuron"))
    n_stimuli = int(along(bad, dims, "stimulus").sum())
    n_neurons = responses.shape[-1]
    raise errors.not_finite(name, int(bad.sum()), what, n_neurons, neurons.tolist(), n_stimuli)


def along(mask: Mask, dims: tuple[str, ...], dim: str) -> Mask:
    """Whether anything is true at each position of one axis."""
    return np.asarray(mask.any(axis=tuple(i for i, one in enumerate(dims) if one != dim)))


def constant_neurons(responses: Responses, missing: Mask | None) -> Mask:
    """Which neurons never change, beyond rounding, over stimuli, times and trials."""
    axes = tuple(range(responses.ndim - 1))
    present = np.True_ if missing is None else ~missing
    highest = np.max(responses, axis=axes, where=present, initial=-np.inf)
    lowest = np.min(responses, axis=axes, where=present, initial=np.inf)
    rounding = 4 * np.finfo(responses.dtype).eps * np.maximum(np.abs(highest), np.abs(lowest))
    with np.errstate(over="ignore"):  # a span of infinity is a span all the same
        return np.asarray(highest - lowest <= rounding)


def refuse_dissimilarities(responses: Responses, name: str) -> None:
    """Raise HM084 for a square, symmetric matrix of zeros on its diagonal, as no responses are."""
    if responses.ndim != 2 or responses.shape[0] != responses.shape[1]:
        return
    rounding = _ROUNDING * np.abs(responses).max()
    if np.abs(np.diag(responses)).max() <= rounding and np.allclose(
        responses, responses.T, rtol=0, atol=rounding
    ):
        raise errors.dissimilarities(name, len(responses))


def refuse_constant(responses: Responses, missing: Mask | None, n_stimuli: int, name: str) -> None:
    """Raise HM006 when no neuron tells any two stimuli apart."""
    if constant_neurons(responses, missing).all():
        n_neurons = responses.shape[-1]
        raise errors.constant(name, n_neurons, n_neurons, n_stimuli)

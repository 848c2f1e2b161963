"""Similarity structures of populations by other kernels than the inner product."""

from dataclasses import replace

import numpy as np

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    constant,
    inner,
    largest,
    median,
    namespace,
    require_memory,
    root,
    rounding,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._overlap import Structure, structure

KERNELS = ("linear", "rbf", "laplace")


def kernel_structure(
    x: Array, *, kernel: str, bandwidth: float, relative: bool, centred: bool = True
) -> Structure:
    """The structure of (stimulus, neuron) responses by a kernel.

    Parameters
    ----------
    x
        Responses.
    kernel
        ``"linear"``, the inner product; of stimuli a distance d apart, ``"rbf"`` is
        exp(-d² / 2σ²) and ``"laplace"`` exp(-d / σ).
    bandwidth
        σ, in the unit of the responses or, if `relative`, in median distances between stimuli.
    centred
        Whether the mean over stimuli is removed, of responses or in the space of the kernel.
    """
    if kernel == "linear":
        return structure(x, centred=centred)
    apart = _in_bandwidths(x, bandwidth, relative=relative)
    exponent = apart * apart / 2 if kernel == "rbf" else apart
    xp = namespace(x)
    # Less the constant 1, which centring removes: no digits are lost to it where σ is large.
    gram = xp.expm1(-exponent) if centred else xp.exp(-exponent)
    _check_reach(exponent, kernel, bandwidth, centred=centred)
    return structure_of_gram(gram, x.shape[1], centred=centred)


def structure_of_gram(gram: Array, n_neurons: int, *, centred: bool = True) -> Structure:
    """The structure whose similarities are `gram`, centred if it is to be, scaled to trace 1."""
    if centred:
        gram = centre(centre(gram).T)
    diagonal = namespace(gram).linalg.diagonal(gram)
    trace = namespace(gram).sum(diagonal)
    built = Structure(None, gram / trace, diagonal / trace, n_neurons=n_neurons)
    return replace(built, square=inner(built.gram, built.gram))


def kernel_coordinates(x: Array) -> Array:
    """Coordinates of the stimuli whose inner products are the centred Gaussian kernel."""
    gram = kernel_structure(x, kernel="rbf", bandwidth=1.0, relative=True).gram
    xp = namespace(gram)
    squares, axes = xp.linalg.eigh(gram)
    return axes * xp.sqrt(xp.where(squares > 0, squares, 0 * squares))


def distances(x: Array) -> Array:
    """Euclidean distances between stimuli, in units of the largest response.

    0 on the diagonal and where only rounding tells two stimuli apart.
    """
    n_stimuli = x.shape[0]
    require_memory(
        4 * 8 * n_stimuli**2,
        "distances between stimuli",
        f"4 × {n_stimuli:,} × {n_stimuli:,} pairs of stimuli, float64",
        "Select fewer stimuli, or use unbiased_cka, which needs no matrix of pairs.",
    )
    xp = namespace(x)
    x = centre(x)
    x = x / largest(x)
    energy = xp.vecdot(x, x)
    total = energy[:, None] + energy[None, :]
    squared = total - 2 * (x @ x.T)
    differs = squared > 16 * xp.finfo(x.dtype).eps * total
    others = to_namespace_of(x, ~np.eye(n_stimuli, dtype=bool))
    return root(xp.where(differs & others, squared, xp.zeros_like(squared)))


def _in_bandwidths(x: Array, bandwidth: float, *, relative: bool) -> Array:
    """Distances between stimuli over the bandwidth."""
    apart = distances(x)
    if not relative:
        return apart * (largest(centre(x)) / bandwidth)
    middle = median(apart[to_namespace_of(apart, ~np.tri(apart.shape[0], dtype=bool))])
    if not bool(constant(middle) > 0):
        raise errors.undefined(
            "a bandwidth in median distances",
            "half of all pairs of stimuli evoke equal responses in a population",
            "Set it in the unit of the responses: relative=False.",
        )
    return apart / (bandwidth * middle)


def _check_reach(exponent: Array, kernel: str, bandwidth: float, *, centred: bool) -> None:
    """HM031 where a kernel is that of strangers or of copies, to all digits."""
    others = to_numpy(exponent)[~np.eye(exponent.shape[0], dtype=bool)]
    least = namespace(exponent).finfo(exponent.dtype).smallest_normal ** 0.5
    if np.exp(-others.min()) <= rounding(exponent):
        alike, remedy = "no other", "larger"
    elif others.max() <= (least if centred else rounding(exponent)):
        alike, remedy = "every other", "smaller"
    else:
        return
    raise errors.undefined(
        f"the {kernel} kernel",
        f"at bandwidth {bandwidth:g} every stimulus of a population is like {alike}",
        f"Use a {remedy} bandwidth.",
    )

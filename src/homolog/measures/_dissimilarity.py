"""How unlike the responses to two stimuli are, for all pairs of stimuli."""

from typing import Literal

import numpy as np

from homolog import errors
from homolog._arrays import (
    Array,
    Reals,
    centre,
    constant,
    largest,
    namespace,
    root,
    rounding,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._range import require_range

Dissimilarity = Literal[
    "correlation", "cosine", "squared_euclidean", "euclidean", "gaussian", "poisson"
]


_OTHERWISE = 'Use dissimilarity="squared_euclidean", or drop those stimuli.'
_PRIOR_RATE = 1.0
_PRIOR_WEIGHT = 0.1
"""How much a prior of that rate counts beside a response, so that none is 0."""


def dissimilarities(
    x: Array,
    *,
    dissimilarity: Dissimilarity = "correlation",
    name: str = "rsa",
    remedy: str = _OTHERWISE,
) -> Array:
    """The (stimulus, stimulus) matrix of how unlike the responses to two stimuli are.

    Parameters
    ----------
    x
        (stimulus, neuron) responses.
    dissimilarity
        ``"correlation"``: 1 - r across neurons; ``"cosine"``: 1 - cosine;
        ``"squared_euclidean"``, divided by the number of neurons; ``"euclidean"``, its
        root; ``"gaussian"``: 1 - exp(-d² / mean d²) of distances d, the mean over all pairs,
        each stimulus with itself included; ``"poisson"``: the mean over neurons of the
        symmetrised Kullback-Leibler divergence of Poisson counts.
    name, remedy
        What asks, and what to do where a stimulus evokes equal responses in all neurons.

    Returns
    -------
    matrix
        Symmetric, zero on the diagonal; from 0 to 2 for correlation and cosine, to 1 for
        ``"gaussian"``.
    """
    if dissimilarity in ("correlation", "cosine"):
        unit = _unit_patterns(x, dissimilarity, name, remedy)
        return _apart(1 - unit @ unit.T, 1.0)
    if dissimilarity == "poisson":
        require_range(x, "rsa", 'Use spike counts, or dissimilarity="squared_euclidean".')
        counts = rates(x)
        return _differences(counts, namespace(x).log(counts)) / x.shape[1]
    squared = _differences(x, x) / x.shape[1]
    if dissimilarity == "gaussian":
        return _saturating(squared)
    return squared if dissimilarity == "squared_euclidean" else root(squared)


def _saturating(squared: Array) -> Array:
    """Near 1 for all that are far apart; 0 where no two are."""
    xp = namespace(squared)
    mean = xp.mean(squared)
    return -xp.expm1(-squared / mean) if bool(constant(mean) > 0) else squared


def _differences(a: Array, b: Array) -> Array:
    """Sums over neurons of the product of the differences in `a` and in `b`, by pair of rows."""
    xp = namespace(a)
    a, b = centre(a), centre(b)
    shared, own = a @ b.T, xp.sum(a * b, axis=1)
    size = own if a is b else xp.sqrt(xp.sum(a * a, axis=1) * xp.sum(b * b, axis=1))
    apart = own[:, None] + own[None, :] - shared - shared.T
    return _apart(apart, size[:, None] + size[None, :])


def rates(x: Array, name: str = "rsa", otherwise: str = "squared_euclidean") -> Array:
    """Responses with the prior, all positive."""
    least = float(namespace(x).min(x))
    if least < 0:
        raise errors.undefined(
            name,
            f"a response is {least:.4g}, and a Poisson rate is never negative",
            f'Use spike counts, not centred, or dissimilarity="{otherwise}".',
        )
    return (x + _PRIOR_WEIGHT * _PRIOR_RATE) / (1 + _PRIOR_WEIGHT)


def _unit_patterns(x: Array, dissimilarity: str, name: str, remedy: str) -> Array:
    xp = namespace(x)
    if dissimilarity == "correlation":
        x = x - xp.mean(x, axis=1, keepdims=True)
    norm = xp.sqrt(xp.sum(x * x, axis=1, keepdims=True))
    flat = to_numpy(norm)[:, 0] <= rounding(x) * float(largest(x))
    if flat.any():
        raise errors.undefined(
            name,
            f"{flat.sum()} stimuli evoke the same response in all neurons"
            f" (first at row {np.flatnonzero(flat)[0]}), so their {dissimilarity} has no value",
            remedy,
        )
    return x / norm


def _apart(matrix: Array, total: Array | float) -> Array:
    """The matrix with 0 on its diagonal and for pairs that only rounding tells apart."""
    xp = namespace(matrix)
    differs = matrix > 16 * xp.finfo(matrix.dtype).eps * total
    other = to_namespace_of(matrix, ~np.eye(matrix.shape[0], dtype=bool))
    return xp.where(differs & other, matrix, to_namespace_of(matrix, np.asarray(0.0)))


def through(dissimilarity: Dissimilarity, y: Reals, matrix: Reals, by_pair: Reals) -> Reals:
    """The gradient by responses of one by the dissimilarity of each pair.

    Parameters
    ----------
    dissimilarity
        Any but ``"gaussian"`` and ``"poisson"``.
    y, matrix
        (stimulus, neuron) responses and what `dissimilarities` makes of them.
    by_pair
        (stimulus, stimulus) gradient, symmetric.
    """
    if dissimilarity in ("correlation", "cosine"):
        patterns = y - y.mean(axis=1, keepdims=True) if dissimilarity == "correlation" else y
        norm = np.linalg.norm(patterns, axis=1, keepdims=True)
        unit = patterns / norm
        gradient = -(by_pair @ unit)
        gradient -= unit * np.vecdot(gradient, unit)[:, None]
        return gradient / norm
    if dissimilarity == "euclidean":
        apart = matrix > 0
        by_pair = np.where(apart, by_pair / np.where(apart, 2 * matrix, 1), 0)
    return 2 / y.shape[1] * (by_pair.sum(axis=1, keepdims=True) * y - by_pair @ y)

"""What rotations cannot change: ranks, bases, nuclear norms and distances of shape.

Gradients follow closed forms: whatever is optimal at the solution (a rotation, a
matching, a projection) is held constant, so no derivative of singular vectors is
ever taken and repeated singular values are harmless.
"""

import numpy as np

from homolog._arrays._centring import LEAST_SIZE, centre, even_columns, inner, largest, root
from homolog._arrays._libraries import (
    Array,
    carries_gradient,
    constant,
    namespace,
    to_namespace_of,
    to_numpy,
)

RANK_TOLERANCE = 1e-9
"""Singular values below this fraction of the largest count as zero, in double precision."""
_NEARLY_EQUAL = 1e-4
_FAST_NUCLEAR_ERROR = 1e-12


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


def spanned(x: Array) -> Array:
    """Orthonormal basis of what centred responses span, however unequal in size neurons are."""
    x = centre(even_columns(x))
    return basis(x / largest(x))


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
    if not bool(xp.min(sizes) > LEAST_SIZE * xp.max(sizes)):
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
    """The squared distance without cancellation: from the aligned responses themselves.

    All directions are aligned, however small: those that a rank leaves out would stay apart.
    """
    u, _, vh = namespace(large).linalg.svd(constant(large.T @ small), full_matrices=False)
    rotation = constant(u @ vh)
    aligned = large @ rotation
    outside = large - aligned @ rotation.T
    gap = small - aligned
    return inner(gap, gap) + inner(outside, outside)

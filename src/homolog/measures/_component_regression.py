"""Regression on the components of one population that covary most with another."""

import numpy as np

from homolog._arrays import RANK_TOLERANCE, Array, inner, namespace, rounding, to_namespace_of


def component_regression(y: Array, x: Array, held_out: Array, n_components: int) -> Array:
    """What so many components of centred `y` say of `x` at the stimuli held out.

    Each component is the direction of `y` that covaries most with `x`; what it explains of
    `y` is then taken away, from the held-out responses too. They end early where nothing
    covaries any more.
    """
    predicted = to_namespace_of(y, np.zeros((held_out.shape[0], x.shape[1])))
    tolerance = max(RANK_TOLERANCE, rounding(y)) * _size(y.T @ x)
    for _ in range(n_components):
        cross = y.T @ x
        if not bool(_size(cross) > tolerance):
            break
        weights = _strongest(cross)
        course, new = y @ weights, held_out @ weights
        share = course / inner(course, course)
        loading = share @ y
        predicted = predicted + new[:, None] * (share @ x)[None, :]
        y = y - course[:, None] * loading[None, :]
        held_out = held_out - new[:, None] * loading[None, :]
    return predicted


def _size(x: Array) -> Array:
    return namespace(x).sqrt(inner(x, x))


def _strongest(cross: Array) -> Array:
    """The first left singular vector, from the smaller of two Gram matrices."""
    xp = namespace(cross)
    cross = cross / _size(cross)
    if cross.shape[0] <= cross.shape[1]:
        return xp.linalg.eigh(cross @ cross.T).eigenvectors[:, -1]
    weights = cross @ xp.linalg.eigh(cross.T @ cross).eigenvectors[:, -1]
    return weights / _size(weights)

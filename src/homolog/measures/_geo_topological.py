"""Dissimilarities of which only the middle counts: neither how near is near nor how far is far."""

from typing import Any

import numpy as np

from homolog import errors
from homolog._arrays import Array, constant, namespace, rounding, to_namespace_of, to_numpy
from homolog.measures._numbers import is_real


def geo_topological(matrix: Array, low: float, high: float) -> Array:
    """0 up to a quantile of all pairs, 1 from another one, and a straight line between them.

    Parameters
    ----------
    matrix
        (stimulus, stimulus) dissimilarities.
    low, high
        Shares of the pairs that become 0, and that do not become 1.

    Raises
    ------
    HomologError
        HM031 where dissimilarities at both quantiles are equal.
    """
    xp = namespace(matrix)
    pairs = to_numpy(constant(matrix))[~np.tri(matrix.shape[0], dtype=bool)]
    start, end = np.quantile(pairs, [low, high])
    if not end - start > rounding(matrix) * max(abs(start), abs(end)):
        raise errors.undefined(
            "rsa",
            f"a share from {low:g} to {high:g} of all pairs of stimuli are equally dissimilar",
            "Take low and high further apart.",
        )
    share = (matrix - float(start)) / float(end - start)
    none = xp.zeros_like(share)
    cut = xp.where(share < 0, none, xp.where(share > 1, none + 1, share))
    others = to_namespace_of(matrix, ~np.eye(matrix.shape[0], dtype=bool))
    return xp.where(others, cut, none)


def check_quantiles(low: Any, high: Any) -> None:
    """HM025 for what are not two shares, the one below the other."""
    if not (is_real(low) and is_real(high) and 0 <= low < high <= 1):
        raise errors.bad_value("low and high", (low, high), "numbers from 0 to 1, low below high")

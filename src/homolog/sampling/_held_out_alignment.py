"""Alignment judged by stimuli that it was not fitted to: too low, where in-sample is too high."""

import numpy as np
from numpy.typing import NDArray

from homolog.sampling._given import Floats


def covariance(x: Floats, y: Floats) -> Floats:
    """The unbiased cross-covariance of two populations."""
    return (x - x.mean(axis=0)).T @ (y - y.mean(axis=0)) / (len(x) - 1)


def held_out_alignment(x: Floats, y: Floats, fold: NDArray[np.int64]) -> float:
    """Covariance along the best rotation for other stimuli, averaged over folds.

    Its mean is at most the sum of singular values of the true cross-covariance, for no rotation
    does better there than the best, and a rotation found elsewhere knows nothing of the fold.
    """
    n_folds = int(fold.max()) + 1
    found = 0.0
    for one in range(n_folds):
        held = fold == one
        left, _, right = np.linalg.svd(covariance(x[~held], y[~held]), full_matrices=False)
        found += float(np.vdot(left @ right, covariance(x[held], y[held])))
    return found / n_folds

"""How well single neurons were predicted, and how well they could be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import constant_columns
from homolog.encoding._fold import Fold
from homolog.encoding._maps import Floats
from homolog.pairing import Halves
from homolog.statistics import spearman_brown

SURE = 0.95
"""How sure it must be that the halves of a neuron's trials agree, for it to have a ceiling."""


@dataclass(frozen=True)
class Ceilings:
    """What the noise of its trials lets a perfect prediction of each neuron reach.

    Attributes
    ----------
    correlation, share
        (neuron,) of the correlation and of the share of variance; above 0 where `repeats`,
        and 0 elsewhere.
    repeats
        (neuron,) whether the halves of the trials agree by more than chance (one-sided,
        5 %). Other neurons have no ceiling, and nothing of them is normalised.
    """

    correlation: Floats
    share: Floats
    repeats: NDArray[np.bool_]


def column_correlations(x: Floats, y: Floats) -> Floats:
    """(neuron,) correlations of columns; 0 where one of the two does not vary."""
    varies = ~(constant_columns(x) | constant_columns(y))
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    size = np.sqrt((x**2).sum(axis=0)) * np.sqrt((y**2).sum(axis=0))
    varies &= size > 0
    found = (x * y).sum(axis=0) / np.where(varies, size, 1)
    return np.where(varies, np.clip(found, -1, 1), 0.0)


def varying(responses: Floats, folds: Sequence[Fold]) -> NDArray[np.bool_]:
    """(fold, neuron) whether neurons vary over the stimuli that folds hold out."""
    return np.array([~constant_columns(responses[fold.test]) for fold in folds])


def mean_over_folds(found: Floats, responses: Floats, folds: Sequence[Fold]) -> Floats:
    """(neuron,) means of a (fold, neuron) array over the folds in which neurons vary."""
    varies = varying(responses, folds)
    return np.where(varies, found, 0.0).sum(axis=0) / varies.sum(axis=0)


def ceilings(
    halves: Halves, responses: Floats, folds: Sequence[Fold], n_independent: int
) -> Ceilings:
    """Ceilings from two halves of the trials, judged as predictions of `responses` are.

    The halves are correlated within each fold for the correlation, and over all stimuli for
    the share of variance; Spearman-Brown carries both to all trials. A neuron whose halves
    agree no better over all stimuli than `n_independent` unrelated pairs has no ceiling.
    """
    first, second = halves
    overall = column_correlations(first, second)
    each = [column_correlations(first[fold.test], second[fold.test]) for fold in folds]
    within = mean_over_folds(np.array(each), responses, folds)
    repeats = (overall > _least_correlation(n_independent)) & (within > 0)
    within, overall = (np.where(repeats, one, 0.0) for one in (within, overall))
    return Ceilings(np.sqrt(spearman_brown(within)), spearman_brown(overall), repeats)


def _least_correlation(n: int) -> float:
    """What a correlation over `n` unrelated pairs of numbers seldom exceeds."""
    from scipy.stats import t

    quantile = float(t.ppf(SURE, n - 2))
    return quantile / float(np.sqrt(n - 2 + quantile**2))

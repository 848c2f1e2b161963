"""Two populations' dissimilarities of all pairs of stimuli, made ready and compared."""

from dataclasses import dataclass
from typing import Literal, NoReturn

import numpy as np

from homolog import errors
from homolog._arrays import (
    Array,
    Reals,
    frobenius,
    inner,
    largest,
    namespace,
    rounding,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._levels import levels
from homolog.measures._measure import along_stimuli
from homolog.measures._orders import Orders, from_upper, sums_in_orders
from homolog.measures._turns import Turns, of_square, pairs_in_turns

Comparison = Literal[
    "spearman",
    "pearson",
    "cosine",
    "kendall",
    "rho_a",
    "tau_a",
    "whitened_pearson",
    "whitened_cosine",
]

BY_RANK = ("spearman", "kendall", "rho_a", "tau_a")
WHITENED = ("whitened_pearson", "whitened_cosine")
COSINES = ("cosine", "whitened_cosine")


@dataclass(frozen=True)
class Compared:
    """Dissimilarities of all pairs, made ready so that a comparison is one product.

    Attributes
    ----------
    pairs
        One entry for each pair of stimuli.
    untied
        The share of couples of pairs that are not equally dissimilar, for tau-a.
    """

    pairs: Array = along_stimuli("pairs")
    untied: float = 1.0


def compared(matrix: Array, comparison: Comparison, name: str) -> Compared:
    """A (stimulus, stimulus) matrix of dissimilarities as `comparison` needs it.

    Raises
    ------
    HomologError
        HM031, in the name of the measure, where all are equal and that cannot be compared.
    """
    if comparison in BY_RANK:
        return _ranked(matrix, comparison, name)
    return Compared(unit(matrix, comparison, name)[0])


def _ranked(matrix: Array, comparison: Comparison, name: str) -> Compared:
    """Ranks of norm 1."""
    pairs = to_numpy(_of_pairs(matrix))
    found = levels(pairs - min(pairs.min(), 0.0))  # unbiased estimates may be negative
    if len(found.count) == 1:
        _refuse_equal(name)
    ranks = found.ranks(corrected=comparison != "rho_a")
    return Compared(to_namespace_of(matrix, ranks), found.untied)


def unit(matrix: Array, comparison: Comparison, name: str) -> tuple[Array, Array]:
    """Dissimilarities scaled to norm 1, centred or whitened where asked for, and that norm."""
    pairs = _of_pairs(prepared(matrix, comparison))
    flat = float(largest(pairs)) <= rounding(pairs) * float(largest(matrix))
    if flat and comparison not in COSINES:
        _refuse_equal(name)
    norm = frobenius(pairs)
    return pairs / norm, norm


def _of_pairs(matrix: Array) -> Array:
    return matrix[to_namespace_of(matrix, ~np.tri(matrix.shape[0], dtype=bool))]


def prepared(matrix: Array, comparison: Comparison) -> Array:
    """Off its diagonal, what of the matrix is compared.

    Pairs that share a stimulus err together: the covariance of the errors of unrelated
    patterns is 4 for a pair with itself, 1 where one stimulus is shared. Its eigenvectors
    are the mean (2M), what each stimulus adds to all of its pairs (M), and the rest (2), so
    whitening weighs three parts.
    """
    if comparison == "cosine":
        return matrix
    xp = namespace(matrix)
    m = matrix.shape[0]
    mean = xp.sum(matrix) / (m * (m - 1))
    if comparison == "pearson":
        return matrix - mean
    kept = m**-0.5 if comparison == "whitened_cosine" else 0.0
    added = (xp.sum(matrix, axis=1) - (m - 1) * mean) / (m - 2)
    less = (1 - (2 / m) ** 0.5) * added + (1 - kept) * mean / 2
    return matrix - less[:, None] - less[None, :]


def _refuse_equal(name: str) -> NoReturn:
    raise errors.undefined(
        name,
        "all pairs of stimuli are equally dissimilar in a population",
        'Use comparison="cosine", or procrustes.',
    )


def chance(x: Compared, y: Compared) -> Array:
    """Exact mean over all pairings of stimuli: only the mean dissimilarities then agree."""
    xp = namespace(x.pairs, y.pairs)
    return xp.sum(x.pairs) * xp.sum(y.pairs) / x.pairs.shape[0]


def in_orders(x: Compared, y: Compared, orders: Orders, *, comparison: Comparison) -> Reals | None:
    """How the dissimilarities compare with the stimuli of `x` in many orders."""
    if comparison in ("kendall", "tau_a"):
        return None
    n_stimuli = int((1 + (1 + 8 * x.pairs.shape[0]) ** 0.5) / 2 + 0.5)
    square = from_upper(x.pairs, n_stimuli)
    if isinstance(orders, Turns):
        other = from_upper(y.pairs, n_stimuli)
        return pairs_in_turns(of_square(square), of_square(other), orders) / 2
    return sums_in_orders(square, y.pairs, orders)


def agreement(x: Compared, y: Compared, comparison: Comparison) -> Array:
    """How two populations' dissimilarities compare."""
    if comparison in ("kendall", "tau_a"):
        from scipy.stats import kendalltau

        tau = np.asarray(kendalltau(to_numpy(x.pairs), to_numpy(y.pairs))[0])
        told_apart = (x.untied * y.untied) ** 0.5 if comparison == "tau_a" else 1.0
        return to_namespace_of(x.pairs, tau * told_apart)
    return inner(x.pairs, y.pairs)

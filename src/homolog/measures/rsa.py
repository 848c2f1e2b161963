"""Representational similarity analysis: do two populations order pairs of stimuli alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    constant,
    frobenius,
    inner,
    largest,
    namespace,
    require_memory,
    root,
    rounding,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._measure import Gradient, along_stimuli, measure
from homolog.measures._tuning import one_by_one

Dissimilarity = Literal["correlation", "cosine", "squared_euclidean", "euclidean"]
Comparison = Literal["spearman", "pearson", "cosine", "kendall"]

Reals = NDArray[np.float64]

_BY_RANK = ("spearman", "kendall")
_ROTATES = {"permutation", "rotation", "scale"}


@dataclass(frozen=True)
class _Summary:
    """Dissimilarities of all pairs, made ready so that a comparison is one product."""

    pairs: Array = along_stimuli("pairs")


def dissimilarities(x: Array, *, dissimilarity: Dissimilarity = "correlation") -> Array:
    """The (stimulus, stimulus) matrix of how unlike the responses to two stimuli are.

    Parameters
    ----------
    x
        (stimulus, neuron) responses.
    dissimilarity
        ``"correlation"``: 1 - r across neurons; ``"cosine"``: 1 - cosine;
        ``"squared_euclidean"``, divided by the number of neurons; ``"euclidean"``, its
        root.

    Returns
    -------
    matrix
        Symmetric, zero on the diagonal; from 0 to 2 for correlation and cosine.
    """
    xp = namespace(x)
    if dissimilarity in ("correlation", "cosine"):
        unit = _unit_patterns(x, dissimilarity)
        return _apart(1 - unit @ unit.T, 1.0)
    x = centre(x)
    energy = xp.sum(x * x, axis=1)
    total = energy[:, None] + energy[None, :]
    squared = _apart(total - 2 * (x @ x.T), total) / x.shape[1]
    return squared if dissimilarity == "squared_euclidean" else root(squared)


def _unit_patterns(x: Array, dissimilarity: str) -> Array:
    xp = namespace(x)
    if dissimilarity == "correlation":
        x = x - xp.mean(x, axis=1, keepdims=True)
    norm = xp.sqrt(xp.sum(x * x, axis=1, keepdims=True))
    flat = to_numpy(norm)[:, 0] <= rounding(x) * float(largest(x))
    if flat.any():
        raise errors.undefined(
            "rsa",
            f"{flat.sum()} stimuli evoke the same response in all neurons"
            f" (first at row {np.flatnonzero(flat)[0]}), so their {dissimilarity} has no value",
            'Use dissimilarity="squared_euclidean", or drop those stimuli.',
        )
    return x / norm


def _apart(matrix: Array, total: Array | float) -> Array:
    """The matrix with 0 on its diagonal and for pairs that only rounding tells apart."""
    xp = namespace(matrix)
    differs = matrix > 16 * xp.finfo(matrix.dtype).eps * total
    other = to_namespace_of(matrix, ~np.eye(matrix.shape[0], dtype=bool))
    return xp.where(differs & other, matrix, to_namespace_of(matrix, np.asarray(0.0)))


def _summary(
    x: Array,
    *,
    dissimilarity: Dissimilarity = "correlation",
    comparison: Comparison = "spearman",
) -> _Summary:
    _check_options(dissimilarity, comparison)
    n_stimuli = x.shape[0]
    require_memory(
        3 * 8 * n_stimuli**2,
        "rsa",
        f"3 × {n_stimuli:,} × {n_stimuli:,} pairs of stimuli, float64",
        "Select fewer stimuli, or use unbiased_cka, which needs no matrix of pairs.",
    )
    if dissimilarity == "euclidean" and comparison in _BY_RANK:
        dissimilarity = "squared_euclidean"  # ranked alike, and ties survive
    matrix = dissimilarities(x / largest(x), dissimilarity=dissimilarity)
    pairs = matrix[to_namespace_of(matrix, ~np.tri(n_stimuli, dtype=bool))]
    return _Summary(_ready(pairs, comparison))


def _ready(pairs: Array, comparison: Comparison) -> Array:
    xp = namespace(pairs)
    if not bool(xp.any(constant(pairs) > 0)):
        raise errors.undefined(
            "rsa",
            "all stimuli evoke the same pattern in a population, up to its size",
            'Use dissimilarity="squared_euclidean", or procrustes.',
        )
    if comparison == "cosine":
        return pairs / frobenius(pairs)
    if comparison in _BY_RANK:
        ready = _unit_ranks(to_numpy(pairs))
        return to_namespace_of(pairs, ready) if ready.any() else _refuse_equal()
    spread = pairs - xp.mean(pairs)
    if float(largest(spread)) <= rounding(pairs) * float(largest(pairs)):
        _refuse_equal()
    return spread / frobenius(spread)


def _refuse_equal() -> NoReturn:
    raise errors.undefined(
        "rsa",
        "all pairs of stimuli are equally dissimilar in a population",
        'Use comparison="cosine", or procrustes.',
    )


def _unit_ranks(pairs: np.ndarray) -> np.ndarray:
    """Centred ranks of norm 1; dissimilarities apart by rounding alone share their mean rank.

    Spike counts give many equal dissimilarities; left to rounding, their order would be
    an accident. All 0 if all are equal.
    """
    eps = float(np.finfo(pairs.dtype).eps)
    pairs = pairs.astype(np.float64, copy=False)
    order, level = _ascending(pairs)
    gaps, rounding_error = _gaps(pairs[order], eps)
    mixed = np.unique(level[1:][gaps < -rounding_error])
    if len(mixed):
        _sort_within(order, pairs, np.searchsorted(level, mixed), np.searchsorted(level, mixed + 1))
        gaps, rounding_error = _gaps(pairs[order], eps)
    first = np.flatnonzero(np.concatenate(([True], gaps > rounding_error)))
    count = np.diff(first, append=len(pairs))
    centred = first + (count - len(pairs)) / 2
    norm = np.sqrt(np.sum(count * centred**2))
    ranks = np.empty(len(pairs))
    ranks[order] = np.repeat(centred / max(norm, 1.0), count)
    return ranks


def _gaps(ascending: np.ndarray, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """Differences between neighbours, and how much of each may be rounding at precision `eps`.

    Judged by the median, for one stray stimulus can make the largest as large as it likes.
    """
    rounding_error = max(1e-12, 16 * eps) * ascending[1:]
    rounding_error += 18 * eps * ascending[len(ascending) // 2]
    return np.diff(ascending), rounding_error


def _ascending(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The order that sorts dissimilarities by level, and the level of each.

    Levels are one part of the largest in 2^40 apart for two thousand stimuli. Sorting
    integers that carry their place in the lowest bits takes less than half the time of
    `argsort`.
    """
    bits = (len(pairs) - 1).bit_length()
    keys = (pairs * (2.0 ** (62 - bits) / pairs.max())).astype(np.int64)
    keys <<= bits
    keys |= np.arange(len(pairs))
    keys.sort()
    return keys & ((1 << bits) - 1), keys >> bits


def _sort_within(
    order: np.ndarray, pairs: np.ndarray, starts: np.ndarray, stops: np.ndarray
) -> None:
    """Sort some stretches of an order in place: wide levels, where one pair dwarfs the others."""
    for start, stop in zip(starts, stops, strict=True):
        stretch = order[start:stop]
        order[start:stop] = stretch[np.argsort(pairs[stretch])]


def _gradient(
    x: Reals,
    *,
    dissimilarity: Dissimilarity = "correlation",
    comparison: Comparison = "spearman",
) -> Gradient | None:
    """By the formula of the comparison, then by that of the dissimilarity."""
    if comparison in _BY_RANK:
        return None
    reference = _summary(x, dissimilarity=dissimilarity, comparison=comparison).pairs
    upper = ~np.tri(len(x), dtype=bool)

    def one(y: Reals) -> tuple[float, Reals]:
        matrix = dissimilarities(y, dissimilarity=dissimilarity)
        pairs = matrix[upper]
        ready = _ready(pairs, comparison)
        value = float(inner(reference, ready))
        spread = pairs - pairs.mean() if comparison == "pearson" else pairs
        by_pair = np.zeros_like(matrix)
        by_pair[upper] = (reference - value * ready) / float(frobenius(spread))
        return value, _through(dissimilarity, y, matrix, by_pair + by_pair.T)

    return one_by_one(one)


def _through(dissimilarity: Dissimilarity, y: Reals, matrix: Reals, by_pair: Reals) -> Reals:
    """The gradient by responses of one by the dissimilarity of each pair."""
    if dissimilarity in ("correlation", "cosine"):
        patterns = y - y.mean(axis=1, keepdims=True) if dissimilarity == "correlation" else y
        norm = np.linalg.norm(patterns, axis=1, keepdims=True)
        unit = patterns / norm
        gradient = -(by_pair @ unit)
        gradient -= unit * np.vecdot(gradient, unit)[:, None]
        if dissimilarity == "correlation":
            gradient -= gradient.mean(axis=1, keepdims=True)
        return gradient / norm
    if dissimilarity == "euclidean":
        apart = matrix > 0
        by_pair = np.where(apart, by_pair / np.where(apart, 2 * matrix, 1), 0)
    return 2 / y.shape[1] * (by_pair.sum(axis=1, keepdims=True) * y - by_pair @ y)


def _check_options(dissimilarity: str, comparison: str) -> None:
    for what, got, allowed in (
        ("dissimilarity", dissimilarity, Dissimilarity.__args__),
        ("comparison", comparison, Comparison.__args__),
    ):
        if got not in allowed:
            raise errors.bad_value(what, got, ", ".join(allowed))


def _promises(*, dissimilarity: str, comparison: str) -> Mapping[str, Any]:
    _check_options(dissimilarity, comparison)
    invariant = {
        "correlation": {"scale", "permutation"},
        "cosine": _ROTATES,
        "squared_euclidean": _ROTATES | {"shift"},
        "euclidean": _ROTATES | {"shift"},
    }[dissimilarity]
    return {
        "invariant_to": invariant,
        "candidate_invariant_to": invariant,
        "smooth": comparison in ("pearson", "cosine"),
        "worst": 0.0 if comparison == "cosine" else -1.0,
    }


@measure(
    summary=_summary,
    gradient=_gradient,
    variant=_promises,
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"scale", "permutation"},
    biased=True,
    smooth=False,
    source="https://doi.org/10.3389/neuro.06.004.2008",
    citation="""
        @article{kriegeskorte2008representational,
          author = {Kriegeskorte, Nikolaus and Mur, Marieke and Bandettini, Peter A.},
          title = {Representational Similarity Analysis -- Connecting the Branches of Systems
            Neuroscience},
          journal = {Frontiers in Systems Neuroscience},
          volume = {2},
          pages = {4},
          year = {2008},
          url = {https://doi.org/10.3389/neuro.06.004.2008},
        }
    """,
)
def rsa(x: _Summary, y: _Summary, *, comparison: Comparison = "spearman") -> Float[Array, ""]:
    r"""Agreement of two populations' dissimilarities over all pairs of stimuli.

    .. math:: \mathrm{corr}\left(D_X, D_Y\right)

    over the M(M - 1)/2 pairs of stimuli, where D holds one dissimilarity for each pair.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least three stimuli.

    Returns
    -------
    score
        From -1 to 1 (from 0 with ``comparison="cosine"``), no unit. 1 when all pairs of
        stimuli are ordered alike.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown
        option, HM031 a stimulus without a pattern, HM009 too many pairs for memory.

    Notes
    -----
    Options: ``dissimilarity`` is ``"correlation"`` (1 - Pearson r across neurons),
    ``"cosine"``, ``"squared_euclidean"`` (divided by the number of neurons) or
    ``"euclidean"``; ``comparison`` is ``"spearman"`` (ties share their mean rank),
    ``"pearson"``, ``"cosine"`` or ``"kendall"`` (tau-b). The correlation dissimilarity
    ignores the mean over neurons of each stimulus, but not the mean of each neuron:
    subtract it first, or do not, knowingly. Noise shrinks the score, for plain
    dissimilarities are biased upwards; pairs share stimuli, so they are not independent.
    """
    if comparison == "kendall":
        from scipy.stats import kendalltau

        tau, _ = kendalltau(to_numpy(x.pairs), to_numpy(y.pairs))
        return to_namespace_of(x.pairs, np.asarray(tau))
    return inner(x.pairs, y.pairs)

"""Representational similarity analysis: do two populations order pairs of stimuli alike."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import (
    Array,
    constant,
    inner,
    largest,
    namespace,
    require_memory,
)
from homolog.measures._compared import (
    BY_RANK,
    WHITENED,
    Compared,
    Comparison,
    agreement,
    chance,
    compared,
    in_orders,
    prepared,
    unit,
)
from homolog.measures._dissimilarity import Dissimilarity, Reals, dissimilarities, through
from homolog.measures._geo_topological import check_quantiles, geo_topological
from homolog.measures._measure import Gradient, measure
from homolog.measures._tuning import one_by_one

_ROTATES = {"permutation", "rotation", "scale"}


def _summary(
    x: Array,
    *,
    dissimilarity: Dissimilarity = "correlation",
    comparison: Comparison = "spearman",
    low: float = 0.0,
    high: float = 1.0,
) -> Compared:
    _check_options(dissimilarity, comparison)
    n_stimuli = x.shape[0]
    require_memory(
        3 * 8 * n_stimuli**2,
        "rsa",
        f"3 × {n_stimuli:,} × {n_stimuli:,} pairs of stimuli, float64",
        "Select fewer stimuli, or use unbiased_cka, which needs no matrix of pairs.",
    )
    if dissimilarity in ("euclidean", "gaussian") and comparison in BY_RANK:
        dissimilarity = "squared_euclidean"  # ranked alike, and ties survive
    matrix = dissimilarities(
        x if dissimilarity == "poisson" else x / largest(x), dissimilarity=dissimilarity
    )
    if not bool(namespace(x).any(constant(matrix) > 0)):
        raise errors.undefined(
            "rsa",
            "all stimuli evoke the same pattern in a population, up to its size",
            'Use dissimilarity="squared_euclidean", or procrustes.',
        )
    if (low, high) != (0, 1):
        matrix = geo_topological(matrix, low, high)
    return compared(matrix, comparison, "rsa")


def _gradient(
    x: Reals,
    *,
    dissimilarity: Dissimilarity = "correlation",
    comparison: Comparison = "spearman",
    low: float = 0.0,
    high: float = 1.0,
) -> Gradient | None:
    """By the formula of the comparison, then by that of the dissimilarity."""
    by_formula = dissimilarity not in ("gaussian", "poisson") and (low, high) == (0, 1)
    if comparison in BY_RANK or not by_formula:
        return None
    reference = _summary(x, dissimilarity=dissimilarity, comparison=comparison).pairs
    upper = ~np.tri(len(x), dtype=bool)

    def one(y: Reals) -> tuple[float, Reals]:
        matrix = dissimilarities(y, dissimilarity=dissimilarity)
        ready, norm = unit(matrix, comparison, "rsa")
        value = float(inner(reference, ready))
        by_pair = np.zeros_like(matrix)
        by_pair[upper] = (reference - value * ready) / float(norm)
        by_pair += by_pair.T
        if comparison in WHITENED:  # symmetric, so it is its own transpose
            by_pair = prepared(by_pair, comparison)
            np.fill_diagonal(by_pair, 0)
        return value, through(dissimilarity, y, matrix, by_pair)

    return one_by_one(one)


def _check_options(dissimilarity: str, comparison: str) -> None:
    for what, got, allowed in (
        ("dissimilarity", dissimilarity, Dissimilarity.__args__),
        ("comparison", comparison, Comparison.__args__),
    ):
        if got not in allowed:
            raise errors.bad_value(what, got, ", ".join(allowed))


def _promises(*, dissimilarity: str, comparison: str, low: Any, high: Any) -> Mapping[str, Any]:
    _check_options(dissimilarity, comparison)
    check_quantiles(low, high)
    invariant = {
        "correlation": {"scale", "permutation"},
        "cosine": _ROTATES,
        "squared_euclidean": _ROTATES | {"shift"},
        "euclidean": _ROTATES | {"shift"},
        "gaussian": _ROTATES | {"shift"},
        "poisson": {"permutation"},
    }[dissimilarity]
    whole = (low, high) == (0, 1)
    positive = comparison == "cosine" or (
        comparison == "whitened_cosine" and dissimilarity != "poisson" and whole
    )
    kind = (dissimilarity, comparison)
    return {
        "invariant_to": invariant,
        "candidate_invariant_to": invariant,
        "smooth": comparison not in BY_RANK and dissimilarity != "poisson" and whole,
        "worst": 0.0 if positive else -1.0,
        "of_products": kind == ("squared_euclidean", "whitened_cosine") and whole,
    }


@measure(
    summary=_summary,
    gradient=_gradient,
    variant=_promises,
    chance=chance,
    in_orders=in_orders,
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
def rsa(x: Compared, y: Compared, *, comparison: Comparison = "spearman") -> Float[Array, ""]:
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
        From -1 to 1 (from 0 with the cosines), no unit. 1 when all pairs of stimuli are
        ordered alike or, with values compared, when dissimilarities are proportional.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown
        option, HM031 a stimulus without a pattern, equal dissimilarities, or a negative
        response as a Poisson count, HM009 too many pairs for memory.

    Notes
    -----
    Options: ``dissimilarity`` is ``"correlation"`` (1 - Pearson r across neurons),
    ``"cosine"``, ``"squared_euclidean"`` (divided by the number of neurons),
    ``"euclidean"``, ``"gaussian"`` (:math:`1 - \exp(-d^2 / \overline{d^2})`, near 1 for all that
    are far apart) or ``"poisson"`` (symmetrised Kullback-Leibler divergence of spike
    counts, each with a tenth of a prior count of 1; it depends on the unit and refuses
    negative responses). ``low`` and ``high``, shares of the pairs, make all pairs below the one
    quantile equal and all above the other (the geo-topological transform of Lin and Kriegeskorte
    2023), so that neither noise among neighbours nor how far the far ones are counts.
    ``comparison`` is

    - ``"spearman"``: correlation of ranks, where ties share their mean rank;
    - ``"kendall"``: tau-b, concordant less discordant couples of pairs, without ties;
    - ``"rho_a"``, ``"tau_a"``: the same without correction for ties, so that a population
      whose dissimilarities tie scores below 1 with itself; to be preferred where
      candidates that tie would gain from it;
    - ``"pearson"``, ``"cosine"``: of the values;
    - ``"whitened_cosine"``, ``"whitened_pearson"``: pairs that share a stimulus err
      together, so pairs are weighted by the inverse of the covariance that independent
      noise would give them. The whitened cosine of squared Euclidean distances is `cka`.

    Chance (random pairing of stimuli) is exactly 0, but not for the cosines: all
    dissimilarities are positive, so the plain cosine of unrelated populations is often
    above 0.9, and its chance level is given in closed form. The correlation dissimilarity
    ignores the mean over neurons of each stimulus, but not the mean of each neuron:
    subtract it first, or do not, knowingly. Noise shrinks the score, for plain
    dissimilarities are biased upwards; pairs share stimuli, so they are not independent.
    Mahalanobis distances are squared Euclidean ones of whitened noise: multiply responses
    by the root of the noise precision first.

    Cost: M²N operations for a population and a sort of M² / 2 pairs; M² for a pair, and M² log M
    with Kendall's coefficients. Do not trust it where neurons' means differ for reasons of no
    interest and were not removed, nor for cosines that were not compared with chance.
    """
    return agreement(x, y, comparison)

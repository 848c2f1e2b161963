"""Overlap of nearest neighbours: whether every stimulus has the same others near it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array
from homolog.measures._measure import measure
from homolog.measures._neighbours import (
    Counts,
    Nearest,
    Neighbourhoods,
    Reals,
    as_score,
    caution,
    invariances,
    neighbourhoods,
    overlap_share,
)

Share = Literal["union", "neighbourhood"]


@dataclass(frozen=True)
class _Summary(Neighbourhoods):
    share: Share = "union"


def _summary(
    x: Array,
    *,
    k: int = 10,
    nearest: Nearest = "cosine",
    centred: bool = False,
    share: Share = "union",
) -> _Summary:
    if share not in get_args(Share):
        raise errors.bad_value("share", share, ", ".join(get_args(Share)))
    found = neighbourhoods(x, "neighbour_overlap", k=k, nearest=nearest, centred=centred)
    return _Summary(found.places, share)


def _promises(*, k: int, nearest: Nearest, centred: bool, share: Share) -> Mapping[str, Any]:
    kept = invariances(nearest, centred)
    return {"invariant_to": kept, "candidate_invariant_to": kept}


def _chance(x: _Summary, y: _Summary) -> Array:
    """Exact: neighbours paired at random are drawn from all others without replacement."""
    a, counts_a = np.unique(x.counts(), return_counts=True)
    b, counts_b = np.unique(y.counts(), return_counts=True)
    weights = np.outer(counts_a, counts_b) / (counts_a.sum() * counts_b.sum())
    others = x.places.shape[0] - 1
    drawn = [[_mean_share(int(i), int(j), others, x.share) for j in b] for i in a]
    return np.sum(weights * np.array(drawn))


def _mean_share(n_a: int, n_b: int, others: int, share: Share) -> float:
    from scipy.stats import hypergeom

    common = np.arange(min(n_a, n_b) + 1)
    return float(hypergeom.pmf(common, others, n_a, n_b) @ _share(common, n_a, n_b, share))


def _share(common: Counts, n_a: Counts | int, n_b: Counts | int, share: Share) -> Reals:
    return overlap_share(common, n_a, n_b) if share == "union" else common / np.maximum(n_a, n_b)


@measure(
    summary=_summary,
    variant=_promises,
    caution=caution,
    chance=_chance,
    best=1.0,
    worst=0.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    counts=True,
    source="https://arxiv.org/abs/2005.10039",
    citation="""
        @inproceedings{schumacher2021effects,
          author = {Schumacher, Tobias and Wolf, Hinrikus and Ritzert, Martin and Lemmerich, Florian
            and Grohe, Martin and Strohmaier, Markus},
          title = {The Effects of Randomness on the Stability of Node Embeddings},
          booktitle = {Machine Learning and Principles and Practice of Knowledge Discovery in
            Databases},
          year = {2021},
          url = {https://arxiv.org/abs/2005.10039},
        }
        @inproceedings{huh2024platonic,
          author = {Huh, Minyoung and Cheung, Brian and Wang, Tongzhou and Isola, Phillip},
          title = {Position: The Platonic Representation Hypothesis},
          booktitle = {International Conference on Machine Learning},
          year = {2024},
          url = {https://arxiv.org/abs/2405.07987},
        }
    """,
)
def neighbour_overlap(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Mean share of the k nearest stimuli that two populations have in common.

    .. math:: \frac{1}{M} \sum_i \frac{|N_X(i) \cap N_Y(i)|}{|N_X(i) \cup N_Y(i)|}

    where :math:`N(i)` are the k stimuli that a population answers most like stimulus i.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least k + 2 stimuli. Numbers of neurons may differ.

    Returns
    -------
    score
        From 0 (no neighbour in common) to 1 (all), no unit. Unrelated populations do not score
        0: see Notes.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown option or
        fewer than k + 2 stimuli, HM031 a stimulus without a pattern, HM009 too many pairs for
        memory.

    Notes
    -----
    Options: ``k``; ``nearest`` is ``"cosine"``, ``"euclidean"`` or ``"inner_product"``;
    ``centred=True`` removes the mean response of every neuron first; ``share`` is ``"union"``,
    the Jaccard similarity, or ``"neighbourhood"``, the mutual nearest neighbours, which divides by
    k. ReSi's number is the default one; that of platonic-rep is ``share="neighbourhood",
    nearest="inner_product"``, of rows that its authors scale to norm 1 first (then it is
    ``"cosine"``).

    Stimuli as near as the k-th, but for rounding, are neighbours as well, so that ties (common
    among spike counts) make neighbourhoods larger and no score depends on the order of stimuli;
    shares of the neighbourhood are then of the larger one. Other packages take whichever of them
    a sort happens to leave first.

    Chance is exact: with random pairing of M stimuli, k/(M - 1) of a neighbourhood is common.
    So the same two populations score lower with more stimuli, and scores of recordings with
    different numbers of stimuli cannot be compared. It sees near pairs alone: the layout of
    groups of stimuli may change without a trace. Of raw firing rates, cosines are all near 1 and
    neighbours are decided by what is left: use ``centred=True``.

    Cost: M²N operations for a population, M² for a pair, and four M × M matrices. Do not trust it
    across different numbers of stimuli.
    """
    a, b = np.isfinite(x.as_numpy()), np.isfinite(y.as_numpy())
    shares = _share((a & b).sum(axis=1), a.sum(axis=1), b.sum(axis=1), x.share)
    return as_score(x, shares)

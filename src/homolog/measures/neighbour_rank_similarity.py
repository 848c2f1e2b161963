"""Rank similarity: whether nearest neighbours are shared, and in which order they come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, to_namespace_of, to_numpy
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._neighbours import (
    Nearest,
    Neighbourhoods,
    Reals,
    as_score,
    caution,
    invariances,
    neighbourhoods,
    overlap_share,
)


@dataclass(frozen=True)
class _Summary(Neighbourhoods):
    """Ranks are places, of which tied ones share the harmonic mean; infinite for the others."""

    ranks: Array = along_stimuli(2)


def _summary(
    x: Array, *, k: int = 10, nearest: Nearest = "cosine", centred: bool = False
) -> _Summary:
    found = neighbourhoods(x, "neighbour_rank_similarity", k=k, nearest=nearest, centred=centred)
    return _Summary(found.places, to_namespace_of(found.places, _ranks(found.as_numpy())))


def _ranks(places: Reals) -> Reals:
    """With harmonic means, a population agrees wholly with itself, tied or not."""
    rows, columns = np.nonzero(np.isfinite(places))
    place = places[rows, columns].astype(np.int64)
    widest = int(place.max()) + 1
    slot = rows * widest + place
    tied = np.bincount(slot)[slot]
    sums = _harmonic(int((place + tied).max()))
    ranks = np.full_like(places, np.inf)
    ranks[rows, columns] = tied / (sums[place + tied - 1] - sums[place - 1])
    return ranks


def _harmonic(n: int) -> Reals:
    """Sums of the first 0, 1, … n terms of 1 + 1/2 + 1/3 + …."""
    return np.concatenate(([0.0], np.cumsum(1 / np.arange(1, n + 1))))


def _promises(
    *,
    k: int,
    nearest: Nearest,
    centred: bool,
    times_overlap: bool,
) -> Mapping[str, Any]:
    kept = invariances(nearest, centred)
    return {"invariant_to": kept, "candidate_invariant_to": kept}


@measure(
    summary=_summary,
    variant=_promises,
    caution=caution,
    best=1.0,
    worst=0.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    counts=True,
    source="https://ieeexplore.ieee.org/document/9076342",
    citation="""
        @article{wang2022instability,
          author = {Wang, Chenxu and Rao, Wei and Guo, Wenna and Wang, Pinghui and Liu, Jun and
            Guan, Xiaohong},
          title = {Towards Understanding the Instability of Network Embedding},
          journal = {IEEE Transactions on Knowledge and Data Engineering},
          volume = {34},
          number = {2},
          pages = {927--941},
          year = {2022},
          url = {https://ieeexplore.ieee.org/document/9076342},
        }
    """,
)
def neighbour_rank_similarity(
    x: _Summary, y: _Summary, *, times_overlap: bool = False
) -> Float[Array, ""]:
    r"""Agreement on the order of the nearest stimuli that two populations share.

    .. math::

        \frac{1}{M} \sum_i \frac{1}{H_{n_i}} \sum_{j \in N_X(i) \cap N_Y(i)}
        \frac{2}{(1 + |r_X - r_Y|) \, (r_X + r_Y)}

    where :math:`r(i, j)` is the rank of j among the k nearest of i, :math:`n_i` counts the common
    neighbours and :math:`H_n = 1 + 1/2 + \dots + 1/n`.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least k + 2 stimuli. Numbers of neurons may differ.

    Returns
    -------
    score
        From 0 (no neighbour in common) to 1 (the same neighbours in the same order), no unit.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown option or
        fewer than k + 2 stimuli, HM031 a stimulus without a pattern, HM009 too many pairs for
        memory.

    Notes
    -----
    Options: ``k``; ``nearest`` is ``"cosine"``, ``"euclidean"`` or ``"inner_product"``;
    ``centred=True`` removes the mean response of every neuron first; ``times_overlap=True``
    multiplies each stimulus's agreement by the Jaccard similarity of its neighbours, the joint
    rank and Jaccard similarity of the same paper.

    Only common neighbours are judged: two populations that share one neighbour of each
    stimulus, the nearest, score 1. So read it beside `neighbour_overlap`, or use
    ``times_overlap=True``. Stimuli as near as the k-th are neighbours as well; tied ones share
    the harmonic mean of their ranks, which leaves a population's agreement with itself at 1. Not
    0 by chance, and lower with more stimuli: read it beside its chance level, by permutation.

    Cost: M²N operations for a population, M² for a pair, and four M × M matrices. Do not trust it
    across different numbers of stimuli.
    """
    a, b = to_numpy(x.ranks), to_numpy(y.ranks)
    rows, columns = np.nonzero(np.isfinite(a) & np.isfinite(b))
    first, second = a[rows, columns], b[rows, columns]
    terms = 2 / ((1 + np.abs(first - second)) * (first + second))
    # Of no common neighbour at all, counts are whole numbers, weights or not.
    agreement = np.bincount(rows, terms, minlength=len(a)).astype(np.float64)
    common = np.bincount(rows, minlength=len(a))
    agreement /= np.maximum(_harmonic(int(common.max()))[common], 1)
    if times_overlap:
        agreement *= overlap_share(common, x.counts(), y.counts())
    return as_score(x, agreement)

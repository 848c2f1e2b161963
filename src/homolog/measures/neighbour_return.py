"""Return of neighbours: from a stimulus to its neighbours in one population, back in the other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array
from homolog.measures._measure import measure
from homolog.measures._neighbours import (
    Nearest,
    Neighbourhoods,
    Reals,
    as_score,
    caution,
    invariances,
    neighbourhoods,
)


def _summary(
    x: Array, *, k: int = 3, nearest: Nearest = "cosine", centred: bool = False
) -> Neighbourhoods:
    return neighbourhoods(x, "neighbour_return", k=k, nearest=nearest, centred=centred)


def _promises(*, k: int, nearest: Nearest, centred: bool) -> Mapping[str, Any]:
    kept = invariances(nearest, centred)
    return {"invariant_to": kept, "candidate_invariant_to": kept}


def _chance(x: Neighbourhoods, y: Neighbourhoods) -> float:
    """Exact: with random pairing a stimulus's n neighbours in Y are any n of the M - 1 others.

    Those c that have it among their neighbours in X lead back. Whether none of them is drawn
    follows the hypergeometric law.
    """
    from scipy.stats import hypergeom

    leading, counts = np.unique(_found(x).sum(axis=0), return_counts=True)
    others = len(_found(x)) - 1
    sizes, of_sizes = np.unique(y.counts(), return_counts=True)
    none = hypergeom.pmf(0, others, leading[:, None], sizes[None, :])
    weights = counts[:, None] * of_sizes / (counts.sum() * of_sizes.sum())
    return float(1 - np.sum(weights * none))


def _found(x: Neighbourhoods) -> np.ndarray:
    return np.isfinite(x.as_numpy())


@measure(
    summary=_summary,
    variant=_promises,
    caution=caution,
    chance=_chance,
    best=float("inf"),
    highest=1.0,
    worst=0.0,
    kind="correlation",
    symmetric=False,
    invariant_to={"scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    counts=True,
    source="https://arxiv.org/abs/2405.07987",
    citation="""
        @inproceedings{huh2024platonic,
          author = {Huh, Minyoung and Cheung, Brian and Wang, Tongzhou and Isola, Phillip},
          title = {Position: The Platonic Representation Hypothesis},
          booktitle = {International Conference on Machine Learning},
          year = {2024},
          url = {https://arxiv.org/abs/2405.07987},
        }
    """,
)
def neighbour_return(x: Neighbourhoods, y: Neighbourhoods) -> Float[Array, ""]:
    r"""Share of stimuli that lead back to themselves: to a neighbour in Y, and from it in X.

    .. math:: \frac{1}{M} \sum_i \left[\, i \in \bigcup_{j \in N_Y(i)} N_X(j) \right]

    where :math:`N(i)` are the k stimuli that a population answers most like stimulus i.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least k + 2 stimuli. Numbers of neurons may differ.

    Returns
    -------
    score
        From 0 (no stimulus is found again) to 1 (every one is), no unit. Neither end means much:
        see Notes.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown option or
        fewer than k + 2 stimuli, HM031 a stimulus without a pattern, HM009 too many pairs for
        memory.

    Notes
    -----
    Options: ``k``; ``nearest`` is ``"cosine"``, ``"euclidean"`` or ``"inner_product"``;
    ``centred=True`` removes the mean response of every neuron first. Others call it cycle-kNN,
    with ``nearest="inner_product"``. Stimuli as near as the k-th are neighbours as well.

    A population does not score 1 with itself, for being a neighbour is not mutual: a stimulus far
    from all others has neighbours, but is the neighbour of none. So there is no score that is
    best for all pairs; read it beside that of the reference with itself. Chance, exact, is near
    1 as soon as k² exceeds the number of stimuli: with the ten nearest of 40, 95 % of stimuli
    return in unrelated populations. Do not compare scores of different numbers of stimuli.

    Cost: M²N operations for a population, M² for a pair, and four M × M matrices. Do not trust it
    where k² comes near the number of stimuli.
    """
    returns: Reals = np.asarray((_found(x).T & _found(y)).any(axis=1), dtype=np.float64)
    return as_score(x, returns)

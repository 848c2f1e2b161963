"""Order of nearest neighbours: how much of two lists of neighbours runs alike."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog import errors
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

Compared = Literal["subsequence", "edits"]

Lists = NDArray[np.int64]


def _summary(
    x: Array, *, k: int = 10, nearest: Nearest = "cosine", centred: bool = False
) -> Neighbourhoods:
    return neighbourhoods(x, "neighbour_order", k=k, nearest=nearest, centred=centred)


def _promises(
    *,
    k: int,
    nearest: Nearest,
    centred: bool,
    compared: Compared,
) -> Mapping[str, Any]:
    if compared not in get_args(Compared):
        raise errors.bad_value("compared", compared, ", ".join(get_args(Compared)))
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
def neighbour_order(
    x: Neighbourhoods, y: Neighbourhoods, *, compared: Compared = "subsequence"
) -> Float[Array, ""]:
    r"""How much of each stimulus's list of nearest neighbours two populations order alike.

    .. math:: \frac{1}{M} \sum_i \frac{\mathrm{LCS}(L_X(i), L_Y(i))}{k}

    where :math:`L(i)` lists the k nearest stimuli of i, nearest first, and LCS is the length of
    the longest list that can be made of both by leaving out entries.

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
    ``centred=True`` removes the mean response of every neuron first; ``compared="edits"`` takes
    1 - d/k, where d is the least number of insertions, deletions and replacements that turn one
    list into the other; it counts places, so a neighbour moved by one place costs two edits.
    platonic-rep has both, with ``nearest="inner_product"``, and gives the length of the
    subsequence where ours is the share of k.

    Stimuli as near as the k-th are neighbours as well; shares are then of the longer list, and
    stimuli that tie in one population stand in the order that the other gives them. Lists of
    unrelated populations agree by chance, the more the fewer stimuli there are: read it beside
    its chance level, by permutation. Edits take k² steps for each stimulus.

    Cost: M²N operations for a population and four M × M matrices; k² M for a pair. Do not trust it
    across different numbers of stimuli.
    """
    a, b = x.as_numpy(), y.as_numpy()
    longest = np.maximum(x.counts(), y.counts())
    if compared == "subsequence":
        return as_score(x, _common_length(a, b) / longest)
    return as_score(x, 1 - _edits(_listed(a, b), _listed(b, a)) / longest)


def _listed(places: Reals, tied_by: Reals) -> Lists:
    """(stimulus, place) neighbours in their order, ties as in the other order; -1 at the end."""
    order = np.lexsort((tied_by, places), axis=1)[:, : int(np.isfinite(places).sum(axis=1).max())]
    return np.where(np.isfinite(np.take_along_axis(places, order, axis=1)), order, -1)


def _common_length(a: Reals, b: Reals) -> Lists:
    """Length of the longest list of common neighbours that neither population contradicts.

    No stimulus stands twice in a list, so it is the longest stretch of the other's places that
    never falls, of common neighbours in the order of the one.
    """
    common = np.isfinite(a) & np.isfinite(b)
    order = _listed(np.where(common, a, np.inf), b)
    places = np.where(order < 0, np.inf, np.take_along_axis(b, order, axis=1))
    length = np.isfinite(places).astype(np.int64)
    for j in range(1, places.shape[1]):
        goes_on = places[:, :j] <= places[:, j : j + 1]
        length[:, j] += np.where(goes_on, length[:, :j], 0).max(axis=1) * length[:, j]
    return length.max(axis=1, initial=0)


def _edits(a: Lists, b: Lists) -> Lists:
    """(stimulus,) Levenshtein distances of lists, all stimuli side by side."""
    n_a, n_b = (a >= 0).sum(axis=1), (b >= 0).sum(axis=1)
    stimuli = np.arange(len(a))
    reached = np.tile(np.arange(b.shape[1] + 1), (len(a), 1))
    distance = n_b.copy()
    for i in range(a.shape[1]):
        kept = reached[:, :-1] + (a[:, i : i + 1] != b)
        best = np.minimum(kept, reached[:, 1:] + 1)
        reached = np.concatenate((np.full((len(a), 1), i + 1), best), axis=1)
        # Insertions, from left to right: each costs one, so what counts is cost less place.
        steps = np.arange(reached.shape[1])
        reached = np.minimum.accumulate(reached - steps, axis=1) + steps
        distance = np.where(n_a == i + 1, reached[stimuli, n_b], distance)
    return distance

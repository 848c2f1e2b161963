"""Second-order cosine: whether stimuli resemble their neighbours as much in both populations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, to_numpy
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._neighbours import (
    Neighbourhoods,
    as_score,
    caution,
    invariances,
    neighbourhoods,
    unit_patterns,
)

Compared = Literal["similarities", "distances"]


@dataclass(frozen=True)
class _Summary(Neighbourhoods):
    """Neighbours of every stimulus, and its cosine with all others or 1 less that."""

    compared: Array = along_stimuli(2)


def _summary(
    x: Array, *, k: int = 10, centred: bool = False, compared: Compared = "similarities"
) -> _Summary:
    if compared not in get_args(Compared):
        raise errors.bad_value("compared", compared, ", ".join(get_args(Compared)))
    found = neighbourhoods(x, "second_order_cosine", k=k, centred=centred)
    unit = unit_patterns(x, "second_order_cosine", centred=centred)
    cosines = unit @ unit.T
    return _Summary(found.places, cosines if compared == "similarities" else 1 - cosines)


def _promises(*, k: int, centred: bool, compared: Compared) -> Mapping[str, Any]:
    kept = invariances("cosine", centred)
    return {
        "invariant_to": kept,
        "candidate_invariant_to": kept,
        "worst": 0.0 if compared == "distances" else -1.0,
    }


@measure(
    summary=_summary,
    variant=_promises,
    caution=caution,
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    source="https://aclanthology.org/D16-1229",
    citation="""
        @inproceedings{hamilton2016cultural,
          author = {Hamilton, William L. and Leskovec, Jure and Jurafsky, Dan},
          title = {Cultural Shift or Linguistic Drift? Comparing Two Computational Measures of
            Semantic Change},
          booktitle = {Conference on Empirical Methods in Natural Language Processing},
          year = {2016},
          url = {https://aclanthology.org/D16-1229},
        }
    """,
)
def second_order_cosine(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Agreement on how similar each stimulus is to its neighbours in either population.

    .. math:: \frac{1}{M} \sum_i \cos\left(s_X(i), s_Y(i)\right), \qquad
        s(i) = \left(\cos(x_i, x_j)\right)_{j \in N_X(i) \cup N_Y(i)}

    where :math:`N(i)` are the k stimuli that a population answers most like stimulus i.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least k + 2 stimuli. Numbers of neurons may differ.

    Returns
    -------
    score
        From -1 to 1 (from 0 with ``compared="distances"``), no unit. 1 when every stimulus is as
        similar to its neighbours in one population as in the other, up to a factor.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown option or
        fewer than k + 2 stimuli, HM031 a stimulus without a pattern or all of whose neighbours
        evoke the same one, HM009 too many pairs for memory.

    Notes
    -----
    Options: ``k``; ``centred=True`` removes the mean response of every neuron first;
    ``compared="distances"`` compares 1 - cosine instead, as ReSi does under the same name. The two
    are not the same measure: of one pair of populations with five shared latents the one is 0.87,
    the other 0.69. Stimuli as near as the k-th are neighbours as well.

    Responses that are all positive have similarities near 1 whatever they are, and so has their
    score: of spike counts use ``centred=True`` or ``compared="distances"``. Chance is not 0: with
    a common baseline similarities are all positive, and chance is far above it; without, it is
    below, for near stimuli of the one are far in the other.

    Cost: M²N operations for a population, M² for a pair, and four M × M matrices. Do not trust it
    for spike counts as they are, nor without its chance level.
    """
    near = np.isfinite(x.as_numpy()) | np.isfinite(y.as_numpy())
    a, b = (np.where(near, to_numpy(s.compared), 0) for s in (x, y))
    sizes = [np.linalg.norm(one, axis=1) for one in (a, b)]
    flat = np.minimum(*sizes) <= 1e-12
    if flat.any():
        raise errors.undefined(
            "second_order_cosine",
            f"{flat.sum()} stimuli (first at row {np.flatnonzero(flat)[0]}) have nothing but 0 to"
            " be compared with their neighbours",
            "Drop repeated stimuli, or use neighbour_overlap.",
        )
    return as_score(x, np.vecdot(a, b) / (sizes[0] * sizes[1]))

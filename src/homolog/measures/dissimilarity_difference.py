"""Difference of dissimilarities: how far the values of two populations' matrices are apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, inner, largest, modest, require_memory, root, to_namespace_of
from homolog.measures._dissimilarity import Dissimilarity, dissimilarities
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._range import require_range

_CHOICES = tuple(one for one in Dissimilarity.__args__ if one != "poisson")
_ROTATES = {"permutation", "rotation"}


@dataclass(frozen=True)
class _Summary:
    """One dissimilarity for each pair of stimuli."""

    pairs: Array = along_stimuli("pairs")


def _summary(x: Array, *, dissimilarity: Dissimilarity = "correlation") -> _Summary:
    _check(dissimilarity)
    n_stimuli = x.shape[0]
    require_memory(
        3 * 8 * n_stimuli**2,
        "dissimilarity_difference",
        f"3 × {n_stimuli:,} × {n_stimuli:,} pairs of stimuli, float64",
        "Select fewer stimuli, or use kernel_distance, which needs no matrix of pairs.",
    )
    require_range(x, "dissimilarity_difference", "Take a larger unit, or use rsa.")
    size = largest(x)
    matrix = dissimilarities(x / size, dissimilarity=dissimilarity, name="dissimilarity_difference")
    matrix = matrix * size ** {"euclidean": 1, "squared_euclidean": 2}.get(dissimilarity, 0)
    return _Summary(matrix[to_namespace_of(matrix, ~np.tri(n_stimuli, dtype=bool))])


def _check(dissimilarity: str) -> None:
    if dissimilarity not in _CHOICES:
        raise errors.bad_value("dissimilarity", dissimilarity, ", ".join(_CHOICES))


def _promises(*, dissimilarity: str) -> Mapping[str, Any]:
    _check(dissimilarity)
    in_a_unit = _ROTATES | {"shift"}, float("inf")
    invariant, worst = {
        "correlation": ({"scale", "permutation"}, 2.0),
        "cosine": (_ROTATES | {"scale"}, 2.0),
        "gaussian": (_ROTATES | {"shift", "scale"}, 1.0),
    }.get(dissimilarity, in_a_unit)
    return {"invariant_to": invariant, "candidate_invariant_to": invariant, "worst": worst}


@measure(
    summary=_summary,
    variant=_promises,
    best=0.0,
    worst=2.0,
    kind="distance",
    symmetric=True,
    metric=True,
    invariant_to={"scale", "permutation"},
    biased=True,
    smooth=True,
    source="https://doi.org/10.1016/j.neuroimage.2021.118271",
    citation="""
        @article{shahbazi2021using,
          author = {Shahbazi, Mahdiyar and Shirali, Ali and Aghajan, Hamid and Nili, Hamed},
          title = {Using Distance on the {R}iemannian Manifold to Compare Representations in Brain
            and in Models},
          journal = {NeuroImage},
          volume = {239},
          pages = {118271},
          year = {2021},
          doi = {10.1016/j.neuroimage.2021.118271},
        }
    """,
)
def dissimilarity_difference(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Root mean squared difference between two populations' dissimilarities of stimuli.

    .. math:: \sqrt{\frac{2}{M(M-1)} \sum_{i<j} \left(D_X(i,j) - D_Y(i,j)\right)^2}

    where D holds one dissimilarity for each pair of stimuli.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli; finite, at
        least three stimuli; with Euclidean distances in the same unit.

    Returns
    -------
    distance
        0 or more: in the unit of the dissimilarity, which has none for the correlation
        and the cosine (at most 2) and for ``"gaussian"`` (at most 1).

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown option,
        HM031 a stimulus without a pattern or squares beyond the range of numbers, HM009 too many
        pairs for memory.

    Notes
    -----
    Option ``dissimilarity`` is ``"correlation"`` (1 - Pearson r across neurons), ``"cosine"``,
    ``"squared_euclidean"`` (divided by the number of neurons), ``"euclidean"``, its root, or
    ``"gaussian"`` (see `rsa`). Others give the norm of the difference, which is this times
    :math:`\sqrt{M(M-1)/2}` for a list of pairs and :math:`\sqrt{M(M-1)}` for a whole matrix.

    `rsa` asks whether dissimilarities go up and down together, this whether they are equal: a
    population whose correlations are all half as far from 1 is like another for `rsa`, and not
    here. Trial noise makes all dissimilarities larger, hence a recording with little noise far from
    one with much, although both see the same: do not trust it across recordings of unlike quality.

    Cost: M²N operations for a population, M² for a pair, and three M × M matrices.
    """
    gap = x.pairs - y.pairs
    size = largest(gap)
    unit = 1.0 if modest(size) or not bool(size > 0) else size
    return unit * root(inner(gap / unit, gap / unit) / gap.shape[0])

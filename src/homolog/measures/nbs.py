"""Normalised Bures similarity: the cosine of the Procrustes angle."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, nuclear_norm
from homolog.measures._measure import Gradient, measure
from homolog.measures._shape import Reals, Shape, of_cosine, unit_shape


def _gradient(x: Reals) -> Gradient:
    return of_cosine(x, lambda cosine: (cosine, np.ones_like(cosine)))


def _promises(*, squared: bool) -> Mapping[str, Any]:
    if not squared:
        return {}
    title = "Squared normalised Bures similarity: variance that a rotation and a scale explain"
    return {"kind": "variance", "title": title, "gradient": None}


@measure(
    summary=unit_shape,
    gradient=_gradient,
    variant=_promises,
    best=1.0,
    worst=0.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/2311.11436",
    citation="""
        @inproceedings{harvey2023duality,
          author = {Harvey, Sarah E. and Larsen, Brett W. and Williams, Alex H.},
          title = {Duality of {B}ures and Shape Distances with Implications for Comparing
            Neural Representations},
          booktitle = {UniReps: Unifying Representations in Neural Models},
          year = {2023},
          url = {https://arxiv.org/abs/2311.11436},
        }
    """,
)
def nbs(x: Shape, y: Shape, *, squared: bool = False) -> Float[Array, ""]:
    r"""Normalised Bures similarity: variance that the best rotation aligns.

    .. math:: \|Y^\top X\|_* \,/\, (\|X\|_F \, \|Y\|_F)

    with the mean response of every neuron removed and :math:`\|\cdot\|_*` the sum of
    singular values. It is the cosine of `procrustes`.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least three stimuli.

    Returns
    -------
    score
        From 0 to 1, no unit. 1 when the populations differ by a rotation and a scale.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant.

    Notes
    -----
    With option ``squared=True`` its square: the share of the reference's variance that the
    candidate explains after the best rotation and scale, the same both ways, and 1 less the
    ``"disparity"`` of `procrustes`.

    Biased upwards: unrelated populations score about :math:`0.85 \sqrt{N/M}` for N
    neurons and many more stimuli M, less than that for fewer: 0.70 for 50 neurons at 60
    stimuli, 0.75 for 200 at 200. Read it beside its chance level.
    """
    cosine = nuclear_norm(x.responses.T @ y.responses)
    return cosine * cosine if squared else cosine

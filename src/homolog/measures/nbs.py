"""Normalised Bures similarity: the cosine of the Procrustes angle."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, nuclear_norm
from homolog.measures._apart import HeldOut
from homolog.measures._held_out_shape import cosine, mapped, shape_summary
from homolog.measures._measure import Gradient, measure
from homolog.measures._parted import Parted
from homolog.measures._shape import Reals, Shape, of_cosine, unit_shape


def _gradient(x: Reals) -> Gradient:
    return of_cosine(x, lambda cosine: (cosine, np.ones_like(cosine)))


def _promises(*, squared: bool) -> Mapping[str, Any]:
    if not squared:
        return {}
    title = "Squared normalised Bures similarity: variance that a rotation and a scale explain"
    return {"kind": "variance", "title": title, "gradient": None}


_OBTUSE = {"worst": -1.0, "smooth": False}
"""A rotation that was found elsewhere may do harm."""


def _held_out(x: Parted, y: Parted) -> Array:
    return cosine(mapped(x, y))


@measure(
    summary=unit_shape,
    gradient=_gradient,
    variant=_promises,
    held_out=HeldOut(shape_summary, _held_out, lambda _: _OBTUSE, {"squared": False}),
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
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025
        for folds, and for ``squared=True`` beside them.

    Notes
    -----
    With option ``squared=True`` its square: the share of the reference's variance that the
    candidate explains after the best rotation and scale, the same both ways, and 1 less the
    ``"disparity"`` of `procrustes`.

    ``folds``, a number or one label for each stimulus, and ``rng``, the seed of the random
    assignment, hold stimuli out:

    .. math:: \frac{\sum_f \langle X_f Q_f, Y_f \rangle}
       {\sqrt{\sum_f \|X_f\|_F^2 \, \sum_f \|Y_f\|_F^2}}

    where :math:`Q_f` is the best rotation on all stimuli but those of fold f, and responses are
    less their mean over these. From -1 to 1, about 0 for unrelated populations, and on average
    a lower bound of the value at endlessly many stimuli, of which the usual score is an upper
    one. Stimuli that resemble each other must share a fold.

    Biased upwards: unrelated populations score about :math:`0.85 \sqrt{N/M}` for N
    neurons and many more stimuli M, less than that for fewer: 0.70 for 50 neurons at 60
    stimuli, 0.75 for 200 at 200. Read it beside its chance level.

    Cost: M Nx Ny operations and the singular values of an Nx × Ny matrix for a pair, of M × M
    where neurons outnumber stimuli. Do not trust it for few stimuli: it is above 0 for any two
    populations.
    """
    cosine = nuclear_norm(x.responses.T @ y.responses)
    return cosine * cosine if squared else cosine

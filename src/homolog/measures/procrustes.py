"""Angular Procrustes distance: the angle that no rotation can remove."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, shape_distance
from homolog.measures import _angles
from homolog.measures._apart import HeldOut
from homolog.measures._held_out_shape import angle_promises, chord, mapped, shape_summary
from homolog.measures._measure import Gradient, measure
from homolog.measures._parted import Parted
from homolog.measures._shape import Reals, Shape, of_cosine, unit_shape

_AT_THE_CONE = 1e-7
"""Sines of angles below this are rounding."""

Form = Literal["angle", "chordal", "disparity", "score"]

_TITLES = {
    "chordal": "Procrustes distance between populations scaled to one size",
    "disparity": "Procrustes disparity: variance that no rotation and scale explains",
    "score": "Procrustes score: how far the angle is from a right one",
}


def _promises(*, form: str) -> Mapping[str, Any]:
    _angles.check_form(form, Form.__args__)
    if form == "angle":
        return {}
    return {**_angles.promises(form), "title": _TITLES[form], "gradient": None}


def _held_out(x: Parted, y: Parted, *, form: Form) -> Array:
    return _angles.of_chord(chord(mapped(x, y)), form)


def _gradient(x: Reals) -> Gradient:
    return of_cosine(x, _angle)


def _angle(cosine: Reals) -> tuple[Reals, Reals]:
    sine = np.sqrt(np.maximum((1 - cosine) * (1 + cosine), 0))
    apart = sine > _AT_THE_CONE
    return np.atan2(sine, cosine), np.where(apart, -1 / np.where(apart, sine, 1), 0)


@measure(
    summary=unit_shape,
    gradient=_gradient,
    variant=_promises,
    held_out=HeldOut(shape_summary, _held_out, angle_promises),
    best=0.0,
    worst=1.5707963267948966,
    kind="distance",
    symmetric=True,
    metric=True,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/2110.14739",
    citation="""
        @inproceedings{williams2021shape,
          author = {Williams, Alex H. and Kunz, Erin and Kornblith, Simon and Linderman, Scott W.},
          title = {Generalized Shape Metrics on Neural Representations},
          booktitle = {Advances in Neural Information Processing Systems},
          year = {2021},
          url = {https://arxiv.org/abs/2110.14739},
        }
    """,
)
def procrustes(x: Shape, y: Shape, *, form: Form = "angle") -> Float[Array, ""]:
    r"""Procrustes angle between two populations, in radians.

    .. math:: \theta = \arccos \frac{\|Y^\top X\|_*}{\|X\|_F \, \|Y\|_F}

    with the mean response of every neuron removed, computed as
    :math:`2\,\mathrm{atan2}(d, \sqrt{4 - d^2})` from the aligned distance d so that
    nearly equal populations keep all digits.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least three stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        From 0 (same up to rotation and scale) to pi/2 radians. A metric: symmetric, and
        the way over a third population is never shorter. See Notes for other forms.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown form,
        folds, and the disparity with them.

    Notes
    -----
    Option ``form``: ``"angle"``; ``"chordal"``, the distance
    :math:`d = \sqrt{2 - 2\cos\theta}` between the populations scaled to norm 1, from 0 to
    :math:`\sqrt 2`, a metric, too; ``"disparity"``, :math:`\sin^2\theta`, from 0 to 1, the
    share of variance that the best rotation *and* scale leave unexplained, no metric;
    ``"score"``, the similarity :math:`1 - 2\theta/\pi`, from 0 to 1. The distance that keeps
    the size is `size_and_shape`, the cosine is `nbs`.

    ``folds``, a number or one label for each stimulus, and ``rng``, the seed of the random
    assignment: the angle is that of `nbs` with folds, whose rotations are found on other
    stimuli than those that they are judged by. Too large on average, where it is too small
    without folds: the value at endlessly many stimuli lies between. Up to pi, about pi/2 for
    unrelated populations, and no metric.

    Biased: noise and few stimuli move it, so compare it with its chance level and with
    the distance between two halves of the trials. The 95 % interval of the comparison
    held the value at many stimuli in 69 % of simulated studies of related populations at
    40 stimuli, and in none of unrelated ones. At equality it has a cone, where the
    gradient returned is 0.

    Cost: M Nx Ny operations and the singular values of an Nx × Ny matrix for a pair, of M × M
    where neurons outnumber stimuli. Do not trust it for few stimuli, which bring any two
    populations closer.
    """
    chord = shape_distance(x.responses, y.responses, x.square, y.square)
    return _angles.of_chord(chord, form)

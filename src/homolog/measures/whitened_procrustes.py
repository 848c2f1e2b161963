"""Whitened Procrustes distance: how far populations are apart once neurons are decorrelated."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    even_columns,
    frobenius,
    inner,
    largest,
    namespace,
    narrow,
    nonzero,
    rounding,
    shape_distance,
    spanned,
    to_numpy,
)
from homolog.measures import _angles
from homolog.measures._apart import HeldOut
from homolog.measures._directions import ANY_MAP, ROTATIONS
from homolog.measures._folds import Folds
from homolog.measures._held_out_shape import chord, distance, mapped
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._numbers import is_real
from homolog.measures._parted import Parted, Sides, centred_sides, n_training, parted

Form = Literal["angle", "distance"]


@dataclass(frozen=True)
class _Summary:
    """Responses whitened in part, of norm 1, and the norm that they had before."""

    whitened: Array = along_stimuli()
    size: Array = None


def _summary(x: Array, *, alpha: float = 0.0) -> _Summary:
    _require_stimuli(x, x.shape[0], alpha)
    size = frobenius(centre(x))
    whitened = spanned(x) if alpha == 0 else _partly(narrow(centre(x)), alpha)
    return _Summary(whitened / frobenius(whitened), size)


def _require_stimuli(x: Array, n_stimuli: int, alpha: float) -> None:
    if alpha == 0 and x.shape[1] >= n_stimuli:
        raise errors.undefined(
            "whitened_procrustes",
            f"{x.shape[1]} whitened neurons could span all that {n_stimuli} stimuli allow",
            "Use alpha above 0, or fewer neurons than stimuli.",
        )


def _partly(x: Array, alpha: float) -> Array:
    """Every singular value s of `x` as alpha s + 1 - alpha."""
    u, s, vh = namespace(x).linalg.svd(x, full_matrices=False)
    rank = int(to_numpy(nonzero(s, x.shape)).sum())
    return (u[:, :rank] * (alpha * s[:rank] + 1 - alpha)) @ vh[:rank, :]


def _promises(*, alpha: Any, form: str) -> Mapping[str, Any]:
    _angles.check_form(form, get_args(Form))
    if not is_real(alpha) or not 0 <= float(alpha) < 1:
        raise errors.bad_value("alpha", alpha, "a number from 0 to below 1, which is procrustes")
    promises: dict[str, Any] = {}
    if form == "distance":
        title = "Distance in the responses' unit, once neurons are decorrelated"
        promises |= {"worst": float("inf"), "title": title}
    if alpha:
        promises["smooth"] = False
    if alpha or form == "distance":
        kept = ROTATIONS - {"scale"}
        promises |= {"invariant_to": kept, "candidate_invariant_to": kept}
    return promises


def _held_out_summary(x: Array, *, folds: Folds, rng: int, alpha: float) -> Parted:
    size = frobenius(centre(x))
    responses = narrow(centre(x)) if alpha else centre(even_columns(x))
    built = parted(responses, folds, rng, partial(_whitened_sides, alpha=alpha), size)
    _require_stimuli(x, n_training(built), alpha)
    return built


def _whitened_sides(train: Array, test: Array, *, alpha: float) -> Sides:
    """Whitened by the training stimuli, of norm 1 over all stimuli as far as these tell."""
    sides, n_train = centred_sides(train, test), train.shape[0]
    share = (n_train / (n_train + test.shape[0])) ** 0.5
    u, s, vh = namespace(train).linalg.svd(sides.fitted, full_matrices=False)
    rank = int(to_numpy(nonzero(s, train.shape)).sum())
    if not rank or float(s[0]) <= rounding(s) * float(frobenius(sides.judged)):
        raise errors.undefined(
            "whitened_procrustes with folds",
            "a population answers all training stimuli of a fold alike",
            "Give more stimuli, or fewer folds.",
        )
    gains = alpha + (1 - alpha) * share / s[:rank]
    fitted = u[:, :rank] * (gains * s[:rank])
    size = frobenius(fitted) / share
    return Sides(fitted / size, sides.judged @ (vh[:rank, :].T * (gains / size)))


def _held_out(x: Parted, y: Parted, *, form: Form) -> Array:
    folds = mapped(x, y)
    return _angles.of_chord(chord(folds), form) if form == "angle" else distance(folds, x, y)


def _held_out_promises(chosen: Mapping[str, Any]) -> Mapping[str, Any]:
    angle = {"worst": np.pi} if chosen["form"] == "angle" else {}
    return {"smooth": False, **angle}


@measure(
    summary=_summary,
    held_out=HeldOut(_held_out_summary, _held_out, _held_out_promises),
    variant=_promises,
    best=0.0,
    worst=np.pi / 2,
    kind="distance",
    symmetric=True,
    metric=True,
    invariant_to=ANY_MAP,
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
def whitened_procrustes(x: _Summary, y: _Summary, *, form: Form = "angle") -> Float[Array, ""]:
    r"""Angle between two populations once neurons are decorrelated, in radians.

    .. math:: \theta = \arccos \frac{\|\tilde Y^\top \tilde X\|_*}
       {\|\tilde X\|_F \, \|\tilde Y\|_F}, \qquad
       \tilde X = X \left(\alpha I + (1 - \alpha) (X^\top X)^{-1/2}\right)

    with the mean response of every neuron removed. At :math:`\alpha = 0` it is the angle
    between canonical variates, :math:`\arccos(\sum_i \rho_i / \sqrt{r_X r_Y})`, where `cca`
    divides by the smaller rank; towards 1 it becomes the angle of `procrustes`.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, finite,
        at least three stimuli; in any unit at alpha 0, else in the same unit. Numbers of
        neurons may differ.

    Returns
    -------
    distance
        From 0 to pi/2 radians. 0 at alpha 0 when an invertible map takes one population to
        the other; so a population within a larger one is not at 0. A metric.

    Raises
    ------
    HomologError
        HM031 as many neurons as stimuli at alpha 0, HM001 stimuli differ in number, HM004
        not finite, HM006 constant, HM025 for options and folds.

    Notes
    -----
    Options: ``alpha`` (0), how much of the covariance is left: every singular value s of the
    responses becomes alpha s + 1 - alpha, *in the unit of the responses*, so that the same
    alpha means less whitening of larger numbers. Scale populations first where their units
    say nothing. Others replace eigenvalues below 1e-7 by that number, whatever the unit;
    here rank is judged relative to the largest.

    ``form="distance"`` gives the whitened responses the size that the responses had, and
    returns the distance that no rotation can remove, in their unit. Others pad the smaller
    population with silent neurons and give these a part of its size.

    Unrelated populations of 50 neurons were 0.49 radians apart at 60 stimuli, 1.12 at 200.
    At alpha 0 noise in tiny components weighs as much as signal, and few stimuli beside
    neurons bring everything close. At equality the gradient returned is 0.

    ``folds``, a number or one label for each stimulus, and ``rng``, the seed of the random
    assignment, hold stimuli out: what decorrelates the neurons and the rotation are found on the
    other stimuli, as in `nbs`. Too large on average, where it is too small without folds; about
    pi/2 for unrelated populations, and up to pi.

    Cost: M N² operations for a population, M Nx Ny and singular values of an Nx × Ny matrix for a
    pair. Do not trust it for few stimuli beside neurons.
    """
    if form == "angle":
        one = inner(x.whitened, x.whitened)
        chord = shape_distance(x.whitened, y.whitened, one, inner(y.whitened, y.whitened))
        return _angles.of_chord(chord, form)
    unit = namespace(x.size).maximum(largest(x.size), largest(y.size))
    first, second = (one.whitened * (one.size / unit) for one in (x, y))
    return unit * shape_distance(first, second, inner(first, first), inner(second, second))

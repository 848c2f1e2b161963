"""Canonical correlation analysis: shared directions, whatever their variance."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import (
    Array,
    basis,
    centre,
    even_columns,
    inner,
    largest,
    namespace,
    nonzero,
    nuclear_norm,
    rounding,
    to_numpy,
)
from homolog.measures._apart import HeldOut
from homolog.measures._directions import ANY_MAP, ROTATIONS
from homolog.measures._folds import Folds
from homolog.measures._held_out import column_correlations
from homolog.measures._least_squares import Reals, inverse_root
from homolog.measures._measure import Gradient, along_stimuli, measure
from homolog.measures._numbers import is_real, is_whole
from homolog.measures._orders import Orders
from homolog.measures._parted import Parted, Sides, centred_sides, n_training, parted
from homolog.measures._shape import best_rotation
from homolog.measures._turns import Turns, squares_in_turns

Average = Literal["mean", "mean_square", "overlap", "projection_weighted"]

_WEIGHED_BY_NEURONS = {
    "symmetric": False,
    "smooth": False,
    "invariant_to": ROTATIONS - {"rotation"},
}
_TITLES = {
    "mean_square": "Mean squared canonical correlation between two populations",
    "overlap": "Share of the larger population's space that lies within the other's",
    "projection_weighted": "Mean canonical correlation, weighted by what the reference projects",
}
_ROUNDING = 1e-12
"""Shares of variance closer than this are the same."""

_LEAST_STIMULI = 3
"""Over two stimuli every correlation is 1 or -1."""


@dataclass(frozen=True)
class _Summary:
    """An orthonormal basis of what counts of a population, and its responses."""

    directions: Array = along_stimuli()
    responses: Array = along_stimuli()


def _summary(x: Array, *, pca: float | None = None, average: Average = "mean") -> _Summary:
    n_stimuli, n_neurons = x.shape
    whole = pca is None or (isinstance(pca, Integral) and pca >= n_neurons)
    n_directions = n_neurons if whole else int(pca or 0)
    if n_directions >= n_stimuli:
        raise errors.too_many_neurons("cca", n_directions, n_stimuli)
    responses = centre(x)
    responses = responses / largest(responses)
    even = even_columns(x) if whole else x
    spanned = responses if even is x else centre(even)
    directions = basis(spanned if whole else _leading(responses, pca))
    return _Summary(directions, responses if average == "projection_weighted" else None)


def _leading(x: Array, pca: float | None) -> Array:
    """The first so many principal components, or as many as hold that share of the variance."""
    u, s, _ = namespace(x).linalg.svd(x, full_matrices=False)
    n_components = _n_leading(s, pca)
    return u[:, :n_components] * s[:n_components]


def _n_leading(singular: Array, pca: float | None) -> int:
    if isinstance(pca, Integral):
        return int(pca)
    return _holding(to_numpy(singular), float(pca or 1))


def _holding(singular: Reals, share: float) -> int:
    """How many components it takes to hold a share of the variance, the largest first."""
    held = np.cumsum((singular / singular[0]) ** 2)
    return int(np.searchsorted(held / held[-1], share - _ROUNDING)) + 1


def _held_out_summary(x: Array, *, folds: Folds, rng: int, pca: float | None) -> Parted:
    n_neurons = x.shape[1]
    whole = pca is None or (isinstance(pca, Integral) and pca >= n_neurons)
    x = centre(even_columns(x) if whole else x)
    prepare = partial(_whitened, pca=None if whole else pca)
    built = parted(x / largest(x), folds, rng, prepare)
    n_directions, n_train = n_neurons if whole else int(pca or 0), n_training(built)
    if n_directions >= n_train:
        raise errors.too_many_neurons("cca", n_directions, n_train)
    if min(map(len, built.held_out)) < _LEAST_STIMULI:
        allowed = f"folds of at least {_LEAST_STIMULI} of the {x.shape[0]} stimuli"
        raise errors.bad_value("folds", len(built.held_out), allowed)
    return built


def _whitened(train: Array, test: Array, *, pca: float | None) -> Sides:
    """Directions that are orthonormal over the training stimuli."""
    sides = centred_sides(train, test)
    u, s, vh = namespace(train).linalg.svd(sides.fitted, full_matrices=False)
    kept = int(to_numpy(nonzero(s, train.shape)).sum()) if pca is None else _n_leading(s, pca)
    return Sides(u[:, :kept], sides.judged @ (vh[:kept, :].T / s[:kept]))


def _held_out(x: Parted, y: Parted) -> Array:
    each = [_fold_correlation(a, b) for a, b in zip(x.folds, y.folds, strict=True)]
    return sum(each[1:], each[0]) / len(each)


def _fold_correlation(x: Sides, y: Sides) -> Array:
    """Of canonical variates found on the training stimuli, over those held out.

    Variates without covariance there are any that are left over, so they count as 0.
    """
    xp = namespace(x.fitted, y.fitted)
    _refuse_forced(x, y)
    left, found, right = xp.linalg.svd(x.fitted.T @ y.fitted, full_matrices=False)
    each = column_correlations(x.judged @ left, y.judged @ right.T)
    return xp.mean(xp.where(found > rounding(found), each, 0 * each))


def _refuse_forced(x: Sides, y: Sides) -> None:
    """Of correlations that are all 1 any variates are the first: that would be arbitrary."""
    n_train, rank = x.fitted.shape
    if rank + y.fitted.shape[1] > n_train - 1:
        raise errors.too_many_directions("cca", (rank, y.fitted.shape[1]), n_train)


def _promises(*, pca: object, average: str) -> Mapping[str, Any]:
    if average not in get_args(Average):
        raise errors.bad_value("average", average, ", ".join(get_args(Average)))
    if not _can_be_kept(pca):
        allowed = "None, a whole number of components, or a share of the variance above 0, below 1"
        raise errors.bad_value("pca", pca, allowed)
    if pca is None and average == "mean":
        return {}
    kept = ANY_MAP if pca is None else ROTATIONS
    promises: dict[str, Any] = {"invariant_to": kept, "candidate_invariant_to": kept}
    if pca is not None:
        promises["smooth"] = False
    if average != "mean":
        promises |= {"title": _TITLES[average], "gradient": None}
    if average in ("mean_square", "overlap"):
        promises["chance_level"] = _chance
    return promises | (_WEIGHED_BY_NEURONS if average == "projection_weighted" else {})


def _can_be_kept(pca: Any) -> bool:
    if pca is None:
        return True
    if is_whole(pca):
        return int(pca) >= 1
    return is_real(pca) and 0 < float(pca) < 1


def _chance(x: _Summary, y: _Summary, *, average: Average) -> float:
    """Exact: two random subspaces share r_X r_Y / (M - 1) squared correlations."""
    n_stimuli, rank = x.directions.shape
    ranks = rank, y.directions.shape[1]
    return (max if average == "mean_square" else min)(ranks) / (n_stimuli - 1)


def _in_orders(x: _Summary, y: _Summary, orders: Orders, *, average: Average) -> Reals | None:
    if average not in ("mean_square", "overlap") or not isinstance(orders, Turns):
        return None
    ranks = x.directions.shape[1], y.directions.shape[1]
    shared = squares_in_turns(x.directions, y.directions, orders)
    return shared / (min(ranks) if average == "mean_square" else max(ranks))


def _caution(x: _Summary, y: _Summary) -> str | None:
    """Say where spaces cannot but meet."""
    n_stimuli, rank = x.directions.shape
    ranks = rank, y.directions.shape[1]
    forced = sum(ranks) - (n_stimuli - 1)
    if forced <= 0:
        return None
    return (
        f"{forced} of {min(ranks)} canonical correlations are 1 for any responses, for"
        f" {ranks[0]} + {ranks[1]} directions do not fit side by side into {n_stimuli} stimuli"
    )


def _gradient(x: Reals, *, pca: float | None = None) -> Gradient:
    directions = _summary(x, pca=pca).directions

    def at(y: Reals) -> tuple[Reals, Reals]:
        y = y - y.mean(axis=1, keepdims=True)
        whitening = inverse_root(y.swapaxes(1, 2) @ y)
        cross = directions.T @ y @ whitening
        agreement, rotation = best_rotation(cross)
        shared = min(directions.shape[1], y.shape[2])
        within = cross.swapaxes(1, 2) @ rotation
        gradient = directions @ (rotation @ whitening) - y @ (whitening @ within @ whitening)
        return agreement / shared, gradient / shared

    return at


@measure(
    summary=_summary,
    gradient=_gradient,
    variant=_promises,
    in_orders=_in_orders,
    held_out=HeldOut(
        _held_out_summary,
        _held_out,
        lambda _: {"worst": -1.0, "smooth": False},
        {"average": "mean"},
    ),
    caution=_caution,
    best=1.0,
    worst=0.0,
    kind="correlation",
    symmetric=True,
    invariant_to=ANY_MAP,
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/1706.05806",
    citation="""
        @inproceedings{raghu2017svcca,
          author = {Raghu, Maithra and Gilmer, Justin and Yosinski, Jason and
            Sohl-Dickstein, Jascha},
          title = {{SVCCA}: Singular Vector Canonical Correlation Analysis for Deep Learning
            Dynamics and Interpretability},
          booktitle = {Advances in Neural Information Processing Systems},
          year = {2017},
          url = {https://arxiv.org/abs/1706.05806},
        }
    """,
)
def cca(x: _Summary, y: _Summary, *, average: Average = "mean") -> Float[Array, ""]:
    r"""Mean canonical correlation between two populations.

    .. math:: \frac{1}{\min(r_X, r_Y)} \sum_i \sigma_i(Q_X^\top Q_Y)

    with :math:`Q` orthonormal bases of the centred column spaces and :math:`r` their
    ranks, judged relative to the largest singular value. Conventions differ: this is
    the mean of the correlations, not of their squares, over the smaller *rank*.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, more stimuli than neurons unless components are chosen.

    Returns
    -------
    score
        From 0 to 1, no unit. 1 when the smaller population's space lies within the
        other's.

    Raises
    ------
    HomologError
        HM005 as many neurons or components as stimuli, or with ``folds`` of both populations
        together as training stimuli, HM001 stimuli differ in number,
        HM004 not finite, HM006 constant, HM025 for options and folds.

    Notes
    -----
    Options: ``pca`` lets only principal components of each population enter: a whole
    number of them, or a share such as 0.99 of the population's own variance, held by the
    fewest components that hold it (SVCCA).

    ``average="mean_square"`` takes squares (Yanai's coefficient), over the smaller rank.
    ``"overlap"`` divides their sum by the larger rank, so that a space within a larger one
    scores less than 1; of responses that are not centred it is the eigenspace overlap
    score. ``"projection_weighted"`` (PWCCA) weighs every correlation by the sum over the
    *reference's* neurons of their absolute projections on the reference's canonical
    variate; directions that the reference hardly uses then hardly count. It is not
    symmetric: others weigh by the smaller population, which is the same where that is the
    reference, or take the mean of both ways. Responses are centred throughout, so unlike the
    first implementation it does not change with a neuron's mean.

    Every direction counts alike otherwise, so noise in a neuron of tiny variance weighs as
    much as the strongest signal; biased upwards unless stimuli far outnumber neurons.
    Unrelated populations score max(r_X, r_Y)/(M - 1) by squares, exactly, and
    min(r_X, r_Y)/(M - 1) by overlap; where r_X + r_Y exceeds M - 1, some correlations are 1
    for any responses, which is said beside the score. Those of 50 neurons scored 0.88 with
    projection weights at 60 stimuli, 0.44 at 200; 0.79 and 0.43 with ``pca=0.99``.
    `whitened_procrustes` makes a distance of the same correlations.

    ``folds``, a number or one label for each stimulus, and ``rng``, the seed of the random
    assignment, hold stimuli out: components and canonical directions are found on the other
    stimuli, canonical variates are correlated over the fold's, and the mean is over variates and
    folds. From -1 to 1, about 0 for unrelated populations, and on average a lower bound of the
    value at endlessly many stimuli. Variates without covariance over the training stimuli count
    as 0. Where r_X + r_Y exceeds the training stimuli less 1 it is refused, for which directions
    go together is then arbitrary: take ``pca``, or `regularised_cca`. By ``average="mean"`` alone.
    Stimuli that resemble each other must share a fold.

    Cost: M N² operations for a population, M Nx Ny and singular values of an Nx × Ny matrix for a
    pair. Do not trust it unless stimuli far outnumber neurons.
    """
    cross = x.directions.T @ y.directions
    if average == "projection_weighted":
        return _weighted(x, cross)
    shared, larger = min(cross.shape), max(cross.shape)
    if average == "mean":
        return nuclear_norm(cross, even=True) / shared
    return inner(cross, cross) / (shared if average == "mean_square" else larger)


def _weighted(x: _Summary, cross: Array) -> Array:
    xp = namespace(cross)
    turn, correlations, _ = xp.linalg.svd(cross, full_matrices=False)
    projections = turn.T @ (x.directions.T @ x.responses)
    weights = xp.sum(xp.abs(projections), axis=1)
    return xp.vecdot(weights, correlations) / xp.sum(weights)

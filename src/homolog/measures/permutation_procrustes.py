"""Permutation Procrustes: what is left between populations once neurons are paired best."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    constant_columns,
    frobenius,
    inner,
    largest,
    modest,
    namespace,
    root,
    to_namespace_of,
    to_numpy,
)
from homolog.matching import Matching, assignment
from homolog.measures import _angles
from homolog.measures._apart import HeldOut
from homolog.measures._folds import Folds
from homolog.measures._held_out_shape import chord, distance, mapped
from homolog.measures._measure import measure
from homolog.measures._parted import Parted, Sides, centred_sides, parted
from homolog.measures._tuning import Tuning, costs, matched, tuning

Form = Literal["angle", "chordal", "score", "size_and_shape"]

_TITLES = {
    "chordal": "Distance between populations of one size that no pairing of neurons removes",
    "score": "Permutation score: how far the angle left by the best pairing is from a right one",
    "size_and_shape": "Distance that no pairing of neurons removes, in the responses' own unit",
}


def _summary(
    x: Array, *, form: Form = "angle", normalise: bool = False, centred: bool = True
) -> Tuning:
    if normalise:
        x = tuning(x).curves if centred else _unit_responses(x)
    else:
        x = centre(x) if centred else 1.0 * x  # never the caller's own array
    return Tuning(x if form == "size_and_shape" else x / frobenius(x))


def _unit_responses(x: Array) -> Array:
    """Neurons scaled to norm 1, mean responses and all; HM006 if one never responds."""
    xp = namespace(x)
    x = x / largest(x)
    norms = xp.sqrt(xp.sum(x * x, axis=0, keepdims=True))
    silent = np.flatnonzero(to_numpy(norms)[0] == 0)
    if silent.size:
        raise errors.constant_neurons("a population", silent.tolist(), x.shape[1], x.shape[0])
    return x / norms


def _promises(*, form: str, normalise: bool, centred: bool) -> Mapping[str, Any]:
    _angles.check_form(form, Form.__args__)
    kept = {"permutation"} | ({"shift"} if centred else set())
    if normalise or form != "size_and_shape":
        kept |= {"scale"}
    if normalise:
        kept |= {"neuron_scale"}
    promised: dict[str, Any] = {
        "invariant_to": kept,
        "candidate_invariant_to": kept,
        "of_products": centred,
    }
    if form == "size_and_shape":
        promised |= {"worst": float("inf")}
    elif form != "angle":
        promised |= {**_angles.promises(form, opposite=True), "metric": False}
    return promised | ({"title": _TITLES[form]} if form in _TITLES else {})


def _squared_distance(x: Tuning, y: Tuning) -> Array:
    """What the best pairing leaves: gaps between partners, and neurons without one."""
    matching = assignment(costs(x, y))
    gap = _gap(x, y, matching)
    squared = inner(gap, gap) + _alone(x, matching.rows) + _alone(y, matching.columns)
    return _angles.resolved(squared, inner(x.curves, x.curves) + inner(y.curves, y.curves))


def _gap(x: Tuning, y: Tuning, matching: Matching) -> Array:
    a, b, _ = matched(x, y, matching)
    return a - b


def _alone(x: Tuning, partnered: NDArray[np.int64]) -> Array | float:
    """The squared norm of all neurons but these."""
    others = np.setdiff1d(np.arange(x.curves.shape[1]), partnered)
    if not others.size:
        return 0.0
    left = namespace(x.curves).take(x.curves, to_namespace_of(x.curves, others), axis=1)
    return inner(left, left)


def _held_out_summary(
    x: Array, *, folds: Folds, rng: int, normalise: bool, centred: bool
) -> Parted:
    x = centre(x) if centred else x
    size = frobenius(x)
    prepare = centred_sides if centred else Sides
    if normalise:
        return parted(x / size, folds, rng, partial(_unit_sides, prepare), size / size)
    return parted(x / size, folds, rng, prepare, size)


def _unit_sides(prepare: Callable[[Array, Array], Sides], train: Array, test: Array) -> Sides:
    """Neurons of norm 1 over all stimuli, as far as those to train on tell."""
    sides = prepare(train, test)
    xp = namespace(train)
    share = train.shape[0] / (train.shape[0] + test.shape[0])
    norms = xp.sqrt(xp.sum(sides.fitted**2, axis=0, keepdims=True) / share)
    flat = to_numpy(constant_columns(train) if prepare is centred_sides else ~xp.any(train, axis=0))
    flat = flat | ~(to_numpy(norms)[0] > 0)  # squares too small to be numbers
    if flat.any():
        raise errors.undefined(
            "permutation_procrustes",
            f"neuron {np.flatnonzero(flat)[0]} of a population has no size over the"
            f" {train.shape[0]} stimuli that a fold is trained on",
            "Drop such neurons, or use normalise=False.",
        )
    return Sides(sides.fitted / norms, sides.judged / norms)


def _pairing(x: Sides, y: Sides) -> Array:
    """A (neuron, neuron) array, 1 for partners."""
    found = assignment(costs(Tuning(x.fitted), Tuning(y.fitted)))
    partners = np.zeros((x.fitted.shape[1], y.fitted.shape[1]))
    partners[found.rows, found.columns] = 1
    return to_namespace_of(x.fitted, partners)


def _held_out(x: Parted, y: Parted, *, form: Form) -> Array:
    folds = mapped(x, y, _pairing)
    return (
        distance(folds, x, y) if form == "size_and_shape" else _angles.of_chord(chord(folds), form)
    )


@measure(
    summary=_summary,
    held_out=HeldOut(_held_out_summary, _held_out, lambda _: {"smooth": False}),
    variant=_promises,
    best=0.0,
    worst=3.141592653589793,
    kind="distance",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation"},
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
def permutation_procrustes(x: Tuning, y: Tuning, *, form: Form = "angle") -> Float[Array, ""]:
    r"""Angle between two populations that no pairing of their neurons removes, in radians.

    .. math:: \theta = \arccos \max_\pi \frac{\sum_i x_i^\top y_{\pi(i)}}{\|X\|_F \, \|Y\|_F}

    over all ways to give every neuron of the smaller population a partner of its own in the
    larger, with the mean response of every neuron removed. The pairing is exact.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least three stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        From 0 (the same neurons in another order, up to one scale) to pi radians. Above pi/2
        if even the best partners are tuned oppositely.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM009 a cost matrix
        larger than memory, HM025 unknown form or folds; with ``normalise=True`` HM006 a constant
        neuron, and HM031 one constant on the stimuli that a fold is trained on.

    Notes
    -----
    Options. ``form``: ``"angle"``; ``"chordal"``, :math:`\sqrt{2 - 2\cos\theta}`; ``"score"``,
    the similarity :math:`1 - 2\theta/\pi`; ``"size_and_shape"``, the distance
    :math:`\min_\pi \|X - Y_\pi\|_F` in the unit of the responses.
    ``normalise=True`` scales every neuron to norm 1 first, so that a gain of its own does not
    count (wreath Procrustes: permutations and positive scales are what a layer of rectified
    units cannot tell apart). ``centred=False`` leaves mean responses in, also in that norm.

    A neuron without a partner counts in full, as if its partner were silent. Among populations
    of equal size a metric (but for ``"score"``); across sizes it is none, for a larger
    population between two may partner with both where they, forced to, fit badly: one neuron
    and its negative are pi apart, and pi/2 by way of the two together. `soft_matching` is a
    metric across sizes. A rotation changes it, by design: compare it with `procrustes`, which is
    never larger. Biased: few stimuli bring any two populations closer; independent Gaussian
    populations of 50 neurons each were 1.30 apart on average at 60 stimuli, 1.43 at 200 and 1.51
    at 1000, where pi/2 is 1.57. Piecewise smooth; the gradient holds the pairing fixed.

    ``folds``, a number or one label for each stimulus, and ``rng``, the seed of the random
    assignment, hold stimuli out: neurons are paired, and scaled where they are, by the other
    stimuli, and responses are less their mean over these. Too large on average as far as partners
    are missed, where it is too small without folds; about pi/2 for unrelated populations.

    Cost: M Nx Ny operations for a pair, then at most the cube of the number of neurons, mostly far
    less. Do not trust it for few stimuli, nor as a metric across sizes.
    """
    if form != "size_and_shape":
        return _angles.of_chord(root(_squared_distance(x, y)), form)
    xp = namespace(x.curves, y.curves)
    size = xp.maximum(largest(x.curves), largest(y.curves))
    unit = 1.0 if modest(size) else size
    return unit * root(_squared_distance(Tuning(x.curves / unit), Tuning(y.curves / unit)))

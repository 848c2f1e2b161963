"""Soft matching distance: how far apart the two clouds of tuning curves are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, inner, namespace, root
from homolog.measures import _held_out_matching
from homolog.measures._measure import Gradient, measure
from homolog.measures._parted import Parted
from homolog.measures._room import Room
from homolog.measures._tuning import (
    Reals,
    Tuning,
    differentiated,
    matched,
    one_by_one,
    partnered,
    softly_matched,
    softly_planned,
    tuning,
)

_NEARLY_EQUAL = 1e-4
_ROUNDING = 1e-14


def _promises(*, normalise: bool) -> Mapping[str, Any]:
    if normalise:
        return {}
    raw = {"shift", "permutation"}
    return {"invariant_to": raw, "candidate_invariant_to": raw, "worst": float("inf")}


def _gradient(x: Reals, *, normalise: bool = True) -> Gradient:
    reference, room = tuning(x, normalise=normalise), Room()
    own = float(_mean_square(reference))

    def one(y: Reals) -> tuple[float, Reals]:
        found = partnered(reference, y, softly_planned, room, normalise=normalise)
        squares = np.einsum("ij,ij->j", found.curves, found.curves) / y.shape[1]
        both = own + float(squares.sum())
        squared = both - 2 * float(found.products.sum())
        if squared <= _ROUNDING * both:
            return 0.0, np.zeros_like(y)
        distance = squared**0.5
        return distance, found.toward(-1 / distance, 1 / (y.shape[1] * distance))

    return one_by_one(one)


def _held_out(x: Parted, y: Parted) -> Array:
    return _held_out_matching.distance(x, y, softly_matched)


@measure(
    summary=tuning,
    gradient=_gradient,
    variant=_promises,
    held_out=_held_out_matching.dissimilarity(_held_out, normalise=True),
    best=0.0,
    worst=2.0,
    kind="distance",
    symmetric=True,
    metric=True,
    invariant_to={"shift", "scale", "permutation", "neuron_scale"},
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/2311.09466",
    citation="""
        @inproceedings{khosla2024soft,
          author = {Khosla, Meenakshi and Williams, Alex H.},
          title = {Soft Matching Distance: A Metric on Neural Representations That Captures
            Single-Neuron Tuning},
          booktitle = {UniReps: Unifying Representations in Neural Models},
          year = {2024},
          url = {https://arxiv.org/abs/2311.09466},
        }
    """,
)
def soft_matching(x: Tuning, y: Tuning) -> Float[Array, ""]:
    r"""Soft matching distance between single-neuron tuning curves.

    .. math:: d^2 = \min_P \sum_{ij} P_{ij} \, \|x_i - y_j\|^2

    over plans P whose rows sum to 1/Nx and columns to 1/Ny: the 2-Wasserstein distance
    between the clouds of tuning curves. The plan is exact, for equal sizes an
    assignment.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, every neuron varies. Numbers of neurons may differ.

    Returns
    -------
    distance
        From 0 (same neurons) to 2, no unit; with ``normalise=False`` in the unit of the
        responses and unbounded. A metric on populations up to the order of neurons.

    Raises
    ------
    HomologError
        HM006 a constant neuron, HM001 stimuli differ in number, HM004 not finite, HM031 responses
        too large to square for ``normalise=False``, or all neurons of a population constant on
        one side of a fold, HM025 folds.

    Notes
    -----
    Tuning curves are centred and scaled to norm 1 unless ``.using(normalise=False)``.
    Sensitive to the axes neurons happen to have: a rotation changes it, by design. With
    trial noise even equal populations are apart: see the floor. Piecewise smooth; the
    gradient holds the plan fixed.

    ``folds`` and ``rng`` hold stimuli out, as in `soft_matching_correlation`: with s as it is
    there, d is the root of 2 - 2 s, too large on average where it is too small without folds,
    and about the root of 2 for unrelated populations. It is no metric then.

    Cost: M Nx Ny operations for a pair, then at most the cube of the number of neurons, mostly far
    less. Do not trust it for few stimuli or noisy trials, without its floor.
    """
    matching = softly_matched(x, y)
    squares = _mean_square(x) + _mean_square(y)
    squared = squares + 2 * matching.objective
    if not differentiated(x, y) and bool(squared > _NEARLY_EQUAL * squares):
        return root(squared)
    # Near equality the difference of large numbers would be rounding alone.
    a, b, mass = matched(x, y, matching)
    gap = a - b
    return root(namespace(gap).sum(mass * namespace(gap).sum(gap * gap, axis=0)))


def _mean_square(x: Tuning) -> Array:
    """Mean over neurons of the squared norm of their tuning curves."""
    return inner(x.curves, x.curves) / x.curves.shape[1]

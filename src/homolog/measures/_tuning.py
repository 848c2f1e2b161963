"""Tuning curves, ready to be matched neuron by neuron."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import (
    Array,
    carries_gradient,
    centre,
    namespace,
    to_namespace_of,
    to_numpy,
    unit_columns,
)
from homolog.matching import Matching, cross_costs, match_curves
from homolog.measures._measure import Gradient, along_stimuli


@dataclass(frozen=True)
class Tuning:
    """One column for each neuron's mean-centred tuning curve."""

    curves: Array = along_stimuli()


Match = Callable[[Tuning, Tuning], Matching]


def tuning(x: Array, *, normalise: bool = True) -> Tuning:
    """Centred tuning curves, of unit norm unless `normalise` is False."""
    return Tuning(unit_columns(x) if normalise else centre(x))


def softly_matched(x: Tuning, y: Tuning) -> Matching:
    """The soft matching of two populations with the largest inner products."""
    return match_curves(to_numpy(x.curves), to_numpy(y.curves))


def costs(x: Tuning, y: Tuning) -> np.ndarray:
    """Minus the inner products of all pairs of tuning curves."""
    return cross_costs(to_numpy(x.curves), to_numpy(y.curves))


def matched(x: Tuning, y: Tuning, matching: Matching) -> tuple[Array, Array, Array]:
    """The curves on either side of every matched pair, and the pairs' weights."""
    xp = namespace(x.curves, y.curves)
    rows = to_namespace_of(x.curves, matching.rows)
    columns = to_namespace_of(y.curves, matching.columns)
    mass = to_namespace_of(x.curves, matching.mass)
    return xp.take(x.curves, rows, axis=1), xp.take(y.curves, columns, axis=1), mass


def differentiated(x: Tuning, y: Tuning) -> bool:
    """Whether somebody will differentiate through the tuning curves."""
    return carries_gradient(x.curves) or carries_gradient(y.curves)


def agreement(x: Tuning, y: Tuning, matching: Matching) -> Array:
    """Mean inner product of matched tuning curves."""
    if not differentiated(x, y):
        return to_namespace_of(x.curves, np.asarray(-matching.objective))
    return mean_product(x, y, matching)


def mean_product(x: Tuning, y: Tuning, matching: Matching) -> Array:
    """Mean inner product of matched tuning curves, which may not be those that were matched."""
    a, b, mass = matched(x, y, matching)
    return namespace(a).sum(mass * namespace(a).sum(a * b, axis=0))


Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Partnered:
    """A candidate's tuning curves beside what they are matched with.

    Attributes
    ----------
    curves
        (stimulus, neuron) curves of the candidate.
    partners
        (stimulus, neuron) curves of the reference, summed by how much of each is matched.
    agreement
        Sum over neurons of their products.
    sizes
        Norm of every neuron's centred responses where curves are scaled to 1; otherwise None.
    """

    curves: Reals
    partners: Reals
    agreement: float
    sizes: Reals | None

    def through_scaling(self, gradient: Reals) -> Reals:
        """The gradient by the responses of one by the curves."""
        if self.sizes is None:
            return gradient
        along = np.einsum("ij,ij->j", gradient, self.curves)
        return (gradient - self.curves * along) / self.sizes


def partnered(x: Tuning, y: Reals, match: Match, *, normalise: bool = True) -> Partnered:
    """Match a candidate's responses with the reference's curves."""
    candidate = tuning(y, normalise=normalise)
    matching = match(x, candidate)
    partners = np.zeros_like(candidate.curves)
    weighted = x.curves[:, matching.rows] * matching.mass
    order = np.argsort(matching.columns, kind="stable")
    columns, first = np.unique(matching.columns[order], return_index=True)
    partners[:, columns] = np.add.reduceat(weighted[:, order], first, axis=1)
    agreement = float(np.einsum("ij,ij->", partners, candidate.curves))
    sizes = np.linalg.norm(y - y.mean(axis=0), axis=0) if normalise else None
    return Partnered(candidate.curves, partners, agreement, sizes)


def agreement_gradient(x: Reals, match: Match, *, normalise: bool = True) -> Gradient:
    """How the mean product of matched tuning curves changes with the candidate's responses."""
    reference = tuning(x, normalise=normalise)

    def one(y: Reals) -> tuple[float, Reals]:
        found = partnered(reference, y, match, normalise=normalise)
        return found.agreement, found.through_scaling(found.partners)

    return one_by_one(one)


def one_by_one(one: Callable[[Reals], tuple[float, Reals]]) -> Gradient:
    """A gradient at many candidates from that at one."""

    def at(y: Reals) -> tuple[Reals, Reals]:
        values, gradients = zip(*map(one, y), strict=True)
        return np.array(values), np.stack(gradients)

    return at

"""Tuning curves, ready to be matched neuron by neuron."""

from dataclasses import dataclass

import numpy as np

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
from homolog.measures._measure import along_stimuli


@dataclass(frozen=True)
class Tuning:
    """One column for each neuron's mean-centred tuning curve."""

    curves: Array = along_stimuli()


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

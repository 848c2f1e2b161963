"""Neurons that are matched on some stimuli, and how alike they are on others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from homolog import errors
from homolog._arrays import (
    Array,
    constant_columns,
    inner,
    namespace,
    root,
    to_namespace_of,
    to_numpy,
    unit_columns,
)
from homolog.matching import Matching
from homolog.measures._apart import HeldOut
from homolog.measures._folds import Folds
from homolog.measures._parted import Parted, parted
from homolog.measures._tuning import Tuning, matched, mean_product, tuning

LEAST_STIMULI = 2
"""A tuning curve over fewer stimuli than this has no correlation."""

Match = Callable[[Tuning, Tuning], Matching]


@dataclass(frozen=True)
class Matchable:
    """One population's tuning on the stimuli it is matched on, and on those held out.

    Neurons constant on either are left out, for they can be matched or scored, not both.
    """

    matched_on: Tuning
    scored_on: Tuning
    n_left_out: int


def _summary(x: Array, *, folds: Folds, rng: int) -> Parted:
    built = parted(unit_columns(x), folds, rng, _sides)
    if min(map(len, built.held_out)) < LEAST_STIMULI:
        allowed = f"folds of at least {LEAST_STIMULI} of the {x.shape[0]} stimuli"
        raise errors.bad_value("folds", len(built.held_out), allowed)
    return built


def _sides(train: Array, test: Array) -> Matchable:
    sides = train, test
    flat = np.logical_or(*(to_numpy(constant_columns(side)) for side in sides))
    if flat.all():
        raise errors.undefined(
            "a matching judged by stimuli held out",
            f"no neuron of a population varies both on {test.shape[0]} held-out stimuli and on"
            f" the other {train.shape[0]}",
            "Give folds of more stimuli, or others, by .using(folds=..., rng=...).",
        )
    kept = to_namespace_of(train, np.flatnonzero(~flat))
    fitted, judged = (tuning(namespace(side).take(side, kept, axis=1)) for side in sides)
    return Matchable(fitted, judged, int(flat.sum()))


def agreement(x: Parted, y: Parted, match: Match) -> Array:
    """Mean correlation in a fold of neurons that were matched without it, averaged over folds."""
    correlations = [
        mean_product(a.scored_on, b.scored_on, match(a.matched_on, b.matched_on))
        for a, b in zip(x.folds, y.folds, strict=True)
    ]
    return sum(correlations[1:], correlations[0]) / len(correlations)


def distance(x: Parted, y: Parted, match: Match) -> Array:
    """The root of their mean squared distance, likewise."""
    squares: list[Array] = []
    for one, other in zip(x.folds, y.folds, strict=True):
        found = match(one.matched_on, other.matched_on)
        a, b, mass = matched(one.scored_on, other.scored_on, found)
        squares.append(namespace(a).sum(mass * namespace(a).sum((a - b) ** 2, axis=0)))
    return root(sum(squares[1:], squares[0]) / len(squares))


def _none(x: Parted, y: Parted) -> Array:
    """A matching cannot foresee how held-out stimuli are paired, so random pairing gives 0."""
    return 0 * inner(x.responses, x.responses)


def _caution(x: Parted, y: Parted) -> str | None:
    """Say which neurons could not be judged."""
    populations = {"reference": x, "candidate": y}
    most = {side: max(fold.n_left_out for fold in one.folds) for side, one in populations.items()}
    silent = [
        f"{n} of {populations[side].responses.shape[1]} neurons of the {side}"
        for side, n in most.items()
        if n
    ]
    if not silent:
        return None
    return f"left out of a fold, for constant on one side of it: {', '.join(silent)}"


def correlation(score: Callable[..., Array], **only: Any) -> HeldOut:
    """A measure whose score is an `agreement`, which has an exact level of chance."""
    promised = {"chance_level": _none, "cautioned": _caution}
    return HeldOut(_summary, score, lambda _: promised, only)


def dissimilarity(score: Callable[..., Array], **only: Any) -> HeldOut:
    """A measure whose score is a `distance`."""
    return HeldOut(_summary, score, lambda _: {"cautioned": _caution}, only)

"""One measure's answer about two recordings; what it refuses, with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog._nulls import random_orders, scores_in_orders
from homolog.measures._measure import Measure, is_ordered
from homolog.studies._study import Row
from homolog.studies.families._measures import FEWEST, Asked, sees, why_not
from homolog.studies.families._recordings import Halves, Reals, Seen, readout

RELATIVE = 1e-6
"""Two ends that differ by less than this share of themselves leave no scale between them."""


@dataclass(frozen=True, eq=False)
class _Form:
    """A population in the one form that a measure sees: both halves, and groups of their rows."""

    halves: Halves
    groups: tuple[str, ...] | None


def applies(one: Asked, x: Seen) -> str | None:
    """Why a measure cannot be asked of such a recording, if it cannot."""
    lacking = {"trial": x.trials, "time": x.course, "a readout": x.classes}
    return why_not(one) if lacking.get(sees(one), x) is None else None


def row(one: Asked, x: Seen, y: Seen, seed: int) -> Row:
    """Score of unlike halves of two populations, beside chance and what equal neurons score.

    ``score`` is of odd trials of one against even trials of the other, mean of both ways;
    ``chance`` the same with groups of rows paired at random, ``p`` the share of these means that
    are as close; ``again`` is of odd against even trials of one population, mean of both. Where the
    measure refuses, all are None and ``why`` tells the reason.
    """
    told: Row = {"family": one.family, "measure": one.spelled}
    try:
        return {**told, **_scores(one, _form(one, x), _form(one, y), seed), "why": None}
    except errors.HomologError as error:
        return {**told, **dict.fromkeys(("score", "chance", "p", "again")), "why": str(error)}


def _form(one: Asked, x: Seen) -> _Form:
    what = sees(one)
    if what == "trial" and x.trials is not None:
        return _Form(x.trials, x.trial_groups)
    if what == "time" and x.course is not None:
        return _Form(x.course, None)
    if what == "a readout" and x.classes is not None:
        first, second = (readout(half, x.classes) for half in x.halves)
        return _Form((first, second), x.groups)
    return _Form(x.halves, x.groups)


def _scores(one: Asked, x: _Form, y: _Form, seed: int) -> Row:
    measure = _holding_out(one.measure, len(x.halves[0]), x.groups)
    ways = [(x.halves[0], y.halves[1]), (y.halves[0], x.halves[1])]
    scores = [_value(measure, *way) for way in ways]
    again = [_value(measure, *side.halves) for side in (x, y)]
    score = float(np.mean(scores))
    draws = _draws(measure, one.n_permutations, ways, x.groups, seed)
    return {
        "score": score,
        "chance": float(np.mean(draws)) if len(draws) else None,
        "p": statistics.p_value(measure, score, draws) if len(draws) >= FEWEST else None,
        "again": float(np.mean(again)),
    }


def _draws(
    measure: Measure, n: int, ways: Sequence[Halves], groups: Sequence[str] | None, seed: int
) -> Reals:
    """(pairing,) Mean of both ways at random pairings; none where a measure sees no pairing."""
    x, _ = ways[0]
    if not is_ordered(measure.summary(x)):
        return np.empty(0)
    orders = random_orders(len(x), n, groups, seed)
    # The other way has the other population first: to pair the same rows, it goes back.
    back = np.argsort(orders, axis=1)
    both = [scores_in_orders(measure, *ways[0], orders), scores_in_orders(measure, *ways[1], back)]
    return np.mean(both, axis=0)


def _holding_out(measure: Measure, n_rows: int, groups: Sequence[str] | None) -> Measure:
    if not measure.fits:
        return measure
    return measure.using(folds=measure.folds(n_rows, None if groups is None else list(groups)))


def bare(one: Asked, x: Reals, y: Reals, groups: Sequence[str]) -> float | None:
    """The score of two (row, neuron) arrays, mean of both directions; None where it is refused."""
    try:
        if sees(one) == "a readout":
            x, y = readout(x, groups), readout(y, groups)
        measure = _holding_out(one.measure, len(x), groups)
        ways = [(x, y)] if measure.symmetric else [(x, y), (y, x)]
        return float(np.mean([_value(measure, *way) for way in ways]))
    except errors.HomologError:
        return None


def _value(measure: Measure, x: Reals, y: Reals) -> float:
    return float(measure.score(measure.summary(x), measure.summary(y)))


def placed(score: float | None, zero: float | None, one: float | None) -> float | None:
    """Where a score is on the way from `zero` to `one`, either of which may be the larger."""
    if score is None or zero is None or one is None:
        return None
    if abs(one - zero) <= RELATIVE * max(abs(one), abs(zero)):
        return None
    return (score - zero) / (one - zero)


def exchanged(groups: Sequence[str], rng: np.random.Generator) -> NDArray[np.int64]:
    """An order of rows in which no group stands in its own place; rows of a group stay in turn."""
    labels = np.asarray(groups)
    names = rng.permutation(np.unique(labels))
    moved = np.empty(len(labels), dtype=np.int64)
    for name, other in zip(names, np.roll(names, 1), strict=True):
        moved[labels == name] = np.flatnonzero(labels == other)
    return moved

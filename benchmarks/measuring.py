"""Times one measure and its peers, for one pair and for all pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import homolog
from benchmarks.peer import Peer
from benchmarks.peers import peers_of
from benchmarks.populations import N_POPULATIONS, Responses, Size
from benchmarks.timing import Timed, timed
from homolog import measures
from homolog.measures._measure import Measure

OURS = "homolog"
WHOLE_S = 8.0
"""All pairs that would take us longer are not run but added up from single ones."""


@dataclass(frozen=True)
class Row:
    """Seconds that one package takes for one measure at one size.

    Attributes
    ----------
    measure, size, name
        What was timed, and whose.
    cold, cached
        One pair: from raw responses, and from what can be kept of each population.
    all_pairs
        Every population against every other.
    added_up
        Whether `all_pairs` was added up or scaled from fewer populations.
    difference
        Absolute difference of its score from ours.
    """

    measure: str
    size: Size
    name: str
    cold: float
    cached: float
    all_pairs: float
    added_up: bool
    difference: float


def measured(name: str, size: Size, populations: Sequence[Responses]) -> list[Row]:
    """Our row, then one for each peer."""
    measure = measures.find(name)
    measure(populations[0][:9, :3], populations[1][:9, :2])  # what is compiled once is not timed
    ours = _as_peer(measure)
    contestants = [ours, *peers_of(name, size)]
    n_pairs = N_POPULATIONS * (N_POPULATIONS - 1) // (2 if measure.symmetric else 1)
    one_pair = timed(
        {(c.name, step): run for c in contestants for step, run in _steps(c, populations).items()}
    )
    added_up = {
        each.name: N_POPULATIONS * one_pair[each.name, "prepare"].seconds
        + n_pairs * _cached(one_pair, each)
        for each in contestants
    }
    in_one_go = timed(
        {
            each.name: partial(_together, each, populations)
            for each in contestants
            if each.together and (each is not ours or added_up[OURS] < WHOLE_S or measure.together)
        }
    )
    best = one_pair[OURS, "cold"].value
    return [
        Row(
            measure=name,
            size=size,
            name=each.name,
            cold=one_pair[each.name, "cold"].seconds,
            cached=_cached(one_pair, each),
            all_pairs=_scaled(in_one_go[each.name].seconds, each)
            if each.name in in_one_go
            else added_up[each.name],
            added_up=each.name not in in_one_go or each.used < N_POPULATIONS,
            difference=abs(float(one_pair[each.name, "cold"].value) - float(best)),
        )
        for each in contestants
    ]


def _as_peer(measure: Measure) -> Peer:
    def prepare(x: Responses) -> Any:
        summary = measure.summary(x)
        for made_when_asked_for in ("basis", "fitted"):
            getattr(summary, made_when_asked_for, None)
        return summary

    def together(populations: Sequence[Responses], used: int) -> Responses:
        named = {str(i): x for i, x in enumerate(populations[:used])}
        return homolog.matrix(named, measure).values

    return Peer(OURS, measure.score, prepare, measure, together)


def _steps(each: Peer, populations: Sequence[Responses]) -> dict[str, Callable[[int], Any]]:
    """What to time: preparing a population, a pair from raw responses, a prepared pair."""
    steps = {
        "prepare": lambda number: each.prepare(populations[number]) if each.prepare else None,
        "cold": lambda number: each.cold(populations[number], populations[-1 - number]),
    }
    if each.prepare:
        x, y = each.prepare(populations[0]), each.prepare(populations[1])
        steps["cached"] = lambda _: each.score(x, y)
    return steps


def _cached(one_pair: dict[Any, Timed], each: Peer) -> float:
    return one_pair[each.name, "cached" if each.prepare else "cold"].seconds


def _together(each: Peer, populations: Sequence[Responses], _: int) -> None:
    each.together(populations, each.used)


def _scaled(seconds: float, each: Peer) -> float:
    return seconds * each.growth(N_POPULATIONS) / each.growth(each.used)

"""CPU time of runs that take turns, many short ones to a turn."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from statistics import median

ROUNDS = 9
TURN_S = 0.03
"""A turn takes at least so long, whatever a run takes: the clock is not finer."""


@dataclass(frozen=True)
class Taken:
    """CPU seconds of one run, as every turn had it.

    Where other processes are at work the least is the nearest to what the run itself needs:
    they can only add, by what they throw out of shared caches.
    """

    turns: tuple[float, ...]

    @property
    def least(self) -> float:
        """Of the best turn."""
        return min(self.turns)

    @property
    def middle(self) -> float:
        """Of the median turn."""
        return median(self.turns)


def alternating(
    runs: Mapping[str, Callable[[], object]],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Taken]:
    """Let every run have its turn in every round, after runs that warm up."""
    counts = {name: _fitting(run, clock) for name, run in runs.items()}
    turns: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            turns[name].append(_turn(run, counts[name], clock))
    return {name: Taken(tuple(taken)) for name, taken in turns.items()}


def _fitting(run: Callable[[], object], clock: Callable[[], float]) -> int:
    """How many runs fill a turn."""
    return max(1, ceil(TURN_S / max(_turn(run, 1, clock), 1e-6)))


def _turn(run: Callable[[], object], count: int, clock: Callable[[], float]) -> float:
    """Seconds of one run of `count`, after one that brings its numbers back into the caches."""
    run()
    start = clock()
    for _ in range(count):
        run()
    return (clock() - start) / count

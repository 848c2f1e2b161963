"""CPU time, so that what else the computer does matters little."""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

ROUNDS = 5
PATIENCE_S = 1.0
"""What has taken longer than this in total is not run again."""


@dataclass(frozen=True)
class Timed:
    """Median CPU seconds of a run, and what its first round returned."""

    seconds: float
    value: Any


def timed(runs: Mapping[Hashable, Callable[[int], Any]]) -> dict[Hashable, Timed]:
    """Time runs that take turns, so that all see the same weather.

    Every run is called with the number of the round. The first round warms up and counts
    only for what is too slow for a second.
    """
    seconds: dict[Hashable, list[float]] = {name: [] for name in runs}
    values: dict[Hashable, Any] = {}
    for number in range(1 + ROUNDS):
        for name, run in runs.items():
            if sum(seconds[name]) < PATIENCE_S:
                start = time.process_time()
                value = run(number)
                seconds[name].append(time.process_time() - start)
                values.setdefault(name, value)
    return {
        name: Timed(median(taken[1:] or taken), values[name]) for name, taken in seconds.items()
    }

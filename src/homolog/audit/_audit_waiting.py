"""How far an audit has come, and about how long it will take: for a person who waits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from time import monotonic

from homolog.audit._audit_parts import Part
from homolog.statistics import Progress

EARLY = 0.1
"""Share of a part below which its pace is not yet believed."""


class Waiting:
    """Watches parts begin and end, and tells `progress` of it.

    Parameters
    ----------
    parts
        What is to be done.
    workers
        How many of them are done at a time.
    ahead
        How many more were done before.
    progress
        Told of how many parts are done, of how many; and, in what it is told that they are,
        how far one has come and about how long all will take.
    clock
        Seconds.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        workers: int,
        ahead: int,
        progress: Progress,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._parts = {part.name: part for part in parts}
        self._at_once = max(1, min(workers, len(parts)))
        self._ahead, self._progress, self._clock = ahead, progress, clock
        self._begun: dict[str, float] = {}
        self._costs: dict[str, float] = {}  # of parts, in seconds, as far as known
        self._ended: set[str] = set()
        progress("audit", ahead, ahead + len(parts))

    def came(self, name: str, share: float) -> None:
        """That much of a part is done."""
        begun = self._begun.setdefault(name, self._clock())
        if share >= EARLY:
            self._costs[name] = (self._clock() - begun) / share
        self._tell(f"{self._parts[name].title} {share:.0%}")

    def ended(self, name: str) -> None:
        """A part is done."""
        self._costs[name] = self._clock() - self._begun.setdefault(name, self._clock())
        self._ended.add(name)
        self._tell(self._parts[name].title)

    def _tell(self, what: str) -> None:
        n = len(self._ended)
        left = f", {self._left()}" if self._costs and n < len(self._parts) else ""
        total = self._ahead + len(self._parts)
        self._progress(f"audit \N{EM DASH} {what}{left}", self._ahead + n, total)

    def _left(self) -> str:
        """About how long it will take: parts that were not begun cost as others of their kind."""
        of_kind: dict[str, list[float]] = {}
        for name, cost in self._costs.items():
            of_kind.setdefault(self._parts[name].kind, []).append(cost)
        usual = sum(self._costs.values()) / len(self._costs)
        left, sure = 0.0, True
        for name, part in self._parts.items():
            if name in self._ended:
                continue
            alike = of_kind.get(part.kind, [])
            sure = sure and bool(alike)
            cost = self._costs.get(name, sum(alike) / len(alike) if alike else usual)
            spent = self._clock() - self._begun[name] if name in self._begun else 0.0
            left += max(cost - spent, 0.0)
        time = roughly(left / self._at_once)
        return f"about {time} left" if sure else f"{time} or more left"


def roughly(seconds: float) -> str:
    """A time that is not known exactly: 10 s, 4 min, 1 h 20 min."""
    if seconds < 55:
        return f"{max(1, math.ceil(seconds / 10)) * 10} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(10 * round(minutes / 10), 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"

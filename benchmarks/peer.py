"""What is known of another package that computes a measure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.populations import N_POPULATIONS, SIZES, Responses, Size


@dataclass(frozen=True)
class Peer:
    """A package that knows a measure.

    Attributes
    ----------
    name
        Package and call.
    score
        The score of two prepared populations, reference first.
    prepare
        What it lets one compute once for a population; None for nothing.
    direct
        The score from raw responses, where that is not the two in turn.
    together
        Its own call for all pairs: takes all populations and how many of them to use,
        returns scores. None: pair by pair.
    used
        How many populations `together` is timed with.
    growth
        Work of `together` for so many populations, in any unit, to scale from `used` to
        all of them.
    sizes
        Where it is timed.
    """

    name: str
    score: Callable[[Any, Any], float]
    prepare: Callable[[Responses], Any] | None = None
    direct: Callable[[Responses, Responses], float] | None = None
    together: Callable[[Sequence[Responses], int], Responses] | None = None
    used: int = N_POPULATIONS
    growth: Callable[[int], float] = lambda n: n
    sizes: tuple[Size, ...] = SIZES

    def cold(self, x: Responses, y: Responses) -> float:
        """The score of two populations from raw responses."""
        if self.direct:
            return self.direct(x, y)
        return self.score(*map(self.prepare, (x, y))) if self.prepare else self.score(x, y)

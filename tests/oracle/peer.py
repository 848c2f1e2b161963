"""What a published implementation is to the tests: a function beside an expression of ours."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.oracle.expressions import Responses

Score = Callable[[Responses, Responses], float]


@dataclass(frozen=True)
class Peer:
    """Somebody else's function, and the expression of ours that it must equal."""

    package: str  # name on the package index
    module: str  # what it imports as
    call: str  # provenance: the function and its convention
    score: Score
    expression: str
    tolerance: float
    tall: bool  # answers in our convention only where stimuli outnumber neurons
    counts: bool  # takes responses that are never negative

    def applies(self, x: Responses, y: Responses) -> bool:
        """Whether the peer's convention is ours on these populations."""
        tall_enough = not self.tall or max(x.shape[1], y.shape[1]) < len(x)
        return tall_enough and (not self.counts or min(x.min(), y.min()) >= 0)


PEERS: list[Peer] = []


def peer(
    expression: str,
    package: str,
    *,
    module: str | None = None,
    tolerance: float = 1e-10,
    tall: bool = False,
    counts: bool = False,
) -> Callable[[Score], Score]:
    """Enter the function that follows into `PEERS`."""

    def enter(score: Score) -> Score:
        call = (score.__doc__ or "").splitlines()[0].rstrip(".")
        PEERS.append(
            Peer(package, module or package, call, score, expression, tolerance, tall, counts)
        )
        return score

    return enter

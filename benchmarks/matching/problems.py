"""Which problems are timed, and who solves them."""

from dataclasses import dataclass

from benchmarks.matching.solvers import LSA, OURS, POT

TABLED = ("permuted", "low rank", "independent", "rotated")
MAPS = ("ring", "places")
EVERYDAY = (
    (512, 512),
    (1024, 1024),
    (1000, 2000),
    (2048, 1500),
    (2048, 2048),
    (4096, 3000),
    (4096, 4096),
)
GREAT = ((8192, 100), (8192, 6000), (8192, 8192), (16384, 12000), (16384, 16384))

MOST_ENTRIES = 8192 * 8192
"""Beyond, a peer takes more than a minute and many times the memory of the costs."""

SHARES = (1e-2, 1e-3)
"""Gaps to stop at, as shares of the largest cost."""
LEAST_APPROXIMATED = 4096 * 3000


@dataclass(frozen=True)
class Problem:
    """One kind of tuning, with so many neurons on either side."""

    kind: str
    n_x: int
    n_y: int

    def __str__(self) -> str:
        """Neurons × neurons."""
        return f"{self.n_x} × {self.n_y}"

    @property
    def n_entries(self) -> int:
        """How many pairs of neurons there are."""
        return self.n_x * self.n_y

    @property
    def solvers(self) -> tuple[str, ...]:
        """Who is timed on it."""
        peers = [POT, LSA] if self.n_x == self.n_y else [POT]
        return OURS, *(
            peer for peer in peers if self.n_entries <= MOST_ENTRIES or (peer, self) in WAITED_FOR
        )

    @property
    def shares(self) -> tuple[float, ...]:
        """Which gaps it is stopped at."""
        return SHARES if self.n_entries >= LEAST_APPROXIMATED else ()


WAITED_FOR = {(POT, Problem("independent", 16384, 12000))}
"""Where a peer is run all the same, once."""


def problems(largest: int) -> list[Problem]:
    """Everything timed on populations of at most so many neurons, small ones first."""
    chosen = [Problem(kind, *size) for size in EVERYDAY for kind in (*TABLED, *MAPS)]
    chosen += [Problem(kind, *size) for size in GREAT for kind in TABLED]
    return [each for each in chosen if max(each.n_x, each.n_y) <= largest]

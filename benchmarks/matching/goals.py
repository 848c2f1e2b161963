"""What we set out to reach in matching."""

from benchmarks.matching.problems import Problem
from benchmarks.matching.solvers import LSA, POT

FASTER_THAN_POT = 10.0
"""From 2048 × 1500 neurons up, whatever their tuning."""
LEAST_ENTRIES = 2048 * 1500

FASTER = {
    (POT, Problem("permuted", 2048, 1500)): 8.0,
    **{
        (LSA, Problem(kind, 2048, 2048)): 2.5
        for kind in ("permuted", "low rank", "independent", "rotated")
    },
}
"""Goals of their own."""

GROWTH = 1.8
"""Exponent of CPU time over the number of neurons of a square problem."""

MATRICES = 1.3
"""Most memory at the peak, over that of the costs, which are included."""


def faster(peer: str, problem: Problem) -> float | None:
    """How many times faster than this peer we set out to be, if we did."""
    if (peer, problem) in FASTER:
        return FASTER[peer, problem]
    if peer == POT and problem.n_entries >= LEAST_ENTRIES:
        return FASTER_THAN_POT
    return None

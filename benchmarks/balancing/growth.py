"""How the time grows with the number of synapses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.balancing.instances import sparse_lognormal
from benchmarks.balancing.solvers import by_ours, judged
from benchmarks.balancing.timings import OURS, count, least

SIZES = (1_000, 2_000, 4_000, 10_000, 20_000, 40_000, 100_000, 200_000, 400_000)
SPREAD = 1.0


@dataclass(frozen=True)
class Size:
    """Balancing of one size.

    Attributes
    ----------
    n_neurons, n_synapses
        How large.
    seconds
        CPU time of ours.
    said
        Sweeps and steps that it took.
    """

    n_neurons: int
    n_synapses: int
    seconds: float
    said: str


def sizes(largest: int = SIZES[-1]) -> list[Size]:
    """Networks with as many synapses for each neuron, small ones first."""
    return [_timed(n) for n in SIZES if n <= largest]


def _timed(n: int) -> Size:
    costs = sparse_lognormal(n, SPREAD)
    taken = least({OURS: partial(by_ours, costs, OURS)})[OURS]
    found = judged(costs, taken.value)
    if not found.balanced:
        raise RuntimeError(f"{n} neurons were not balanced: {found}")
    return Size(n, count(costs), taken.seconds, found.said)


def exponent(measured: Sequence[Size], least: int = 0) -> float:
    """P of CPU time ~ synapses^p, from `least` synapses on: a line through the logarithms."""
    kept = [(one.n_synapses, one.seconds) for one in measured if one.n_synapses >= least]
    synapses, seconds = np.log(np.array(kept)).T
    return float(np.polyfit(synapses, seconds, 1)[0])

"""How much memory balancing needs at its peak, in a process of its own. Linux only."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scipy import sparse

from benchmarks.balancing.instances import (
    Costs,
    lognormal,
    nearly_reducible,
    ring,
    sparse_lognormal,
)
from benchmarks.balancing.solvers import by_ours
from benchmarks.balancing.timings import OURS, warm_up
from benchmarks.matching.peak import held_now, kilobytes

WEIGHED: dict[str, Callable[[], Costs]] = {
    "4,000 neurons, dense, lognormal, σ 1": partial(lognormal, 4000, 1.0),
    "100,000 neurons, 5.1e6 synapses, σ 1": partial(sparse_lognormal, 100_000, 1.0),
    "400,000 neurons, 2e7 synapses, σ 1": partial(sparse_lognormal, 400_000, 1.0),
    "100,000 neurons, nearly reducible": partial(nearly_reducible, 100_000),
    "ring of 1,000,000": partial(ring, 1_000_000),
}


@dataclass(frozen=True)
class Peak:
    """Most memory held while balancing, the costs that were given included.

    Attributes
    ----------
    name
        What was balanced.
    matrices
        Bytes over those of the costs: 8 for an entry of a dense matrix, 12 for one of a sparse.
    """

    name: str
    matrices: float


def peaks() -> list[Peak]:
    """Each in a process of its own."""
    return [Peak(name, _in_a_fresh_process(name)) for name in WEIGHED]


def peak(make: Callable[[], Costs]) -> float:
    """Most memory that this process holds while balancing, over that of the costs."""
    warm_up()
    costs = make()
    parts = (costs.data, costs.indices, costs.indptr) if sparse.issparse(costs) else (costs,)
    before = held_now()
    by_ours(costs, OURS)
    return 1 + 1024 * (kilobytes("VmHWM") - before) / sum(each.nbytes for each in parts)


def _in_a_fresh_process(name: str) -> float:
    command = [sys.executable, "-m", "benchmarks.balancing.peak", name]
    # As in matching: arrays give back their pages at once.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    print(peak(WEIGHED[sys.argv[1]]))

"""Everything that the balancing page shows, measured in one run."""

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.balancing.growth import Size, sizes
from benchmarks.balancing.instances import instances
from benchmarks.balancing.peak import Peak, peaks
from benchmarks.balancing.timings import OURS, Row, solved, warm_up


@dataclass(frozen=True)
class Measured:
    """Everything that the page shows.

    Attributes
    ----------
    rows
        One for each network.
    sizes
        One network in many sizes.
    peaks
        Memory.
    load
        Processes that wanted a processor, mean over a minute, before and after.
    """

    rows: tuple[Row, ...]
    sizes: tuple[Size, ...]
    peaks: tuple[Peak, ...]
    load: tuple[float, float]


def measured(network: Path | None = None) -> Measured:
    """Time every network, and say what comes out on the way."""
    before = os.getloadavg()[0]
    warm_up()
    rows = []
    for instance in instances(network):
        rows.append(solved(instance))
        print(f"{instance.name}: {rows[-1].seconds[OURS]:.4g} s", flush=True)
    grown = sizes()
    print(f"{grown[-1].n_synapses:,} synapses: {grown[-1].seconds:.4g} s", flush=True)
    return Measured(tuple(rows), tuple(grown), tuple(peaks()), (before, os.getloadavg()[0]))

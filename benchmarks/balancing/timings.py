"""Times every solver on one network after the other, and checks that they end alike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from benchmarks.balancing import goals
from benchmarks.balancing.instances import Costs, Instance, gaussian, ring
from benchmarks.balancing.solvers import (
    MOST_DENSE,
    Answer,
    Found,
    by_lapack,
    by_ode,
    by_ours,
    judged,
)
from benchmarks.timing import Timed

OURS, ODE, LAPACK = "auto", "ODE", "LAPACK"

ROUNDS, PATIENCE_S = 40, 3.0


@dataclass(frozen=True, eq=False)
class Row:
    """What balancing one network took.

    Attributes
    ----------
    instance
        Which one.
    n_neurons, n_synapses
        Of it; costs of 0 are not counted.
    seconds
        CPU time of every solver: ours by method, `ODE` and `LAPACK`.
    found
        Where each ended.
    difference
        Largest relative difference of the least costs of all that balanced it.
    """

    instance: Instance
    n_neurons: int
    n_synapses: int
    seconds: Mapping[str, float]
    found: Mapping[str, Found]
    difference: float

    def faster_than(self, peer: str) -> float | None:
        """Their seconds over ours; None where they were not run."""
        return self.seconds[peer] / self.seconds[OURS] if peer in self.seconds else None


def warm_up() -> None:
    """Have everything compiled that the first calls of a process compile."""
    for costs in (gaussian(30), ring(30)):
        by_ours(costs, OURS)


def solved(instance: Instance) -> Row:
    """Balance a network in every way, in turn, and make sure that they agree."""
    costs = instance.make()
    taken = least(_runs(instance, costs))
    found = {name: judged(costs, one.value) for name, one in taken.items()}
    return Row(
        instance=instance,
        n_neurons=costs.shape[0],
        n_synapses=count(costs),
        seconds={name: one.seconds for name, one in taken.items()},
        found=found,
        difference=check_alike(instance.name, found),
    )


def least(
    runs: Mapping[str, Callable[[], object]], patience_s: float = PATIENCE_S
) -> dict[str, Timed]:
    """Time runs that take turns; the least of each, for other processes can only add to it.

    What has taken more than `patience_s` in total is not run again.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    answers: dict[str, object] = {}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            if sum(seconds[name]) < patience_s:
                start = time.process_time()
                answer = run()
                seconds[name].append(time.process_time() - start)
                answers.setdefault(name, answer)
    return {name: Timed(min(taken), answers[name]) for name, taken in seconds.items()}


def check_alike(what: str, found: Mapping[str, Found]) -> float:
    """Largest relative difference of the costs of all that balanced; RuntimeError if too large."""
    if not found[OURS].balanced:
        raise RuntimeError(f"{what} was not balanced: {found[OURS]}")
    costs = [one.cost for one in found.values() if one.balanced]
    difference = float(np.ptp(costs)) / min(costs)
    if not difference <= goals.ALIKE:
        raise RuntimeError(f"The solvers disagree on {what}, by {difference:.1e}: {found}")
    return difference


def count(costs: Costs) -> int:
    """Synapses that cost anything."""
    return int(costs.nnz if sparse.issparse(costs) else np.count_nonzero(costs))


def _runs(instance: Instance, costs: Costs) -> dict[str, Callable[[], Answer]]:
    runs = {method: partial(by_ours, costs, method) for method in (OURS, *instance.methods)}
    if instance.ode:
        runs[ODE] = partial(by_ode, costs, instance.ode)
    if costs.shape[0] <= MOST_DENSE:
        runs[LAPACK] = partial(by_lapack, costs)
    return runs

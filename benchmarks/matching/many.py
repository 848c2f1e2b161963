"""Many problems that are alike: what one of them gives to the next."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from benchmarks.matching.solvers import Costs, check_alike
from benchmarks.matching.tuning import Pair, Responses, responses, tuning_costs
from benchmarks.timing import timed
from homolog import measures
from homolog.matching import transport

SIZES = ((1024, 1024), (2048, 1500), (4096, 3000))
KINDS = ("independent", "permuted")
N_POPULATIONS, N_NEURONS = 8, 1000


@dataclass(frozen=True)
class Reused:
    """The same problem with nothing at hand, and with what an earlier one left.

    Attributes
    ----------
    what
        How the two problems are related.
    size
        Neurons × neurons.
    cold, warm
        CPU seconds without and with.
    difference
        Of the two objectives, over the largest cost; for all pairs, of the sums of distances.
    """

    what: str
    size: str
    cold: float
    warm: float
    difference: float


def warm_starts(largest: int) -> Iterator[Reused]:
    """Every neighbour of a problem, started from the problem's own column prices."""
    for n_x, n_y in SIZES:
        for kind in KINDS if n_x <= largest else ():
            pair = responses(kind, n_x, n_y)
            known = transport(tuning_costs(*pair)).column_prices
            for what, neighbour in NEIGHBOURS.items():
                costs = tuning_costs(*neighbour(np.random.default_rng(0), *pair))
                if what == NULL:
                    # From one null to the next, not from the responses in their true order.
                    other = tuning_costs(*neighbour(np.random.default_rng(1), *pair))
                    yield _reused(f"{kind}: {what}", costs, transport(other).column_prices)
                else:
                    yield _reused(f"{kind}: {what}", costs, known)


def shared_summaries() -> Reused:
    """All pairs of some populations one by one, and with each prepared once."""
    chosen = measures.find("soft_matching")
    populations = [
        responses("independent", N_NEURONS + number, N_NEURONS)[0]
        for number in range(N_POPULATIONS)
    ]

    pairs = list(combinations(range(N_POPULATIONS), 2))

    def one_by_one(_: int) -> list[float]:
        return [float(chosen(populations[i], populations[j])) for i, j in pairs]

    def together(_: int) -> list[float]:
        ready = [chosen.summary(x) for x in populations]
        return [float(chosen.score(ready[i], ready[j])) for i, j in pairs]

    taken = timed({"cold": one_by_one, "warm": together})
    sums = {name: sum(each.value) for name, each in taken.items()}
    return Reused(
        what=f"all pairs of {N_POPULATIONS} populations",
        size=f"about {N_NEURONS} each",
        cold=taken["cold"].seconds,
        warm=taken["warm"].seconds,
        difference=check_alike("all pairs", sums, 1.0),
    )


def _reused(what: str, costs: Costs, prices: Responses) -> Reused:
    runs = {"cold": transport, "warm": partial(transport, start=prices)}
    taken = timed({name: lambda _, run=run: run(costs) for name, run in runs.items()})
    objectives = {name: each.value.objective for name, each in taken.items()}
    return Reused(
        what=what,
        size=f"{costs.shape[0]} × {costs.shape[1]}",
        cold=taken["cold"].seconds,
        warm=taken["warm"].seconds,
        difference=check_alike(what, objectives, float(np.abs(costs).max())),
    )


def _changed(share: float, rng: np.random.Generator, x: Responses, y: Responses) -> Pair:
    """The second population measured again, with noise of this share of each neuron's spread."""
    return x, y + share * y.std(axis=0) * rng.normal(size=y.shape)


def _fold(rng: np.random.Generator, x: Responses, y: Responses) -> Pair:
    """Nine tenths of the stimuli."""
    kept = rng.permutation(len(x))[: len(x) * 9 // 10]
    return x[kept], y[kept]


def _next_layer(rng: np.random.Generator, x: Responses, y: Responses) -> Pair:
    """The layer after the first population's, as wide, of a random network."""
    weights = rng.normal(size=(x.shape[1], x.shape[1])) / np.sqrt(x.shape[1])
    return np.maximum((x - x.mean(axis=0)) @ weights, 0), y


def _shuffled(rng: np.random.Generator, x: Responses, y: Responses) -> Pair:
    """The stimuli of the second population in random order."""
    return x, y[rng.permutation(len(y))]


NULL = "the next permutation of the stimuli"
NEIGHBOURS: dict[str, Callable[[np.random.Generator, Responses, Responses], Pair]] = {
    "responses changed by 1 %": partial(_changed, 0.01),
    "responses changed by 10 %": partial(_changed, 0.1),
    "a tenth of the stimuli left out": _fold,
    "the next layer against the same population": _next_layer,
    NULL: _shuffled,
}

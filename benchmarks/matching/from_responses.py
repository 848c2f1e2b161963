"""Times a matching from the responses on, where the costs are part of the work."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.matching.problems import MOST_ENTRIES, Problem
from benchmarks.matching.solvers import POT, SOLVERS, check_alike
from benchmarks.matching.tuning import responses, tuning_costs
from benchmarks.timing import timed
from homolog.matching import match

TIMED = (
    Problem("independent", 2048, 1500),
    Problem("independent", 4096, 3000),
    Problem("independent", 8192, 6000),
    Problem("independent", 16384, 12000),
)


@dataclass(frozen=True)
class FromResponses:
    """CPU seconds of a matching that begins with responses.

    Attributes
    ----------
    problem
        Which one.
    product
        The costs of all pairs, one product of two matrices.
    ours
        `match`, which includes the product.
    peer
        The product, then the peer's solver; None where it was not run.
    """

    problem: Problem
    product: float
    ours: float
    peer: float | None


def from_responses(largest: int) -> Iterator[FromResponses]:
    """Populations of at most so many neurons, small ones first."""
    for problem in TIMED:
        if max(problem.n_x, problem.n_y) <= largest:
            yield _timed(problem)


def _timed(problem: Problem) -> FromResponses:
    x, y = responses(problem.kind, problem.n_x, problem.n_y)
    match(x, y)  # the first call in a process compiles
    runs = {
        "product": lambda _: tuning_costs(x, y),
        "ours": lambda _: match(x, y),
    }
    if problem.n_entries <= MOST_ENTRIES:
        runs["peer"] = lambda _: SOLVERS[POT].solve(tuning_costs(x, y))
    taken = timed(runs)
    costs = taken["product"].value
    objectives = {"ours": taken["ours"].value.objective}
    if "peer" in taken:
        objectives[POT] = SOLVERS[POT].objective(taken["peer"].value, costs)
    check_alike(f"{problem} responses", objectives, float(np.abs(costs).max()))
    return FromResponses(
        problem=problem,
        product=taken["product"].seconds,
        ours=taken["ours"].seconds,
        peer=taken["peer"].seconds if "peer" in taken else None,
    )

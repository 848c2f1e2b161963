"""How many floating-point operations a learning step takes: those of its matrix products.

A product of (m, k) with (k, n) counts as 2 m k n. What is done to each number alone (leaks,
clamping, transfer functions) is left out: it is less than a hundredth. A product that is not
needed is not counted, so that a share of the ceiling cannot be raised by doing too much.
"""

from collections.abc import Callable
from typing import Any

from benchmarks.rules.cases import BATCH, Case, pairs


def flops(case: Case) -> int:
    """Of one step from a batch."""
    return 2 * BATCH * PRODUCTS[case.rule.name](case.rule, case.sizes)


def corinfomax(rule: Any, sizes: tuple[int, ...]) -> int:
    """Multiplications for each trial.

    The stimulus goes through the first synapses once. Every iteration has one product up and
    one down for each further pair of layers, and one within the output; a hidden layer's own
    product is there every `lateral_refresh` iterations. In the free phase the first is
    missing, as all are silent, and is made up for in the second. Both states are multiplied in
    the updates, except for the clamped stimulus, of which the difference is; the inverse
    correlations take one product to project and one to update.
    """
    iterations = rule.free_steps + rule.nudged_steps
    inner = sum(pairs(sizes)[1:])
    within = [n * n for n in sizes[1:]]
    hidden = _refreshed(rule.free_steps, rule.lateral_refresh, silent=True)
    hidden += _refreshed(rule.nudged_steps, rule.lateral_refresh, silent=False)
    settling = 2 * iterations * inner + hidden * sum(within[:-1]) + (iterations - 1) * within[-1]
    # Two states, two directions, an error of prediction and an update of each.
    learning = 2 * 2 * 2 * inner + 2 * sum(within)
    return 2 * pairs(sizes)[0] + settling + learning


def equilibrium_propagation(rule: Any, sizes: tuple[int, ...]) -> int:
    """Multiplications for each trial: up and down in each iteration, then both states."""
    iterations = rule.free_steps + rule.nudged_steps
    return 2 * pairs(sizes)[0] + (2 * iterations + 2) * sum(pairs(sizes)[1:])


def similarity_matching(rule: Any, sizes: tuple[int, ...]) -> int:
    """Multiplications for each trial: those of equilibrium propagation, and within layers.

    Nothing comes from within in the very first iteration, and one product is for learning.
    """
    within = sum(n * n for n in sizes[1:-1])
    iterations = rule.free_steps + rule.nudged_steps
    return equilibrium_propagation(rule, sizes) + iterations * within


def predictive_coding(rule: Any, sizes: tuple[int, ...]) -> int:
    """Multiplications for each trial: forward, settling with the output held, learning."""
    return 2 * sum(pairs(sizes)) + _settling(rule.settle_steps, sizes, top=len(sizes) - 3)


def predictive_coding_nudge(rule: Any, sizes: tuple[int, ...]) -> int:
    """Multiplications for each trial: forward, settling with a free output, learning."""
    return 2 * sum(pairs(sizes)) + _settling(rule.settle_steps, sizes, top=len(sizes) - 2)


def backprop(rule: Any, sizes: tuple[int, ...]) -> int:
    """Multiplications for each trial: rates up, errors down but to the stimulus, updates."""
    return 3 * sum(pairs(sizes)) - pairs(sizes)[0]


PRODUCTS: dict[str, Callable[[Any, tuple[int, ...]], int]] = {
    "corinfomax": corinfomax,
    "equilibrium_propagation": equilibrium_propagation,
    "similarity_matching": similarity_matching,
    "predictive_coding": predictive_coding,
    "predictive_coding_nudge": predictive_coding_nudge,
    "feedback_alignment": backprop,
    "backprop": backprop,
}


def _refreshed(steps: int, every: int, *, silent: bool) -> int:
    """Iterations of a phase in which what comes from within is computed."""
    due = {step for step in range(steps) if step % every == 0}
    if silent:
        due = (due - {0}) | ({1} if steps > 1 else set())
    return len(due)


def _settling(steps: int, sizes: tuple[int, ...], top: int) -> int:
    """Each step takes errors down and predictions up between all layers that have moved.

    An error needs a step for each layer on its way down from the `top` that moves.
    """
    inner = pairs(sizes)[1:]
    reached = [max(top - step, 0) for step in range(steps)]
    return sum(2 * sum(inner[lowest:]) for lowest in reached)

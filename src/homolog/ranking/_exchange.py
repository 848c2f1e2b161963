"""Whether a difference of scores is more than that of responses exchanged at random."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.measures._measure import Measure
from homolog.representation import Representation
from homolog.statistics import Floats, Progress

LEAST_FOR_EXCHANGE = 6
"""With fewer independent stimuli no pattern of exchanges is rarer than 1 in 20."""


def refuse_unlike(first: Representation, second: Representation) -> None:
    """HM078 unless both are the same neurons, as far as numbers and labels tell."""
    same = first.n_neurons == second.n_neurons
    labelled = first.neurons is not None and second.neurons is not None
    if not same or (labelled and first.neurons != second.neurons):
        raise errors.not_exchangeable(
            first.called, first.n_neurons, second.called, second.n_neurons
        )


def exchange_p(
    measure: Measure,
    x: Floats,
    first: Floats,
    second: Floats,
    group: NDArray[np.int64],
    *,
    permutations: int,
    rng: np.random.Generator,
    progress: Progress,
) -> float:
    """Two-sided p of the difference of two scores, by exchanging responses stimulus by stimulus.

    Parameters
    ----------
    measure
        What to score with.
    x
        (stimulus, neuron) reference; with trials for a measure that sees them.
    first, second
        The same of two candidates of the same neurons, column for column.
    group
        (stimulus,) number of the group with which each stimulus is exchanged.
    permutations
        How many patterns of exchanges to draw; all there are, where they are no more.
    rng
        Draws them.
    progress
        Told of every one.

    Returns
    -------
    p
        Share of patterns, that of no exchange among them, at least as far from 0. It is
        right under the null that at every stimulus each response could as well have been
        the other candidate's. That two populations score alike is a weaker claim.
    """
    reference = measure.summary(x)

    def difference(swapped: NDArray[np.bool_]) -> float:
        rows = swapped[group].reshape(-1, *[1] * (first.ndim - 1))
        a, b = np.where(rows, second, first), np.where(rows, first, second)
        scores = [measure.score(reference, measure.summary(one)) for one in (a, b)]
        return abs(float(scores[0]) - float(scores[1]))

    n_groups = int(group.max()) + 1
    observed = difference(np.zeros(n_groups, dtype=bool))
    rounding = 1e-12 * max(observed, 1.0)
    patterns, total = _patterns(n_groups, permutations, rng)
    further = 1
    for done, swapped in enumerate(patterns, start=1):
        further += difference(swapped) >= observed - rounding
        progress(f"{measure.name}: exchanges", done, total)
    return further / (total + 1)


def _patterns(
    n_groups: int, permutations: int, rng: np.random.Generator
) -> tuple[Iterator[NDArray[np.bool_]], int]:
    """All patterns of exchanges but none, or so many at random.

    The last group stays: to exchange all the others instead only turns the sign.
    """
    n_all = 2 ** (n_groups - 1) - 1
    if n_all <= permutations:
        every = product((False, True), repeat=n_groups - 1)
        next(every)
        return (np.array((*one, False)) for one in every), n_all
    return (rng.random(n_groups) < 0.5 for _ in range(permutations)), permutations

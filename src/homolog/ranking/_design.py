"""What all measures of a ranking have in common: who is compared, and which test is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog.ranking._exchange import LEAST_FOR_EXCHANGE, refuse_unlike
from homolog.ranking._joined import Joined
from homolog.ranking._ranking import Test
from homolog.statistics import Progress

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Design:
    """What all measures have in common.

    Attributes
    ----------
    both
        The populations.
    pairs
        Names of the candidates that are compared.
    block
        (stimulus,) with which block each is left out; None where there are too few.
    group
        (stimulus,) number of the group that stands alone.
    exchange
        Whether responses are exchanged.
    permutations, splits, seed
        Exchanges at most, splits of the trials, and the seed of both.
    progress
        Told of every step.
    """

    both: Joined
    pairs: Pairs
    block: NDArray[np.int64] | None
    group: NDArray[np.int64]
    exchange: bool
    permutations: int
    splits: int
    seed: int
    progress: Progress

    @property
    def n_independent(self) -> int:
        """How many stimuli, or groups of them, stand alone."""
        return int(self.group.max()) + 1

    @property
    def test(self) -> Test | None:
        """How differences are tested."""
        if self.exchange:
            return "exchange"
        return None if self.block is None else "jackknife"


def designed(
    both: Joined,
    pairs: Pairs,
    exchange: bool,
    permutations: int,
    splits: int,
    seed: int,
    progress: Progress,
) -> Design:
    """Which stimuli stand alone, and which test that allows."""
    if exchange:
        for first, second in pairs:
            refuse_unlike(both.candidates[first], both.candidates[second])
    n_stimuli = both.reference.n_stimuli
    group = np.unique(np.asarray(both.groups or range(n_stimuli)), return_inverse=True)[1]
    n_independent = int(group.max()) + 1
    few = n_independent < statistics.LEAST_STIMULI
    return Design(
        both=both,
        pairs=pairs,
        block=None if few else statistics.blocks(n_stimuli, both.groups, seed),
        group=group,
        exchange=exchange and n_independent >= LEAST_FOR_EXCHANGE,
        permutations=permutations,
        splits=splits,
        seed=seed,
        progress=progress,
    )


def pairs_asked(pairs: Any, names: list[str]) -> list[tuple[str, str]]:
    """The pairs of names to compare, each once."""
    if pairs is None:
        return list(combinations(names, 2))
    allowed = "pairs of different candidates, each pair once"
    if isinstance(pairs, str) or any(isinstance(one, str) or len(one) != 2 for one in pairs):
        raise errors.bad_value("pairs", pairs, allowed)
    asked = [(str(first), str(second)) for first, second in pairs]
    for name in (one for ends in asked for one in ends):
        if name not in names:
            raise errors.unknown_name("candidate", name, names, "Pairs are of candidates' names.")
    if len({frozenset(ends) for ends in asked if ends[0] != ends[1]}) < len(asked):
        raise errors.bad_value("pairs", asked, allowed)
    return asked

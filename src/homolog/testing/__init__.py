"""Does a measure keep what it promises? The checks every measure here passes, for yours too.

>>> import homolog
>>> homolog.testing.check_measure(homolog.measures.find("cka"))
"""

from collections.abc import Callable

import numpy as np

from homolog.measures._measure import Measure
from homolog.testing._contract import check_contract
from homolog.testing._gradients import check_gradients
from homolog.testing._halves import (
    check_all_pairs,
    check_chance,
    check_halves,
    check_order_of_stimuli,
)
from homolog.testing._inputs import check_array_kinds, check_inputs_untouched, check_number_types
from homolog.testing._invariances import check_invariances
from homolog.testing._refusals import check_refusals
from homolog.testing._scores import (
    check_metric,
    check_range,
    check_repeatable,
    check_self_score,
    check_symmetry,
)

__all__ = ["CHECKS", "check_measure"]

CHECKS: tuple[Callable[[Measure, np.random.Generator], None], ...] = (
    check_contract,
    check_refusals,
    check_repeatable,
    check_self_score,
    check_range,
    check_symmetry,
    check_metric,
    check_invariances,
    check_order_of_stimuli,
    check_halves,
    check_all_pairs,
    check_chance,
    check_number_types,
    check_inputs_untouched,
    check_array_kinds,
    check_gradients,
)
"""Every check on its own, for tests that want one result for each."""


def check_measure(m: Measure, *, rng: int | np.random.Generator = 0) -> None:
    """Hold a measure to everything it declares; silent if it keeps it all.

    Checked are its declarations in both directions (what it declares invariant stays,
    what it does not changes), its range and self-score, symmetry, the triangle
    inequality, refusals of unfit input, number types and memory layouts, equality
    between array libraries, gradients, and that its cached halves may be reordered, as
    the permutation null does.

    Parameters
    ----------
    m
        The measure; populations of about 10 to 60 stimuli and 3 to 14 neurons are made
        for it.
    rng
        Seed of these populations.

    Raises
    ------
    AssertionError
        With one sentence that names the broken promise and the numbers seen.

    Warns
    -----
    UserWarning
        If `m` declares gradients and neither torch nor JAX is installed to check them.

    Notes
    -----
    Other array libraries are checked where they are installed: torch, array-api-strict
    and JAX. It takes seconds, most of them for JAX to compile.
    """
    for check, child in zip(CHECKS, np.random.default_rng(rng).spawn(len(CHECKS)), strict=True):
        check(m, child)

"""Do a measure and a learning rule keep what they promise? The checks all pass here, for yours too.

>>> import homolog
>>> homolog.testing.check_measure(homolog.measures.find("cka"))
>>> homolog.testing.check_rule("backprop")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from homolog.measures._measure import Measure
from homolog.testing._contract import check_contract
from homolog.testing._gradients import check_gradients
from homolog.testing._halves import (
    check_all_pairs,
    check_chance,
    check_halves,
    check_many_orders,
    check_order_of_repeats,
    check_order_of_stimuli,
)
from homolog.testing._inputs import check_array_kinds, check_inputs_untouched, check_number_types
from homolog.testing._invariances import check_invariances, check_products
from homolog.testing._refusals import check_refusals
from homolog.testing._rule_contract import (
    check_declared,
    check_observed,
    check_responses_of_rule,
    check_wiring,
)
from homolog.testing._rule_keeping import check_saved, check_untouched
from homolog.testing._rule_learning import (
    check_learns,
    check_order_of_trials,
    check_repeatable_learning,
    check_replicas,
    check_step_counts,
)
from homolog.testing._rule_refusals import (
    check_unfit_steps,
    check_unfit_trials,
    check_unfit_wiring,
)
from homolog.testing._scores import (
    check_metric,
    check_range,
    check_repeatable,
    check_self_score,
    check_symmetry,
)

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule

__all__ = ["CHECKS", "CHECKS_OF_RULES", "check_measure", "check_rule"]

CHECKS: tuple[Callable[[Measure, np.random.Generator], None], ...] = (
    check_contract,
    check_refusals,
    check_repeatable,
    check_self_score,
    check_range,
    check_symmetry,
    check_metric,
    check_invariances,
    check_products,
    check_order_of_stimuli,
    check_halves,
    check_all_pairs,
    check_many_orders,
    check_chance,
    check_number_types,
    check_inputs_untouched,
    check_array_kinds,
    check_gradients,
    check_order_of_repeats,
)
"""Every check on its own, for tests that want one result for each."""

CHECKS_OF_RULES: tuple[Callable[[LearningRule, np.random.Generator], None], ...] = (
    check_declared,
    check_wiring,
    check_responses_of_rule,
    check_observed,
    check_untouched,
    check_step_counts,
    check_order_of_trials,
    check_repeatable_learning,
    check_replicas,
    check_saved,
    check_unfit_trials,
    check_unfit_wiring,
    check_unfit_steps,
    check_learns,
)
"""The same for learning rules."""


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
        for it, with 5 trials or 12 times if it sees these.
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


def check_rule(
    rule: LearningRule | type[LearningRule] | str, *, rng: int | np.random.Generator = 0
) -> None:
    """Hold a learning rule to what all of them promise; silent if it keeps it all.

    Checked are that it learns to tell clusters apart, with all its layers; that it writes into
    nothing that it is given; that the same rng gives the same weights, bit for bit; that a
    replica is the same alone as among others; that a network comes back from its file as it
    was and goes on as if it had never left; and that it refuses trials that do not fit, NaN,
    labels out of range, and steps with which settling cannot converge.

    Parameters
    ----------
    rule
        The rule with its settings, or its class or name for the default ones.
    rng
        Seed of the clusters.

    Raises
    ------
    AssertionError
        With one sentence that names the broken promise and the numbers seen.
    HomologError
        HM023 for a name that no rule has.

    Warns
    -----
    UserWarning
        If its networks cannot be loaded, for it is not in `homolog.rules`.

    Notes
    -----
    It learns in layers of 60 neurons, as many as it has settings for. It takes seconds, and
    longer where rates of learning are low. What it computes is for its own tests to check:
    networks learn clusters by many a wrong formula.
    """
    rule = _instance(rule)
    streams = np.random.default_rng(rng).spawn(len(CHECKS_OF_RULES))
    for check, child in zip(CHECKS_OF_RULES, streams, strict=True):
        check(rule, child)


def _instance(rule: LearningRule | type[LearningRule] | str) -> LearningRule:
    """The rule with its default settings, where they are not given."""
    if isinstance(rule, str):
        from homolog import rules

        return rules.find(rule)()
    return rule() if isinstance(rule, type) else rule

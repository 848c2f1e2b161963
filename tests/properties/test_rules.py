"""Every learning rule, in every published setting and in others, keeps what all rules promise."""

from collections.abc import Callable

import numpy as np
import pytest

from homolog import rules, testing
from homolog.errors import HomologError
from homolog.rules._rule import LearningRule
from homolog.testing import CHECKS_OF_RULES
from properties.rule_variants import DEFAULTS, RULES

QUICK = [check for check in CHECKS_OF_RULES if check.__name__ != "check_learns"]
LOW_RATES = {f"corinfomax, cifar10 {row}" for row in ("box", "sparse", "box, three layers")}
"""Published for 3072 inputs: with 40 they take thousands of steps."""


def called(check: Callable[..., None]) -> str:
    return check.__name__


@pytest.mark.parametrize("check", QUICK, ids=called)
@pytest.mark.parametrize("name", RULES)
def test_promise_is_kept(
    name: str, check: Callable[[LearningRule, np.random.Generator], None], rng: np.random.Generator
) -> None:
    check(RULES[name], rng)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in LOW_RATES else n for n in RULES]
)
def test_it_learns(name: str, rng: np.random.Generator) -> None:
    (check,) = set(CHECKS_OF_RULES) - set(QUICK)
    check(RULES[name], rng)


def test_every_rule_is_among_them() -> None:
    assert set(DEFAULTS) == set(rules.names())


@pytest.mark.parametrize("given", ["backprop", rules.find("backprop"), rules.find("backprop")()])
def test_a_rule_may_be_named_or_given_as_class_or_with_its_settings(
    given: object, recwarn: pytest.WarningsRecorder
) -> None:
    testing.check_rule(given, rng=3)
    assert not recwarn.list


def test_a_name_that_no_rule_has_is_refused() -> None:
    with pytest.raises(HomologError, match=r"^HM023 no rule 'bakprop'\. Closest: 'backprop'"):
        testing.check_rule("bakprop")


def test_the_slow_ones_are_among_them() -> None:
    assert set(RULES) >= LOW_RATES

"""Matchings are optimal: by their own proof, and by three solvers that know nothing of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from homolog.matching import assignment, partial, transport
from properties.instances import KINDS, about, batch, instances
from properties.proof import (
    AGREEMENT,
    ROUNDING,
    by_assignment,
    by_linear_programme,
    by_pot,
    check_certificate,
    check_pairs,
    check_plan,
    feasible_plans,
    in_unit,
    scale_of,
    shares,
)

N_SOFT, N_ONE_TO_ONE, N_PARTIAL = 50, 30, 10  # instances of each kind
FRACTIONS = [1e-6, 0.05, 0.25, 1 / 3, 0.5, 0.8, 0.999]


def check_soft(costs: NDArray) -> None:
    """Everything that `transport` promises about its answer to one problem."""
    before = costs.copy()
    found = transport(costs)
    np.testing.assert_array_equal(costs, before)  # what came in is left alone
    check_plan(costs, found)
    check_certificate(costs, found)
    assert found.complete
    reached = found.objective / scale_of(costs)
    assert abs(reached - by_pot(costs)) <= AGREEMENT
    if costs.shape[0] == costs.shape[1]:
        assert abs(reached - by_assignment(costs)) <= AGREEMENT
    if costs.size <= 60:
        assert abs(reached - by_linear_programme(costs)) <= AGREEMENT


@pytest.mark.parametrize("kind", KINDS)
def test_a_soft_matching_is_the_optimum_and_proves_it(kind):
    for instance in batch(kind, N_SOFT):
        with about(instance):
            check_soft(instance.costs())


@given(instances())
def test_a_soft_matching_is_the_optimum_of_any_instance(instance):
    check_soft(instance.costs())


@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7)).flatmap(
        lambda size: arrays(np.float64, size, elements=st.integers(-3, 3).map(float))
    )
)
def test_a_soft_matching_is_the_optimum_of_few_small_numbers(costs):
    check_soft(costs)


@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7)).flatmap(
        lambda size: arrays(np.float64, size, elements=st.floats(-1e300, 1e300))
    )
)
def test_a_soft_matching_is_the_optimum_of_any_numbers(costs):
    check_soft(costs)


@pytest.mark.parametrize("kind", KINDS)
def test_no_plan_costs_less_than_the_bound(kind, rng):
    for instance in batch(kind, 25):
        with about(instance):
            costs = instance.costs()
            bound = transport(costs).bound / scale_of(costs)
            for plan in feasible_plans(costs, rng):
                np.testing.assert_allclose(plan.sum(axis=1), 1 / len(costs), atol=ROUNDING)
                np.testing.assert_allclose(plan.sum(axis=0), 1 / len(costs.T), atol=ROUNDING)
                assert bound <= np.sum(plan * in_unit(costs)) + ROUNDING


@pytest.mark.parametrize("kind", KINDS)
def test_an_assignment_is_the_best_of_all_one_to_one_matchings(kind):
    for instance in batch(kind, N_ONE_TO_ONE):
        with about(instance):
            costs = instance.costs()
            before = costs.copy()
            found = assignment(costs)
            np.testing.assert_array_equal(costs, before)
            check_pairs(costs, found)
            n_pairs = min(costs.shape)
            assert len(found.rows) == n_pairs
            assert len(set(found.rows)) == len(set(found.columns)) == n_pairs
            assert np.ptp(found.mass) == 0
            check_certificate(
                costs, found, of_x=n_pairs / costs.shape[0], of_y=n_pairs / costs.shape[1]
            )
            assert found.complete
            assert abs(found.objective / scale_of(costs) - by_assignment(costs)) <= AGREEMENT


@pytest.mark.parametrize("fraction", FRACTIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_partial_matching_is_the_best_match_of_a_fraction(kind, fraction):
    for instance in batch(kind, N_PARTIAL, largest=40 if fraction == 0.5 else 9):
        with about(instance):
            costs = instance.costs()
            before = costs.copy()
            found = partial(costs, fraction)
            np.testing.assert_array_equal(costs, before)
            check_pairs(costs, found)
            for share in shares(found):
                assert share.max() <= 1 / (fraction * len(share)) + ROUNDING
            check_certificate(costs, found, of_x=fraction, of_y=fraction)
            assert found.complete
            if costs.size <= 81:
                best = by_linear_programme(costs, fraction)
                assert abs(found.objective / scale_of(costs) - best) <= AGREEMENT
                assert found.bound / scale_of(costs) <= best + AGREEMENT


@pytest.mark.parametrize("kind", KINDS)
def test_a_partial_matching_of_everybody_is_the_soft_matching(kind):
    for instance in batch(kind, 5):
        with about(instance):
            costs = instance.costs()
            found = partial(costs, 1)
            check_plan(costs, found)
            assert found.objective == transport(costs).objective


def test_less_than_all_costs_no_more_a_pair(rng):
    costs = rng.normal(size=(23, 31))
    cheapest = [partial(costs, fraction).objective for fraction in (0.1, 0.4, 0.7, 1)]
    assert cheapest == sorted(cheapest)
    assert cheapest[0] < cheapest[-1]

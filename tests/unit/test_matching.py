"""Matchings of neurons: small cases worked out by hand, matching of responses, refusals."""

import re
from itertools import permutations

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.matching import Matching, assignment, cross_costs, match, partial, transport
from properties.proof import check_certificate, check_plan, dense

SOLVERS = [transport, assignment, lambda costs: partial(costs, 0.5)]
each_solver = pytest.mark.parametrize("solve", SOLVERS, ids=["transport", "assignment", "partial"])


def test_three_neurons_share_two_partners():
    found = transport(np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.0]]))
    # The first two have a partner for free, and the third takes the half of each that is left.
    expected = np.array([[2, 0], [0, 2], [1, 1]]) / 6
    np.testing.assert_allclose(dense(found), expected, rtol=0, atol=1e-15)
    assert found.objective == pytest.approx(0.5 / 6, abs=1e-15)
    assert found.gap == pytest.approx(0, abs=1e-15)
    assert found.shape == (3, 2)
    assert found.complete


def test_a_single_neuron_is_matched_with_everybody(rng):
    costs = rng.normal(size=(1, 6))
    for found in (transport(costs), transport(costs.T).transposed()):
        np.testing.assert_allclose(dense(found), np.full((1, 6), 1 / 6), rtol=0, atol=1e-15)
        assert found.objective == pytest.approx(costs.mean(), abs=1e-15)


def test_one_to_one_leaves_the_surplus_single():
    found = assignment(np.array([[0.0, 1.0, 3.0], [0.0, 5.0, 2.0]]))
    # Both want the first partner; it is cheaper for the first neuron to take the second best.
    assert dict(zip(found.rows.tolist(), found.columns.tolist(), strict=True)) == {0: 1, 1: 0}
    assert found.mass.tolist() == [0.5, 0.5]
    assert found.objective == 0.5


@pytest.mark.parametrize("size", [(6, 4), (4, 6), (5, 5), (1, 4), (4, 1)])
def test_one_to_one_is_the_best_of_all_possible(size, rng):
    costs = rng.normal(size=size)
    wide = costs if size[0] <= size[1] else costs.T
    best = min(
        np.mean([wide[i, j] for i, j in enumerate(chosen)])
        for chosen in permutations(range(wide.shape[1]), wide.shape[0])
    )
    assert assignment(costs).objective == pytest.approx(best, abs=1e-15)


def test_a_fraction_leaves_the_dearest_unmatched():
    costs = np.array([[0.0, 1.0], [1.0, 5.0]])
    assert partial(costs, 0.5).objective == 0  # the first two, alone
    # A quarter of each of the three cheap pairs: of their sum, two thirds cost 1.
    assert partial(costs, 0.75).objective == pytest.approx(2 / 3, abs=1e-15)
    assert partial(costs, 1).objective == pytest.approx(1, abs=1e-15)


def test_a_small_fraction_is_the_cheapest_pair_alone(rng):
    costs = rng.normal(size=(7, 5))
    for fraction in (1e-6, 0.01, np.float32(0.1)):
        found = partial(costs, fraction)
        assert costs[found.rows, found.columns] == pytest.approx([costs.min()])
        assert found.mass == pytest.approx([1])
        assert found.objective == costs.min()
        assert abs(found.gap) <= 1e-14


@each_solver
def test_equal_costs_are_matched_all_the_same(solve):
    assert solve(np.zeros((3, 5))).objective == 0
    assert solve(np.full((3, 5), -2.0)).objective == pytest.approx(-2, abs=1e-15)


@each_solver
@pytest.mark.parametrize("unit", [1e-300, 1e-12, 1e12, 1e300])
def test_the_plan_does_not_depend_on_the_unit_of_the_costs(solve, unit, rng):
    costs = rng.normal(size=(5, 7))
    plan = dense(solve(costs))
    np.testing.assert_allclose(dense(solve(costs * unit)), plan, rtol=0, atol=1e-12)


@each_solver
def test_whole_numbers_are_costs_too(solve, rng):
    costs = rng.integers(-9, 9, size=(6, 4))
    for smaller in (np.int8, np.int64, np.float16, np.float32):
        assert solve(costs.astype(smaller)).objective == solve(costs.astype(float)).objective


def test_a_matching_is_the_transport_of_minus_the_correlations(rng):
    x, y = rng.normal(size=(20, 7)), rng.normal(size=(20, 5))
    costs = -np.corrcoef(x, y, rowvar=False)[:7, 7:]
    found = match(x, y)
    check_plan(costs, found)
    check_certificate(costs, found)
    scaled = match(x * rng.uniform(0.5, 3, size=7) + 10, y)
    assert scaled.objective == pytest.approx(found.objective, abs=1e-13)


def test_a_matching_of_responses_as_they_are_keeps_their_sizes(rng):
    x, y = rng.normal(size=(20, 7)), rng.normal(size=(20, 5))
    costs = -(x - x.mean(axis=0)).T @ (y - y.mean(axis=0))
    found = match(x + 10, y, normalise=False)
    check_plan(costs, found)
    check_certificate(costs, found)


def test_match_finds_the_partner_each_neuron_was_made_from(rng):
    x = rng.normal(size=(30, 6))
    order = rng.permutation(6)
    y = 3 * x[:, order] + 5 + 0.1 * rng.normal(size=(30, 6))
    found = match(x, y)
    assert dict(zip(found.rows.tolist(), found.columns.tolist(), strict=True)) == {
        int(neuron): place for place, neuron in enumerate(order)
    }
    assert -1 < found.objective < -0.98


def test_match_is_soft_where_the_numbers_differ(rng):
    x = rng.normal(size=(30, 6))
    found = match(x, np.c_[x, x[:, ::-1]])  # each has two partners of its own tuning
    assert found.objective == pytest.approx(-1, abs=1e-14)
    np.testing.assert_array_equal(
        found.columns % 6, np.where(found.columns < 6, found.rows, 5 - found.rows)
    )


def test_match_refuses_a_neuron_without_tuning(rng):
    x = rng.normal(size=(8, 3))
    flat = x.copy()
    flat[:, 1] = 4.0
    with pytest.raises(
        HomologError, match=r"HM006 Y: 1 unit is constant on all 8 stimuli \(1 of 3"
    ):
        match(x, flat)
    with pytest.raises(
        HomologError, match=r"HM006 X: 1 unit is constant on all 8 stimuli \(1 of 3"
    ):
        match(flat, x)


@pytest.mark.parametrize(
    ("option", "given", "allowed"),
    [
        ("approximate", "yes", "a gap of 0 or more in units of cost, or None"),
        ("approximate", True, "a gap of 0 or more in units of cost, or None"),
        ("normalise", "yes", "True or False"),
        ("normalise", 1, "True or False"),
    ],
)
def test_options_of_matching_responses_are_checked_too(option, given, allowed, rng):
    x = rng.normal(size=(8, 3))
    says = re.escape(f"HM025 {option} is {given!r}; allowed: {allowed}.")
    with pytest.raises(HomologError, match=says):
        match(x, x, **{option: given})


def test_transposed_exchanges_the_populations(rng):
    costs = rng.normal(size=(6, 4))
    found = transport(costs)
    other = found.transposed()
    assert isinstance(other, Matching)
    assert other.shape == (4, 6)
    check_plan(costs.T, other)
    check_certificate(costs.T, other)


@each_solver
@pytest.mark.parametrize(
    "costs",
    [np.zeros((0, 3)), np.zeros((3, 0)), np.zeros(3), np.zeros((2, 2, 2)), np.array(1.0)],
    ids=lambda costs: f"{costs.shape}",
)
def test_costs_that_are_no_matrix_are_refused(solve, costs):
    says = f"HM025 costs is {costs.shape}; allowed: a non-empty matrix of finite numbers."
    with pytest.raises(HomologError, match=re.escape(says)):
        solve(costs)


@each_solver
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [(5, 7), (7, 5), (6, 6), (2, 40), (40, 2), (1200, 1000)])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_first_cost_that_is_no_number_is_named_by_its_place(solve, size, bad, rng):
    costs = rng.normal(size=size)
    costs[-1, 0] = costs[-1, 1] = bad
    says = (
        f"HM025 costs[{size[0] - 1}, 0] is {bad}; allowed: finite numbers; a pair that must not"
        " be matched can have a large one."
    )
    for laid_out in (costs, np.asfortranarray(costs)):
        with pytest.raises(HomologError, match=re.escape(says)):
            solve(laid_out)


def test_masked_costs_are_not_taken_for_costs():
    masked = np.ma.masked_greater([[1.0, 2.0], [3.0, 4.0]], 3.5)
    with pytest.raises(HomologError, match=r"HM025 costs\[1, 1\] is nan; allowed: finite numbers"):
        transport(masked)
    assert transport(np.ma.masked_greater([[1.0, 2.0], [3.0, 4.0]], 9)).objective == 2.5


@each_solver
def test_ragged_costs_are_refused(solve):
    with pytest.raises(HomologError, match="HM025 costs is 'rows of unequal length'; allowed: an "):
        solve([[1.0, 2.0], [3.0]])


def test_costs_of_another_library_are_costs(rng):
    torch = pytest.importorskip("torch")
    costs = rng.normal(size=(4, 6))
    found = transport(torch.tensor(costs, requires_grad=True))
    assert found.objective == transport(costs).objective


@pytest.mark.parametrize(
    ("option", "allowed"),
    [
        ("tolerance", "a number above 0."),
        ("approximate", "a gap of 0 or more in units of cost, or None."),
        ("most_work", "a number above 0."),
    ],
)
@pytest.mark.parametrize("given", ["a", True, np.True_, -1.0, np.nan, np.zeros(3), [1.0], 1j])
def test_options_that_are_no_such_number_are_refused(option, allowed, given):
    shown = given.shape if isinstance(given, np.ndarray) else given
    shown = bool(given) if isinstance(given, np.bool_) else shown
    says = re.escape(f"HM025 {option} is {shown!r}; allowed: {allowed}")
    with pytest.raises(HomologError, match=says):
        transport(np.eye(3), **{option: given})


@pytest.mark.parametrize("solve", [transport, assignment, lambda c, **o: partial(c, 0.5, **o)])
@pytest.mark.parametrize("tolerance", [0, -1, np.inf, None])
def test_no_tolerance_at_all_is_refused(solve, tolerance):
    with pytest.raises(HomologError, match=f"HM025 tolerance is {tolerance}; allowed: a number ab"):
        solve(np.ones((3, 4)), tolerance=tolerance)


def test_numbers_of_any_kind_are_options(rng):
    costs = rng.normal(size=(6, 4))
    for kind in (np.float32, np.array, lambda number: number):
        found = transport(costs, tolerance=kind(1e-9), approximate=kind(0), most_work=kind(1000))
        assert found.complete


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("a", "HM025 start is 'str32'; allowed: real numbers."),
        (np.zeros(3), "HM025 start is (3,); allowed: 4 prices, one for each column."),
        ([0, 0, np.nan, 0], "HM025 start[2] is nan; allowed: finite prices."),
        ([[0], [0, 1]], "HM025 start is 'rows of unequal length'; allowed: an array of numbers."),
    ],
)
def test_prices_that_are_none_are_refused(start, says):
    with pytest.raises(HomologError, match=re.escape(says)):
        transport(np.ones((3, 4)), start=start)


@each_solver
@pytest.mark.parametrize("costs", [np.eye(2) * 1j, np.full((2, 2), "a"), np.full((2, 2), None)])
def test_costs_that_are_no_real_numbers_are_refused(solve, costs):
    with pytest.raises(HomologError, match=r"HM025 costs is '\w+'; allowed: real numbers"):
        solve(costs)


@each_solver
@pytest.mark.parametrize("largest", [1e306, 1e307, 1e308])
def test_costs_that_leave_no_room_for_sums_are_matched_or_refused(solve, largest, rng):
    costs = largest * rng.uniform(-1, 1, size=(40, 29))
    try:
        found = solve(costs)
    except HomologError:
        return
    assert np.isfinite([found.objective, found.bound]).all()
    assert found.gap <= 1e-12 * largest


@pytest.mark.parametrize(
    "fraction", [0, 1e-7, -0.5, 1.5, np.nan, "a", None, True, np.zeros((3, 2))]
)
def test_a_fraction_that_is_none_is_refused(fraction):
    shown = fraction.shape if isinstance(fraction, np.ndarray) else fraction
    says = re.escape(f"HM025 fraction is {shown!r}; allowed: a number from a millionth to 1")
    with pytest.raises(HomologError, match=says):
        partial(np.eye(3), fraction)


def test_a_cost_matrix_larger_than_memory_is_refused_before_it_is_made():
    wide = np.broadcast_to(np.arange(4.0)[:, None], (4, 10**7))
    says = re.escape("(3 × 10,000,000 × 10,000,000 costs, float64)")
    with pytest.raises(HomologError, match=f"HM009 matching needs ≈2,400,000 GB {says}"):
        cross_costs(wide, wide)

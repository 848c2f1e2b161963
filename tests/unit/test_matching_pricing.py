"""Pricing: the exact minimum of every row, most of them without reading it, and a true bound."""

from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from homolog.matching._held import held
from homolog.matching._pricing import cheapest_listed, on_offer
from homolog.matching._solver import Problem, priced
from properties.proof import feasible_plans

SIZES = [(1, 1), (40, 3), (30, 17), (20, 100), (25, 129), (12, 700)]


def price_sequences(rng: np.random.Generator, n: int, scale: float) -> dict[str, NDArray]:
    steps = scale * rng.normal(size=(12, n))
    return {
        "rising": np.cumsum(np.abs(steps), axis=0),
        "falling": -np.cumsum(np.abs(steps), axis=0),
        "to and fro": np.cumsum(steps, axis=0),
        "all alike": np.repeat(steps[:, :1], n, axis=1),
        "one at a time": np.cumsum(steps * (np.arange(12)[:, None] == np.arange(n)), axis=0),
        "unrelated": 10 * steps,
    }


@pytest.mark.parametrize("scale", [1e-3, 0.3])
@pytest.mark.parametrize("typed", [np.float64, np.float32])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_minimum_of_every_row_is_exact_however_prices_move(size, typed, scale, rng):
    costs = rng.normal(size=size).astype(typed)
    for name, sequence in price_sequences(rng, size[1], scale).items():
        problem = held(costs, np.zeros(size[1]))
        for prices in sequence:
            cheapest, n_read = priced(problem, prices)
            np.testing.assert_array_equal(cheapest, (costs + prices).min(axis=1), err_msg=name)
            assert 0 <= n_read <= size[0]
            np.testing.assert_array_equal(problem.prices, prices)


@given(st.data())
def test_the_minimum_of_every_row_of_few_small_numbers(data):
    n = data.draw(st.integers(1, 30))
    small = st.integers(-2, 2).map(float)
    costs = data.draw(arrays(np.float64, (2, n), elements=small))
    problem = held(costs, data.draw(arrays(np.float64, n, elements=small)))
    for prices in data.draw(st.lists(arrays(np.float64, n, elements=small), max_size=5)):
        cheapest, _ = priced(problem, prices)
        np.testing.assert_array_equal(cheapest, (costs + prices).min(axis=1))


def unreadable(problem: Problem) -> None:
    """From here on, whoever reads the matrix finds nothing in it."""
    problem.matrix[:] = np.nan


def test_where_the_lists_decide_nothing_is_read(rng):
    costs = rng.normal(size=(50, 400))
    lowest = costs.min(axis=1)
    problem = held(costs, np.zeros(400))
    unreadable(problem)
    cheapest, n_read = priced(problem, np.zeros(400))
    assert n_read == 0
    np.testing.assert_array_equal(cheapest, lowest)


def test_rising_prices_leave_the_bounds_as_they_are(rng):
    """Beyond the list nothing has become cheaper, so small rises need no reading."""
    costs = rng.normal(size=(50, 400))
    rises = 0.05 * rng.random(400)
    expected = (costs + rises).min(axis=1)
    problem = held(costs, np.zeros(400))
    before = problem.lists.beyond.copy()
    unreadable(problem)
    cheapest, n_read = priced(problem, rises)
    assert n_read == 0
    np.testing.assert_array_equal(problem.lists.beyond, before)
    np.testing.assert_array_equal(cheapest, expected)


def test_bounds_fall_as_far_as_the_price_that_fell_most(rng):
    problem = held(rng.normal(size=(50, 400)), np.zeros(400))
    before = problem.lists.beyond.copy()
    prices = np.r_[-0.01, np.linspace(-0.005, 1, 399)]
    assert priced(problem, prices)[1] == 0
    np.testing.assert_array_equal(problem.lists.beyond, before - 0.01)


def test_only_the_rows_that_their_list_leaves_undecided_are_read(rng):
    costs = rng.normal(size=(50, 400))
    problem = held(costs, np.zeros(400))
    lists = problem.lists
    prices = np.zeros(400)
    prices[lists.columns[7, :16]] = 100.0  # all that row 7 knows of is dear now
    listed = cheapest_listed(lists, prices)
    undecided = np.flatnonzero(listed > lists.beyond)
    assert 7 in undecided
    assert len(undecided) < 25
    decided = np.setdiff1d(np.arange(50), undecided)
    expected = (costs + prices).min(axis=1)
    problem.matrix[decided] = np.nan
    cheapest, n_read = priced(problem, prices)
    assert n_read == len(undecided)
    np.testing.assert_array_equal(cheapest, expected)


def test_a_row_that_was_read_in_vain_is_not_read_again(rng):
    """Its list was right after all; what it was compared with is its bound now."""
    costs = rng.random(size=(1, 400))
    costs[0, :2] = -10.0, 5.0
    problem = held(costs, np.zeros(400))
    prices = np.zeros(400)
    prices[1] = -12.0  # a column that is dear all the same takes the bound below the cheapest
    assert priced(problem, prices)[1] == 1
    assert problem.lists.beyond[0] == -10.0
    unreadable(problem)
    cheapest, n_read = priced(problem, prices)
    assert (cheapest.tolist(), n_read) == ([-10.0], 0)


def test_a_bargain_that_was_found_is_on_offer(rng):
    costs = rng.normal(size=(30, 400))
    problem = held(costs, np.zeros(400))
    prices = 5 * rng.normal(size=400)
    priced(problem, prices)
    rows, columns, offered = on_offer(problem.lists)
    np.testing.assert_array_equal(offered, costs[rows, columns])
    pairs = set(zip(rows.tolist(), columns.tolist(), strict=True))
    assert len(pairs) == len(rows) == problem.lists.length.sum()
    best = (costs + prices).argmin(axis=1)
    assert pairs >= set(enumerate(best.tolist()))


@pytest.mark.parametrize("size", [(1, 1), (6, 4), (20, 30), (16, 16), (40, 200)], ids=str)
def test_no_plan_costs_less_than_what_any_prices_prove(size, rng):
    costs = rng.normal(size=size)
    common = gcd(*size)
    supplies, demands = np.full(size[0], size[1] // common), np.full(size[1], size[0] // common)
    plans = feasible_plans(costs, rng)
    problem = held(costs, np.zeros(size[1]))
    for prices in (*price_sequences(rng, size[1], 0.3)["to and fro"], np.zeros(size[1])):
        cheapest, _ = priced(problem, prices)
        bound = (cheapest @ supplies - prices @ demands) / supplies.sum()
        assert all(np.sum(plan * costs) >= bound - 1e-12 for plan in plans)

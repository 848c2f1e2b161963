"""Shortlists: the cheapest columns of every row, exactly, and a bound that nothing undercuts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from homolog.errors import HomologError
from homolog.matching import _shortlists, transport
from homolog.matching._shortlists import (
    LANES,
    SAMPLE,
    Shortlists,
    any_below,
    empty,
    list_all,
    list_row,
    list_rows,
    workspace,
)

KEEP = 16

# Fewer columns than are kept, as many, one more; a few times as many; either side of the sample's
# size; whole lanes and one more or less; and many.
N_COLUMNS = [1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 191, 192, 193, 500, 2000]


def listed(costs: NDArray, prices: NDArray, keep: int) -> Shortlists:
    lists = empty(len(costs), keep)
    list_all(costs, 0, prices, keep, lists)
    return lists


def check(lists: Shortlists, costs: NDArray, prices: NDArray, keep: int) -> None:
    """Every row's list is what sorting the row from end to end gives."""
    n_columns = len(prices)
    sums = costs + prices
    assert sums.dtype == np.float64
    for i, in_order in enumerate(np.sort(sums, axis=1)):
        n = int(lists.length[i])
        assert n == min(keep, n_columns)
        columns = lists.columns[i, :n]
        assert len(set(columns.tolist())) == n
        np.testing.assert_array_equal(lists.costs[i, :n], costs[i, columns])
        np.testing.assert_array_equal(lists.once[i, :n], sums[i, columns])
        np.testing.assert_array_equal(lists.once[i, :n], in_order[:n])  # the cheapest, in order
        assert lists.beyond[i] == (in_order[keep] if n_columns > keep else np.inf)


def independent(rng, n):
    return rng.normal(size=n)


def equal(rng, n):
    return np.full(n, -0.1)


def two_values(rng, n):
    return rng.integers(0, 2, size=n).astype(float)


def one_cheap(rng, n):
    return np.where(np.arange(n) == n // 2, -1e9, 1.0)


def one_dear(rng, n):
    return np.where(np.arange(n) == n - 1, 1e9, 1.0)


def rising(rng, n):
    return np.arange(n, dtype=float)


def falling(rng, n):
    return np.arange(n, 0, -1, dtype=float)


def subnormal(rng, n):
    return 5e-324 * rng.integers(-9, 9, size=n)


def cheap_where_sampled(rng, n):
    """The sample of the first row sees all that is cheap, and takes the row for cheaper than it is.

    It then collects too few, again and again.
    """
    row = 1 + rng.random(n)
    row[:: max(1, n // SAMPLE)][:SAMPLE] -= 1
    return row


def dear_where_sampled(rng, n):
    """The sample of the first row sees nothing that is cheap, and nearly all of it is collected."""
    row = rng.random(n)
    row[:: max(1, n // SAMPLE)] += 1
    return row


ROWS = [
    *(independent, equal, two_values, one_cheap, one_dear, rising, falling, subnormal),
    *(cheap_where_sampled, dear_where_sampled),
]


@pytest.mark.parametrize("n", N_COLUMNS)
@pytest.mark.parametrize("make", ROWS)
def test_a_list_holds_the_cheapest_and_the_bound_is_the_next(make, n, rng):
    costs = np.array([make(rng, n) for _ in range(3)])
    for prices in (np.zeros(n), rng.normal(size=n), -costs[0]):
        for typed in (costs, costs.astype(np.float32)):
            check(listed(typed, prices, KEEP), typed, prices, KEEP)


@pytest.mark.parametrize("keep", [32, 128])
def test_long_lists_are_as_exact_as_short_ones(keep, rng):
    for n in (keep - 1, keep + 1, 4 * keep, 8 * keep + 1, 2000):
        costs, prices = rng.integers(0, 300, size=(5, n)).astype(float), rng.normal(size=n)
        check(listed(costs, prices, keep), costs, prices, keep)


@given(
    st.integers(1, 200).flatmap(
        lambda n: st.tuples(
            arrays(np.float64, (2, n), elements=st.integers(-2, 2).map(float)),
            arrays(np.float64, n, elements=st.integers(-2, 2).map(float)),
        )
    )
)
def test_the_lists_of_few_small_numbers(costs_and_prices):
    check(listed(*costs_and_prices, KEEP), *costs_and_prices, KEEP)


@pytest.mark.parametrize(("n", "keep", "at_least"), [(3000, 16, 2), (1600, 128, 2)])
def test_a_sample_that_misleads_is_asked_again(n, keep, at_least, rng, monkeypatch):
    cuts = []

    def collect(cut, *rest):
        cuts.append(cut)
        return up_to(cut, *rest)

    up_to = _shortlists.up_to
    monkeypatch.setattr(_shortlists, "up_to", collect)
    row, prices = cheap_where_sampled(rng, n), np.zeros(n)
    lists = empty(1, keep)
    list_row.py_func(row, 0, prices, keep, lists, *workspace(n))
    assert len(cuts) >= at_least
    assert cuts == sorted(cuts)
    check(lists, row[None], prices, keep)
    check(listed(row[None], prices, keep), row[None], prices, keep)  # compiled, the same


def test_a_sample_that_misleads_all_along_gives_way_to_the_whole_row(rng, monkeypatch):
    # Everything sampled is below the rest, and there is less of it than is wanted.
    n, keep, cuts = 8 * SAMPLE, SAMPLE, []

    def collect(cut, *rest):
        cuts.append(cut)
        return up_to(cut, *rest)

    up_to = _shortlists.up_to
    monkeypatch.setattr(_shortlists, "up_to", collect)
    row, prices = cheap_where_sampled(rng, n + 1), np.zeros(n + 1)
    lists = empty(1, keep)
    list_row.py_func(row, 0, prices, keep, lists, *workspace(n + 1))
    assert cuts[-1] == np.inf
    assert np.isfinite(cuts[:-1]).all()
    check(lists, row[None], prices, keep)


@pytest.mark.parametrize("n", [1, 7, 64, 65, 130, 400])
def test_the_range_of_the_costs_is_told(n, rng):
    costs = rng.normal(size=(6, n))
    lists, prices = empty(6, KEEP), 100 * rng.normal(size=n)
    assert list_all(costs, 0, prices, KEEP, lists) == (costs.min(), costs.max(), True)
    some = costs[2:5]
    assert list_all(some, 2, prices, KEEP, lists) == (some.min(), some.max(), True)
    single = costs.astype(np.float32)
    expected = (float(single.min()), float(single.max()), True)
    assert list_all(single, 0, prices, KEEP, lists) == expected


def test_rows_are_listed_where_they_are_asked_for(rng):
    costs, prices = rng.normal(size=(5, 200)), rng.normal(size=200)
    lists = empty(5, KEEP)
    list_all(costs[1:3], 1, prices, KEEP, lists)
    assert lists.length.tolist() == [0, KEEP, KEEP, 0, 0]
    assert (lists.beyond == -np.inf).tolist() == [True, False, False, True, True]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [1, LANES, LANES + 3, 2 * LANES - 1, 700])
def test_a_cost_that_is_no_number_is_told_wherever_it_is(n, bad, rng):
    prices = np.zeros(n)
    for typed in (np.float64, np.float32):
        for place in {0, n // 2, n - 1, n // LANES * LANES - 1} & set(range(n)):
            costs = rng.normal(size=(3, n)).astype(typed)
            costs[1, place] = bad
            assert not list_all(costs, 0, prices, KEEP, empty(3, KEEP))[2]


@pytest.mark.parametrize("n", [5, 130, 300, 3000])
@pytest.mark.parametrize("n_numbers", [0, 1, 10, KEEP, KEEP + 1])
def test_a_row_of_which_hardly_anything_is_a_number_is_refused(n, n_numbers, rng):
    costs = rng.normal(size=(n, n)) if n <= 300 else rng.normal(size=(4, n))
    costs[3, min(n_numbers, n - 1) :] = np.nan
    with pytest.raises(HomologError, match=rf"HM025 costs\[3, {min(n_numbers, n - 1)}\] is nan;"):
        transport(costs)


@pytest.mark.parametrize("n", [1, 63, 64, 65, 500])
def test_below_a_floor_is_strictly_below(n, rng):
    row, prices = rng.normal(size=n), rng.normal(size=n)
    for place in {0, n // 2, n - 1}:
        low = row.copy()
        low[place] -= 100
        lowest = (low + prices)[place]
        assert not any_below(low, prices, lowest)
        assert any_below(low, prices, np.nextafter(lowest, np.inf))


def test_only_rows_with_something_below_their_floor_are_listed_again(rng):
    n = 400
    costs, once = rng.normal(size=(4, n)), np.zeros(n)
    lists = listed(costs, once, KEEP)
    before = Shortlists(*(part.copy() for part in lists))
    prices = rng.normal(size=n)
    cheapest = (costs + prices).min(axis=1)
    rows = np.array([3, 0, 2], np.int32)
    floors = np.array([cheapest[3], cheapest[0] + 1e-9, cheapest[2] - 1])
    list_rows(costs, rows, rows, prices, floors, KEEP, lists)

    for kept, floor in ((3, cheapest[3]), (2, cheapest[2] - 1)):
        np.testing.assert_array_equal(lists.columns[kept], before.columns[kept])
        np.testing.assert_array_equal(lists.once[kept], before.once[kept])
        assert lists.beyond[kept] == floor
    np.testing.assert_array_equal(lists.columns[1], before.columns[1])
    assert lists.beyond[1] == before.beyond[1]
    renewed = Shortlists(*(part[:1] for part in lists))
    check(renewed, costs[:1], prices, KEEP)


def test_rows_of_a_block_are_listed_under_their_own_numbers(rng):
    n = 300
    costs, prices = rng.normal(size=(9, n)), rng.normal(size=n)
    lists = empty(9, KEEP)
    rows = np.array([8, 2, 5], np.int32)
    block = np.ascontiguousarray(costs[[5, 8, 2]])
    places = np.array([1, 2, 0], np.int32)
    list_rows(block, places, rows, prices, np.full(3, np.inf), KEEP, lists)
    assert np.flatnonzero(lists.length).tolist() == [2, 5, 8]
    chosen = Shortlists(*(part[[2, 5, 8]] for part in lists))
    check(chosen, costs[[2, 5, 8]], prices, KEEP)


def test_a_renewed_list_may_be_longer_or_shorter(rng):
    n = 1100
    costs, prices = rng.normal(size=(2, n)), rng.normal(size=n)
    lists = empty(2, 128)
    rows, floors = np.arange(2, dtype=np.int32), np.full(2, np.inf)
    for keep in (16, 128, 32):
        list_rows(costs, rows, rows, prices, floors, keep, lists)
        check(lists, costs, prices, keep)

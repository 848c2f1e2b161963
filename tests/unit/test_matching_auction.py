"""The auction: nobody could do better than by epsilon, at any time, however it is interrupted."""

from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from homolog.matching import _auction as auction
from homolog.matching._auction import CONTENT, END, FULL, NOBODY, PAUSED, STALE, Market
from homolog.matching._shortlists import Shortlists, empty, list_all, list_rows
from homolog.matching._solver import _all_placed
from properties.proof import by_linear_programme

MOST = 128
LONG = 10**12  # entries; never reached


def units_of(n_rows: int, n_columns: int) -> tuple[NDArray, NDArray]:
    """What every row supplies and every column demands in a soft matching."""
    common = gcd(n_rows, n_columns)
    return np.full(n_rows, n_columns // common), np.full(n_columns, n_rows // common)


def opened(
    costs: NDArray, supplies: NDArray, demands: NDArray, *, keep: int = 16
) -> tuple[Market, Shortlists]:
    """A market in which everything is to be had for nothing."""
    m = auction.market(*costs.shape)
    keep = min(keep, costs.shape[1])
    lists = empty(len(costs), max(keep, min(MOST, costs.shape[1])))
    list_all(costs, 0, m.prices, keep, lists)
    auction.open_market(m, supplies, demands)
    return m, lists


def held_auction(m: Market, lists: Shortlists, costs: NDArray, epsilon: float) -> None:
    """From the opening to the end, in one go."""
    assert auction.bid_on(m, lists, costs, epsilon, MOST, LONG) == CONTENT


def check_pieces(m: Market, supplies: NDArray, demands: NDArray) -> None:
    """No unit is lost or made; every column's pieces are in order, the cheapest sets the price."""
    placed = np.zeros_like(supplies)
    used = []
    for column, first in enumerate(m.cheapest):
        pieces = []
        piece = int(first)
        while piece != END:
            pieces.append(piece)
            piece = int(m.after[piece])
        used += pieces
        assert m.units[pieces].min() > 0
        assert m.units[pieces].sum() == demands[column]
        assert (np.diff(m.level[pieces]) >= 0).all()
        assert m.prices[column] == m.level[pieces[0]]
        holders = m.holder[pieces]
        assert len(set(holders.tolist())) == len(holders)  # one piece for a holder
        np.add.at(placed, holders[holders != NOBODY], m.units[pieces][holders != NOBODY])
    assert len(set(used)) == len(used)
    np.testing.assert_array_equal(placed + m.unplaced, supplies)


def check_content(
    m: Market, costs: NDArray, supplies: NDArray, demands: NDArray, epsilon: float
) -> float:
    """Everything is placed within epsilon of what its row likes best; the cost of a unit."""
    check_pieces(m, supplies, demands)
    assert not m.unplaced.any()
    assert not auction.nobodys(m).any()
    rows, columns, units = auction.flow(m)
    np.testing.assert_array_equal(np.bincount(rows, units, len(supplies)), supplies)
    np.testing.assert_array_equal(np.bincount(columns, units, len(demands)), demands)

    sums = costs + m.prices
    rounding = 1e-14 * np.abs(sums).max()
    cheapest = sums.min(axis=1)
    assert (sums[rows, columns] <= cheapest[rows] + epsilon + rounding).all()

    primal = costs[rows, columns].astype(float) @ units
    dual = cheapest @ supplies - m.prices @ demands
    per_unit = (primal - dual) / supplies.sum()
    assert -rounding <= per_unit <= epsilon + rounding
    return float(primal / supplies.sum())


def whole_numbers(largest: int, *, lowest: int = 0) -> st.SearchStrategy[NDArray]:
    sizes = st.tuples(st.integers(1, 7), st.integers(1, 7))
    entries = st.integers(lowest, largest).map(float)
    return sizes.flatmap(lambda size: arrays(np.float64, size, elements=entries))


@given(whole_numbers(6), st.sampled_from([1.0, 0.25, 2**-12]))
def test_no_unit_is_more_than_epsilon_from_what_its_row_likes_best(costs, epsilon):
    supplies, demands = units_of(*costs.shape)
    m, lists = opened(costs, supplies, demands)
    held_auction(m, lists, costs, epsilon)
    reached = check_content(m, costs, supplies, demands, epsilon)
    if epsilon * supplies.sum() < 1:  # no whole number lies between the plan and the best
        assert reached == pytest.approx(by_linear_programme(costs) * costs.max(), abs=1e-9)


@given(whole_numbers(3, lowest=-3), st.data())
def test_any_supplies_and_demands_are_met(costs, data):
    n_rows, n_columns = costs.shape
    supplies = data.draw(arrays(np.int64, n_rows, elements=st.integers(1, 9)))
    total = int(supplies.sum())
    if total < n_columns:
        supplies[0] += n_columns - total
        total = n_columns
    cuts = data.draw(
        st.sets(st.integers(1, max(1, total - 1)), min_size=n_columns - 1, max_size=n_columns - 1)
        if n_columns > 1
        else st.just(set())
    )
    demands = np.diff([0, *sorted(cuts), total])
    m, lists = opened(costs, supplies, demands)
    held_auction(m, lists, costs, 0.25)
    check_content(m, costs, supplies, demands, 0.25)


SIZES = [(1, 1), (1, 9), (9, 1), (40, 40), (41, 40), (40, 41), (60, 45), (30, 180), (200, 150)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("keep", [1, 2, 16])
def test_lists_of_any_length_lead_to_the_same_promise(size, keep, rng):
    costs = rng.normal(size=size)
    supplies, demands = units_of(*size)
    for typed in (costs, costs.astype(np.float32)):
        m, lists = opened(typed, supplies, demands, keep=keep)
        held_auction(m, lists, typed, 0.01)
        check_content(m, typed, supplies, demands, 0.01)


def test_duplicated_neurons_share(rng):
    few = rng.normal(size=(4, 3))
    costs = few[rng.integers(4, size=60)][:, rng.integers(3, size=45)]
    supplies, demands = units_of(60, 45)
    for keep in (2, 16):
        m, lists = opened(costs, supplies, demands, keep=keep)
        held_auction(m, lists, costs, 0.01)
        check_content(m, costs, supplies, demands, 0.01)


@pytest.mark.parametrize("size", [(12, 9), (9, 12), (30, 30), (7, 21)], ids=str)
def test_after_every_bid_the_books_are_right_and_no_price_has_fallen(size, rng):
    costs = rng.integers(0, 4, size=size).astype(float)
    supplies, demands = units_of(*size)
    m, lists = opened(costs, supplies, demands, keep=3)
    outcome, n_steps = PAUSED, 0
    while outcome != CONTENT:
        before = m.prices.copy()
        outcome = auction.bid_on(m, lists, costs, 0.3, MOST, 0)
        assert outcome in (PAUSED, CONTENT)
        assert (m.prices >= before).all()
        check_pieces(m, supplies, demands)
        assert (m.unplaced > 0).sum() == m.state[auction.WAITING]
        n_steps += 1
    assert n_steps > size[0]
    check_content(m, costs, supplies, demands, 0.3)


def test_every_bid_outbids_by_epsilon(rng):
    costs = rng.normal(size=(20, 20))
    supplies = demands = np.ones(20, np.int64)
    m, lists = opened(costs, supplies, demands)
    outcome = PAUSED
    while outcome == PAUSED:
        before = m.prices.copy()
        outcome = auction.bid_on(m, lists, costs, 0.1, MOST, 0)
        risen = m.prices[m.prices != before] - before[m.prices != before]
        assert (risen >= 0.1 - 1e-15).all()


def end_of(m: Market) -> list[NDArray]:
    return [*auction.flow(m), m.prices.copy(), m.unplaced.copy()]


@pytest.mark.parametrize("size", [(60, 45), (50, 50), (20, 100)], ids=str)
@pytest.mark.parametrize("pause", [0, 7, 1000])
def test_an_auction_that_pauses_ends_as_one_that_does_not(size, pause, rng):
    costs = rng.normal(size=size)
    units = units_of(*size)
    straight, lists = opened(costs, *units, keep=4)
    held_auction(straight, lists, costs, 0.02)

    m, lists = opened(costs, *units, keep=4)
    outcomes = [auction.bid_on(m, lists, costs, 0.02, MOST, pause)]
    while outcomes[-1] == PAUSED:
        outcomes.append(auction.bid_on(m, lists, costs, 0.02, MOST, pause))
    assert len(outcomes) > 2
    assert outcomes[-1] == CONTENT
    for one, other in zip(end_of(m), end_of(straight), strict=True):
        np.testing.assert_array_equal(one, other)
    assert m.state[auction.LOOKED_AT] == straight.state[auction.LOOKED_AT]


@pytest.mark.parametrize("size", [(60, 45), (61, 60), (60, 61), (9, 70)], ids=str)
def test_an_auction_without_room_goes_on_when_there_is_some(size, rng):
    costs = rng.normal(size=size)
    units = units_of(*size)
    straight, lists = opened(costs, *units)
    held_auction(straight, lists, costs, 0.02)

    m, lists = opened(costs, *units)
    small = size[1] + 1
    pool = {part: getattr(m, part)[:small] for part in ("holder", "units", "level", "after")}
    m = m._replace(**pool)
    auction.open_market(m, *units)
    n_full = 0
    while (outcome := auction.bid_on(m, lists, costs, 0.02, MOST, LONG)) == FULL:
        check_pieces(m, *units)
        n_full += 1
        m = auction.enlarged(m)
        assert len(m.holder) == small * 2**n_full
        check_pieces(m, *units)
    assert outcome == CONTENT
    assert n_full >= 1
    for one, other in zip(end_of(m), end_of(straight), strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_new_piece_of_an_enlarged_market_can_be_used():
    supplies, demands = units_of(5, 7)
    m = auction.market(5, 7)
    auction.open_market(m, supplies, demands)
    n = len(m.holder)

    def unused(m: Market) -> list[int]:
        pieces = [int(m.state[auction.FREE])]
        while m.after[pieces[-1]] != END:
            pieces.append(int(m.after[pieces[-1]]))
        return pieces

    assert sorted(unused(m)) == list(range(7, n))
    assert sorted(unused(auction.enlarged(m))) == list(range(7, 2 * n))


@pytest.mark.parametrize("size", [(60, 45), (50, 50), (20, 100), (150, 150)], ids=str)
@pytest.mark.parametrize("keep", [1, 2, 8])
def test_rows_that_cannot_be_read_wait_until_they_are_listed_anew(size, keep, rng):
    costs = rng.normal(size=size)
    units = units_of(*size)
    m, lists = opened(costs, *units, keep=keep)
    elsewhere = np.empty((0, size[1]))
    n_stale = 0
    while (outcome := auction.bid_on(m, lists, elsewhere, 0.02, MOST, LONG)) == STALE:
        n_stale += 1
        check_pieces(m, *units)
        stalled = m.stalled[: m.state[auction.STALLED]].copy()
        assert len(set(stalled.tolist())) == len(stalled)
        assert (m.unplaced > 0).sum() == len(stalled)  # everybody else is content
        assert (m.unplaced[stalled] > 0).all()
        # Whatever such a row has listed is dearer than what it has not.
        for i in stalled:
            assert (lists.costs[i, :keep] + m.prices[lists.columns[i, :keep]]).min() > (
                lists.beyond[i]
            ) or lists.length[i] > keep
        longest = min(MOST, size[1])
        list_rows(costs, stalled, stalled, m.prices, np.full(len(stalled), np.inf), longest, lists)
        auction.call_stalled(m)
        assert m.state[auction.STALLED] == 0
    assert outcome == CONTENT
    assert n_stale >= 1
    check_content(m, costs, *units, 0.02)


def test_rows_set_aside_may_be_outbid_meanwhile(rng):
    # They are, and must then not be queued twice.
    costs = rng.integers(0, 3, size=(40, 30)).astype(float)
    units = units_of(40, 30)
    m, lists = opened(costs, *units, keep=2)
    elsewhere = np.empty((0, 30))
    outcome = PAUSED
    while outcome != CONTENT:
        outcome = auction.bid_on(m, lists, elsewhere, 0.1, MOST, 0)
        waiting = int(m.state[auction.WAITING])
        ring = (int(m.state[auction.FIRST]) + np.arange(waiting)) % 40
        queue = [*m.queue[ring], *m.stalled[: m.state[auction.STALLED]]]
        assert len(set(queue)) == len(queue)
        np.testing.assert_array_equal(np.sort(queue), np.flatnonzero(m.queued))
        np.testing.assert_array_equal(np.sort(queue), np.flatnonzero(m.unplaced))
        if outcome == STALE:
            rows = m.stalled[: m.state[auction.STALLED]].copy()
            list_rows(costs, rows, rows, m.prices, np.full(len(rows), np.inf), 30, lists)
            auction.call_stalled(m)
    check_content(m, costs, *units, 0.1)


def test_a_finer_auction_goes_on_with_the_prices_of_a_coarse_one(rng):
    costs = rng.normal(size=(80, 60))
    units = units_of(80, 60)
    m, lists = opened(costs, *units)
    reached = []
    for epsilon in (0.5, 0.05, 0.005):
        before = m.prices.copy()
        auction.open_market(m, *units)
        np.testing.assert_array_equal(m.prices, before)
        np.testing.assert_array_equal(auction.nobodys(m), units[1])
        assert len(auction.flow(m)[0]) == 0
        held_auction(m, lists, costs, epsilon)
        reached.append(check_content(m, costs, *units, epsilon))
    assert reached[2] < reached[0]


def test_units_that_nobody_holds_are_counted(rng):
    costs = rng.normal(size=(4, 6))
    m, lists = opened(costs, np.ones(4, np.int64), np.full(6, 2))
    held_auction(m, lists, costs, 0.1)
    _, columns, units = auction.flow(m)
    left = 2 - np.bincount(columns, units, 6)
    np.testing.assert_array_equal(auction.nobodys(m), left)
    assert left.sum() == 8


@pytest.mark.parametrize("size", [(40, 30), (30, 40), (25, 25), (1, 6)], ids=str)
@pytest.mark.parametrize("pause", [0, 30, 300])
def test_what_an_ended_auction_has_not_placed_goes_where_there_is_room(size, pause, rng):
    costs = rng.normal(size=size)
    supplies, demands = units_of(*size)
    m, lists = opened(costs, supplies, demands)
    auction.bid_on(m, lists, costs, 0.01, MOST, pause)
    rows, columns, units = _all_placed(m)
    assert (units > 0).all()
    np.testing.assert_array_equal(np.bincount(rows, units, size[0]), supplies)
    np.testing.assert_array_equal(np.bincount(columns, units, size[1]), demands)
    had = auction.flow(m)
    for all_of_them, placed in zip((rows, columns, units), had, strict=True):
        np.testing.assert_array_equal(all_of_them[: len(placed)], placed)  # they stay there

"""Crossover: cycles go and never at a cost, and what is left becomes a tree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from homolog.matching import _crossover as crossover
from unit import trees


def pairs_of(plan: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Row and column nodes and units of all pairs of a plan that carry something."""
    rows, columns = np.nonzero(plan)
    start, end = rows.astype(np.int32), (columns + len(plan)).astype(np.int32)
    return start, end, plan[rows, columns].astype(np.int64)


def purified(plan: NDArray, costs: NDArray, order: NDArray) -> tuple[NDArray, int]:
    """The plan without cycles, checked, and how many cycles were cancelled."""
    start, end, units = (part[order] for part in pairs_of(plan))
    n_nodes = sum(plan.shape)
    n_cycles = crossover.purify(
        n_nodes, start, end, units, costs[start, end - len(plan)].astype(float)
    )
    pure = np.zeros_like(plan)
    pure[start, end - len(plan)] = units

    assert (units >= 0).all()
    np.testing.assert_array_equal(pure.sum(axis=0), plan.sum(axis=0))
    np.testing.assert_array_equal(pure.sum(axis=1), plan.sum(axis=1))
    some = units > 0
    assert trees.parts_of(n_nodes, start[some], end[some])[1]
    # Every cancelled cycle takes a pair out of the graph; a forest is what is left.
    n_parts, _ = trees.parts_of(n_nodes, start, end)
    assert n_cycles == len(start) - (n_nodes - n_parts)
    return pure, n_cycles


@st.composite
def plans(draw) -> tuple[NDArray, NDArray]:
    """A plan of whole units, and whole costs."""
    size = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    plan = draw(arrays(np.int64, size, elements=st.integers(0, 4)))
    return plan, draw(arrays(np.int64, size, elements=st.integers(-3, 3)))


@given(plans(), st.integers(0))
def test_cycles_are_cancelled_and_never_at_a_cost(plan_and_costs, seed):
    plan, costs = plan_and_costs
    order = np.random.default_rng(seed).permutation(np.count_nonzero(plan))
    pure, _ = purified(plan, costs, order)
    assert (pure * costs).sum() <= (plan * costs).sum()


@pytest.mark.parametrize("size", [(30, 30), (40, 25), (25, 40), (2, 60), (60, 2), (1, 9)], ids=str)
def test_a_plan_in_which_all_pairs_carry_something(size, rng):
    plan, costs = rng.integers(1, 1000, size=size), rng.normal(size=size)
    pure, n_cycles = purified(plan, costs, rng.permutation(plan.size))
    assert n_cycles == (size[0] - 1) * (size[1] - 1)
    if n_cycles:
        assert (pure * costs).sum() < (plan * costs).sum()


def test_a_plan_without_cycles_stays_as_it_is(rng):
    supplies, demands = np.full(12, 9), np.full(9, 12)
    rows, columns, units = trees.corner(supplies, demands)
    plan = np.zeros((12, 9), np.int64)
    plan[rows, columns] = units
    pure, n_cycles = purified(plan, rng.normal(size=plan.shape), np.arange(len(rows)))
    assert n_cycles == 0
    np.testing.assert_array_equal(pure, plan)


def test_the_two_ways_round_a_cycle():
    plan = np.array([[3, 2], [2, 1]])
    # a1 and b2 are cheap: they take all they can, until a2 and b1 are empty.
    cheap_diagonal, _ = purified(plan, np.array([[0, 1], [1, 0]]), np.arange(4))
    np.testing.assert_array_equal(cheap_diagonal, [[5, 0], [0, 3]])
    dear_diagonal, _ = purified(plan, np.array([[1, 0], [0, 1]]), np.arange(4))
    np.testing.assert_array_equal(dear_diagonal, [[2, 3], [3, 0]])


def test_a_cycle_that_gains_nothing_goes_all_the_same():
    pure, n_cycles = purified(np.full((2, 2), 7), np.zeros((2, 2), int), np.arange(4))
    assert n_cycles == 1
    assert np.count_nonzero(pure) == 2


@given(plans(), st.integers(-4, 4))
def test_a_tree_is_grown_that_carries_the_plan(plan_and_costs, price):
    plan, costs = plan_and_costs
    pure, _ = purified(plan, costs, np.arange(np.count_nonzero(plan)))
    rows, columns = (part.astype(np.int32) for part in np.nonzero(pure))
    prices = np.arange(plan.shape[1]) + float(price)
    tree, n_parts = trees.grown(rows, columns, pure[rows, columns], costs.astype(float), prices)

    trees.check(tree, pure.sum(axis=1), pure.sum(axis=0))
    start, end, _ = pairs_of(pure)
    assert n_parts == trees.parts_of(sum(plan.shape), start, end)[0]
    assert (tree.parent == len(tree.parent) - 1).sum() == n_parts
    assert trees.spent(tree) == (pure * costs).sum()


@pytest.mark.parametrize("size", [(1, 1), (40, 30), (30, 40), (64, 16), (50, 50)], ids=str)
def test_potentials_meet_the_prices_as_well_as_each_part_can(size, rng):
    common = np.gcd(*size)
    supplies, demands = np.full(size[0], size[1] // common), np.full(size[1], size[0] // common)
    rows, columns, units = trees.corner(supplies, demands)
    costs, prices = rng.normal(size=size), rng.normal(size=size[1])
    tree, n_parts = trees.grown(rows, columns, units, costs, prices)
    trees.check(tree, supplies, demands)
    assert n_parts == common

    top = np.arange(sum(size) + 1)
    while (tree.depth[top] > 1).any():
        top = np.where(tree.depth[top] > 1, tree.parent[top], top)
    parts = [np.flatnonzero(top[size[0] : -1] == one) for one in np.unique(top[:-1])]
    assert len(parts) == n_parts
    for columns_of_part in parts:
        ours = -tree.potential[size[0] + columns_of_part]
        assert ours.mean() == pytest.approx(prices[columns_of_part].mean(), abs=1e-12)


def test_prices_that_are_right_are_kept(rng):
    """Where a plan is optimal under some prices, its tree has these prices."""
    prices, row_prices = rng.normal(size=8), rng.normal(size=8)
    costs = row_prices[:, None] - prices
    costs[~np.eye(8, dtype=bool)] += 1  # so that only the diagonal is tight
    each = np.arange(8, dtype=np.int32)
    tree, n_parts = trees.grown(each, each, np.ones(8, np.int64), costs, prices)
    assert n_parts == 8
    np.testing.assert_allclose(-tree.potential[8:-1], prices, rtol=0, atol=1e-14)


def test_a_pair_without_units_is_no_edge():
    rows, columns = np.array([0, 0, 1], np.int32), np.array([0, 1, 1], np.int32)
    tree, n_parts = trees.grown(rows, columns, np.array([1, 0, 1]), np.ones((2, 2)), np.zeros(2))
    trees.check(tree, np.ones(2), np.ones(2))
    assert n_parts == 2


def test_branches_are_hung_and_taken_off_anywhere():
    """Children of one node, taken out of the middle, the front and the end."""
    tree = crossover.seedling(6)
    root = 6
    for node in range(6):
        tree.parent[node], tree.depth[node] = root, 1
        crossover.attach(tree, node, root)
    trees.check_shape(tree)
    for node, above in ((3, 0), (5, 0), (0, 1), (2, 0)):
        crossover.detach(tree, node)
        tree.parent[node] = above
        crossover.attach(tree, node, above)
    tree.depth[[0, 3, 5, 2]] = [2, 3, 3, 3]
    trees.check_shape(tree)

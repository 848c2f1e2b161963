"""The network simplex: a spanning tree after every pivot, never dearer, and the best at the end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from homolog.matching import _simplex as simplex
from homolog.matching._crossover import Tree
from properties.proof import by_linear_programme, by_pot, scale_of
from unit import trees

TOLERANCE = 1e-12
ENOUGH = 10**6  # pivots


def units_of(n_rows: int, n_columns: int) -> tuple[NDArray, NDArray]:
    common = np.gcd(n_rows, n_columns)
    return np.full(n_rows, n_columns // common), np.full(n_columns, n_rows // common)


def first_tree(costs: NDArray) -> Tree:
    """A tree that carries some plan, whatever it costs."""
    tree, _ = trees.grown(*trees.corner(*units_of(*costs.shape)), costs, np.zeros(costs.shape[1]))
    return tree


def all_pairs(costs: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    rows, columns = (part.ravel().astype(np.int32) for part in np.indices(costs.shape))
    return rows, columns, costs.ravel().copy()


def saved(tree: Tree, costs: NDArray) -> NDArray:
    """What a unit more on each pair would add to the cost."""
    n_rows = len(costs)
    return costs + tree.potential[:n_rows, None] - tree.potential[n_rows:-1]


def check_best(tree: Tree, costs: NDArray) -> None:
    trees.check(tree, *units_of(*costs.shape), rounding=1e-11 * scale_of(costs))
    assert saved(tree, costs).min() >= -TOLERANCE
    total = units_of(*costs.shape)[0].sum()
    reached = trees.spent(tree) / total / scale_of(costs)
    assert reached == pytest.approx(by_pot(costs), abs=1e-9)
    if costs.size <= 60:
        assert reached == pytest.approx(by_linear_programme(costs), abs=1e-9)


def step_by_step(tree: Tree, costs: NDArray) -> int:
    """Pivot to the end, looking at the tree after each; the number of pivots."""
    supplies, demands = units_of(*costs.shape)
    rounding = 1e-13 * scale_of(costs)
    place, n_pivots, before = 0, 0, trees.spent(tree)
    while True:
        n, place = simplex.improve(tree, len(costs), *all_pairs(costs), TOLERANCE, place, 1)
        trees.check(tree, supplies, demands, rounding=rounding * (n_pivots + 10))
        if n == 0:
            return n_pivots
        n_pivots += 1
        assert trees.spent(tree) <= before + rounding * supplies.sum()
        before = trees.spent(tree)


few_small_numbers = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda size: arrays(np.float64, size, elements=st.integers(-2, 2).map(float))
)


@given(few_small_numbers)
def test_every_pivot_keeps_a_tree_and_none_raises_the_cost(costs):
    tree = first_tree(costs)
    step_by_step(tree, costs)
    check_best(tree, costs)


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 5), (5, 1), (12, 12), (16, 12), (12, 16), (9, 27), (11, 10)], ids=str
)
def test_every_pivot_towards_a_best_plan_of_many(size, rng):
    for costs in (
        rng.normal(size=size),
        rng.integers(0, 2, size=size).astype(float),
        np.zeros(size),
        -np.cos(np.subtract.outer(*(np.arange(n) / n * 2 * np.pi for n in size))),
    ):
        tree = first_tree(costs)
        step_by_step(tree, costs)
        check_best(tree, costs)


SIZES = [(40, 40), (40, 30), (30, 40), (37, 41), (60, 20), (1, 50), (50, 1)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_many_pivots_lead_to_the_best_plan(size, rng):
    costs = rng.normal(size=size)
    tree = first_tree(costs)
    offer = all_pairs(costs)
    n_pivots, _ = simplex.improve(tree, size[0], *offer, TOLERANCE, 0, ENOUGH)
    assert (n_pivots > 0) == (min(size) > 1)
    check_best(tree, costs)
    before = trees.spent(tree)
    assert simplex.improve(tree, size[0], *offer, TOLERANCE, 0, ENOUGH)[0] == 0
    assert trees.spent(tree) == before


def degenerate(kind: str, rng: np.random.Generator, n: int) -> NDArray:
    """Equal sizes, so that nearly every edge of a tree is without flow, and ties besides."""
    if kind == "zeros and ones":
        return rng.integers(0, 2, size=(n, n)).astype(float)
    if kind == "ring":
        angles = np.arange(n) / n * 2 * np.pi
        return -np.cos(angles[:, None] - angles)
    if kind == "additive":
        return np.add.outer(rng.integers(9, size=n), rng.integers(9, size=n)).astype(float)
    if kind == "twins":
        return rng.normal(size=(3, 4))[rng.integers(3, size=n)][:, rng.integers(4, size=n)]
    return rng.permutation(n * n).reshape(n, n) / 8


@pytest.mark.parametrize("kind", ["zeros and ones", "ring", "additive", "twins", "all different"])
@pytest.mark.parametrize("n", [7, 24, 64])
def test_pivots_that_move_nothing_come_to_an_end(kind, n, rng):
    costs = degenerate(kind, rng, n)
    tree = first_tree(costs)
    n_pivots, _ = simplex.improve(tree, n, *all_pairs(costs), TOLERANCE, 0, 100 * n * n)
    assert n_pivots < 100 * n * n
    check_best(tree, costs)


def test_a_pivot_may_move_nothing(rng):
    """There are such pivots here: the tree changes, the plan does not."""
    costs = degenerate("all different", rng, 24)
    tree = first_tree(costs)
    place, n, n_idle = 0, 1, 0
    while n:
        before = trees.spent(tree)
        n, place = simplex.improve(tree, 24, *all_pairs(costs), TOLERANCE, place, 1)
        n_idle += n == 1 and trees.spent(tree) == before
    assert n_idle > 0
    check_best(tree, costs)


@pytest.mark.parametrize("size", [(30, 30), (40, 30)], ids=str)
@pytest.mark.parametrize("at_once", [1, 3, 17])
def test_a_search_that_pauses_ends_as_one_that_does_not(size, at_once, rng):
    costs = rng.normal(size=size)
    offer = all_pairs(costs)
    straight, other = first_tree(costs), first_tree(costs)
    total, _ = simplex.improve(straight, size[0], *offer, TOLERANCE, 0, ENOUGH)
    place, n_pivots = 0, [at_once]
    while n_pivots[-1] == at_once:
        n, place = simplex.improve(other, size[0], *offer, TOLERANCE, place, at_once)
        n_pivots.append(n)
    assert sum(n_pivots[1:]) == total > at_once
    for part in ("parent", "flow", "upward", "potential"):
        np.testing.assert_array_equal(getattr(other, part), getattr(straight, part))


def test_only_what_is_on_offer_enters(rng):
    costs = rng.normal(size=(30, 24))
    offered = rng.random(costs.shape) < 0.2
    tree = first_tree(costs)
    rows, columns = (part.astype(np.int32) for part in np.nonzero(offered))
    before, had = trees.spent(tree), np.zeros_like(offered)
    had[trees.corner(*units_of(30, 24))[:2]] = True
    simplex.improve(tree, 30, rows, columns, costs[offered], TOLERANCE, 0, ENOUGH)
    trees.check(tree, *units_of(30, 24))
    assert trees.spent(tree) < before
    assert saved(tree, costs)[offered].min() >= -TOLERANCE
    assert saved(tree, costs).min() < -TOLERANCE
    nodes = np.flatnonzero(tree.flow[:-1])
    parents = tree.parent[nodes]
    carrying = np.minimum(nodes, parents), np.maximum(nodes, parents) - 30
    assert (offered | had)[carrying].all()


def test_a_saving_below_the_tolerance_is_not_worth_a_pivot():
    costs = np.array([[0.0, 1.0], [1.0, 0.0]])
    crossed = np.array([0, 1], np.int32), np.array([1, 0], np.int32), np.ones(2, np.int64)
    tree, _ = trees.grown(*crossed, costs, np.zeros(2))
    offer = all_pairs(costs)
    assert trees.spent(tree) == 2
    # Two pairs at once would save 2; the trees' potentials make that 2 on one of them.
    assert simplex.improve(tree, 2, *offer, 2.1, 0, ENOUGH)[0] == 0
    assert simplex.improve(tree, 2, *offer, 0.9, 0, ENOUGH)[0] > 0
    assert trees.spent(tree) == 0


def test_potentials_that_were_rounded_away_come_back(rng):
    costs = rng.normal(size=(40, 30))
    tree = first_tree(costs)
    simplex.improve(tree, 40, *all_pairs(costs), TOLERANCE, 0, ENOUGH)
    right = tree.potential.copy()
    tree.potential[:-1] += rng.normal(size=70)
    simplex.refresh(tree)
    np.testing.assert_allclose(tree.potential, right, rtol=0, atol=1e-13)
    trees.check_tight(tree, rounding=1e-14)

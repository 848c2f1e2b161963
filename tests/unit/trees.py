"""What is true of every spanning tree of the network simplex, checked from outside."""

import numpy as np
from numpy.typing import NDArray

from homolog.matching import _crossover as crossover
from homolog.matching._crossover import NONE, Tree


def parts_of(n_nodes: int, start: NDArray, end: NDArray) -> tuple[int, bool]:
    """How many parts a graph has, and whether it is free of cycles. By union and find."""
    leader = list(range(n_nodes))

    def find(node: int) -> int:
        while leader[node] != node:
            node = leader[node]
        return node

    forest = True
    for a, b in zip(start.tolist(), end.tolist(), strict=True):
        a, b = find(a), find(b)
        forest &= a != b
        leader[a] = b
    return sum(leader[node] == node for node in range(n_nodes)), forest


def check_shape(tree: Tree) -> None:
    """All hang from the root, each once, and every pointer agrees with every other."""
    root = len(tree.parent) - 1
    assert tree.parent[root] == NONE
    assert tree.depth[root] == 0
    met = []
    for node in range(root + 1):
        children = []
        child, before = int(tree.first_child[node]), NONE
        while child != NONE:
            assert tree.parent[child] == node
            assert tree.depth[child] == tree.depth[node] + 1
            assert tree.previous_sibling[child] == before
            children.append(child)
            assert len(children) <= root  # no sibling comes round again
            child, before = int(tree.next_sibling[child]), child
        met += children
    assert sorted(met) == list(range(root))  # as many edges as rows and columns, and no cycle,
    parents = tree.parent[:-1]  # for each hangs deeper than its parent
    assert (tree.depth[:-1] == tree.depth[parents] + 1).all()


def check_tight(tree: Tree, *, rounding: float) -> None:
    """Along every edge the potentials differ by its cost, and the root's is 0."""
    upper = tree.potential[tree.parent[:-1]]
    lower = tree.potential[:-1]
    reduced = tree.cost[:-1] + np.where(tree.upward[:-1], lower - upper, upper - lower)
    assert np.abs(reduced).max() <= rounding
    assert tree.potential[-1] == 0


def check_flow(tree: Tree, supplies: NDArray, demands: NDArray) -> None:
    """Rows give what they supply, columns get what they demand, and the root gets nothing.

    Edges without flow lead towards the root: the tree is strongly feasible.
    """
    n_rows, root = len(supplies), len(tree.parent) - 1
    nodes = np.arange(root)
    parents, flow, upward = tree.parent[:-1], tree.flow[:-1], tree.upward[:-1]
    assert (flow >= 0).all()
    assert upward[flow == 0].all()
    at_root = parents == root
    assert upward[at_root].all()
    assert not flow[at_root].any()
    # Elsewhere rows hang from columns and columns from rows, and all edges lead to columns.
    np.testing.assert_array_equal(upward[~at_root], nodes[~at_root] < n_rows)
    assert ((parents < n_rows) != (nodes < n_rows))[~at_root].all()
    moved = np.bincount(nodes, flow, root) + np.bincount(parents, flow, root + 1)[:-1]
    np.testing.assert_array_equal(moved, [*supplies, *demands])


def check(tree: Tree, supplies: NDArray, demands: NDArray, *, rounding: float = 1e-12) -> None:
    check_shape(tree)
    check_tight(tree, rounding=rounding)
    check_flow(tree, supplies, demands)


def spent(tree: Tree) -> float:
    """What the flow costs."""
    return float(tree.cost[:-1] @ tree.flow[:-1])


def corner(supplies: NDArray, demands: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Some plan without cycles: rows, columns, units; supplies are laid along the demands."""
    ends = np.union1d(supplies.cumsum(), demands.cumsum())
    return (
        np.searchsorted(supplies.cumsum(), ends).astype(np.int32),
        np.searchsorted(demands.cumsum(), ends).astype(np.int32),
        np.diff(ends, prepend=0),
    )


def grown(
    rows: NDArray, columns: NDArray, units: NDArray, costs: NDArray, prices: NDArray
) -> tuple[Tree, int]:
    """A tree that carries a plan, and the number of its parts."""
    n_rows = len(costs)
    tree = crossover.seedling(sum(costs.shape))
    end = (columns + n_rows).astype(np.int32)
    n_parts = crossover.grow(rows, end, units, costs[rows, columns], prices, tree)
    return tree, n_parts

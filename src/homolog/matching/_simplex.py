r"""The network simplex: improve a tree pair by pair until no pair on offer is a bargain.

A pair (i, j) outside the tree would save money if cost + potential[i] - potential[j] < 0. It
enters; with the tree's edges it closes a cycle, units go round until an edge is empty, and that
edge leaves:

              o                          o
            /   \                      /   \
           o     o        i-j enters,  o     o
          / \     \       x leaves    /       \
         o   i     x                 o    i    x.
              .     \                      \     .
               . . . j                      --- j

One side of the leaving edge is hung from the other by the new pair, and its potentials shift by
the same amount. Among several edges that empty at once the one is chosen that keeps all edges
without flow pointing to the root ("strongly feasible"), so that no sequence of pivots can
return to where it began (Cunningham 1976).
"""

import numpy as np

from homolog._compiled import Places, Reals, compiled, inlined
from homolog.matching._crossover import MOST, NONE, Tree, attach, detach


@compiled
def improve(
    tree: Tree,
    n_rows: int,
    rows: Places,
    columns: Places,
    costs: Reals,
    tolerance: float,
    first: int,
    most_pivots: int,
) -> tuple[int, int]:
    """Pivot until no pair on offer saves more than the tolerance, or for a while.

    Pairs are looked through in blocks, and the best bargain of a block enters.

    Parameters
    ----------
    tree
        Changed in place.
    rows, columns, costs
        The pairs on offer.
    tolerance
        A saving, in units of cost, that is not worth a pivot.
    first
        Which pair to look at first.
    most_pivots
        Return to Python after so many, where Ctrl-C is heard.

    Returns
    -------
    n_pivots, next
        Fewer than `most_pivots` if nothing is left to do; where to go on.
    """
    n = len(rows)
    block = max(10, int(np.sqrt(n)))
    e, n_pivots, unsuccessful = first, 0, 0
    while n_pivots < most_pivots and unsuccessful < n:
        best, entering = -tolerance, NONE
        for _ in range(min(block, n - unsuccessful)):
            saved = costs[e] + tree.potential[rows[e]] - tree.potential[n_rows + columns[e]]
            if saved < best:
                best, entering = saved, e
            e = e + 1 if e + 1 < n else 0
            unsuccessful += 1
        if entering != NONE:
            pivot(tree, rows[entering], n_rows + columns[entering], costs[entering])
            n_pivots += 1
            unsuccessful = 0
    return n_pivots, e


@inlined
def pivot(tree: Tree, i: int, j: int, cost: float) -> None:
    """Let the pair from row node i to column node j enter the tree."""
    meeting = _meeting(tree, i, j)
    change, leaving, on_row_side = _bottleneck(tree, i, j, meeting)
    if change > 0:
        node = i
        while node != meeting:
            tree.flow[node] += -change if tree.upward[node] else change
            node = tree.parent[node]
        node = j
        while node != meeting:
            tree.flow[node] += change if tree.upward[node] else -change
            node = tree.parent[node]
    if on_row_side:
        _rehang(tree, i, j, leaving, change, cost, True)
    else:
        _rehang(tree, j, i, leaving, change, cost, False)


@inlined
def _meeting(tree: Tree, a: int, b: int) -> int:
    """The lowest node above both."""
    while a != b:
        if tree.depth[a] > tree.depth[b]:
            a = tree.parent[a]
        elif tree.depth[b] > tree.depth[a]:
            b = tree.parent[b]
        else:
            a, b = tree.parent[a], tree.parent[b]
    return a


@inlined
def _bottleneck(tree: Tree, i: int, j: int, meeting: int) -> tuple[int, int, bool]:
    """How much can go round, and the last edge that empties, seen along the cycle."""
    change, leaving, on_row_side = MOST, NONE, True
    node = i
    while node != meeting:
        if tree.upward[node] and tree.flow[node] < change:
            change, leaving = tree.flow[node], node
        node = tree.parent[node]
    node = j
    while node != meeting:
        if not tree.upward[node] and tree.flow[node] <= change:
            change, leaving, on_row_side = tree.flow[node], node, False
        node = tree.parent[node]
    return change, leaving, on_row_side


@inlined
def _rehang(
    tree: Tree, node: int, above: int, leaving: int, units: int, cost: float, upward: bool
) -> None:
    """Turn the branch that has lost its edge `leaving` around, and hang it from `above`."""
    lowest = node
    while True:
        old_parent = tree.parent[node]
        old_units, old_cost, old_upward = tree.flow[node], tree.cost[node], tree.upward[node]
        detach(tree, node)
        tree.parent[node] = above
        tree.flow[node], tree.cost[node], tree.upward[node] = units, cost, upward
        attach(tree, node, above)
        if node == leaving:
            break
        above, units, cost, upward = node, old_units, old_cost, not old_upward
        node = old_parent
    _shift(tree, lowest)


@inlined
def _shift(tree: Tree, top: int) -> None:
    """Give a branch the depths and potentials that its new place asks for."""
    above = tree.parent[top]
    cost = tree.cost[top]
    shift = tree.potential[above] + (-cost if tree.upward[top] else cost) - tree.potential[top]
    tree.depth[top] = tree.depth[above] + 1
    tree.potential[top] += shift
    tree.stack[0] = top
    waiting = 1
    while waiting > 0:
        waiting -= 1
        node = tree.stack[waiting]
        child = tree.first_child[node]
        while child != NONE:
            tree.depth[child] = tree.depth[node] + 1
            tree.potential[child] += shift
            tree.stack[waiting] = child
            waiting += 1
            child = tree.next_sibling[child]


@compiled
def refresh(tree: Tree) -> None:
    """Potentials anew from the tree: what many pivots have rounded away comes back."""
    root = len(tree.parent) - 1
    tree.stack[0] = root
    waiting = 1
    while waiting > 0:
        waiting -= 1
        node = tree.stack[waiting]
        child = tree.first_child[node]
        while child != NONE:
            cost = tree.cost[child]
            tree.potential[child] = tree.potential[node] + (-cost if tree.upward[child] else cost)
            tree.stack[waiting] = child
            waiting += 1
            child = tree.next_sibling[child]

"""Crossover: from a plan that is nearly the cheapest to a tree that the simplex can improve.

The auction's plan may send units around cycles of pairs, as here over rows a, b and columns 1, 2:

    a --3-- 1          cost of one unit more on a1, b2 and one less on b1, a2:
    |       |             a1 - b1 + b2 - a2
    2       2          if that is not above 0, do it until b1 or a2 is empty;
    |       |          else the other way round, until a1 or b2 is
    2 --1-- b

`purify` goes through the pairs, cancels every cycle that closes and never pays for it. What is
left has no cycle: a forest. `grow` hangs its parts from one artificial root and makes it the
tree that `Tree` describes.
"""

from typing import NamedTuple

import numpy as np

from homolog._compiled import Flags, Places, Reals, Units, compiled, inlined

NONE = -1
MOST = 1 << 62


class Tree(NamedTuple):
    """A spanning tree of rows 0 … nx-1, columns nx … nx+ny-1 and a root nx+ny.

    All flow is on its edges. An edge belongs to the node at its lower end.

    Attributes
    ----------
    parent, first_child, next_sibling, previous_sibling, depth
        Its shape; `NONE` where there is none.
    upward
        Whether the edge to the parent leads out of this node, from a row to a column or to
        the root.
    flow, cost
        Units on the edge to the parent, and the cost of one.
    potential
        Dual value of the node: along an edge from i to j, cost + potential[i] - potential[j]
        is 0.
    stack
        Room for walking through subtrees.
    """

    parent: Places
    first_child: Places
    next_sibling: Places
    previous_sibling: Places
    depth: Places
    upward: Flags
    flow: Units
    cost: Reals
    potential: Reals
    stack: Places


def seedling(n_nodes: int) -> Tree:
    """Room for a tree of so many rows and columns, and its root."""
    n = n_nodes + 1
    parent, first_child, next_sibling, previous_sibling = (
        np.full(n, NONE, np.int32) for _ in range(4)
    )
    return Tree(
        parent,
        first_child,
        next_sibling,
        previous_sibling,
        np.zeros(n, np.int32),
        np.ones(n, np.bool_),
        np.zeros(n, np.int64),
        np.zeros(n),
        np.zeros(n),
        np.empty(n, np.int32),
    )


@compiled
def purify(n_nodes: int, start: Places, end: Places, units: Units, costs: Reals) -> int:
    """Cancel the cycles of a flow, never at a higher cost; `units` change in place.

    Parameters
    ----------
    n_nodes
        Rows and columns together; columns are numbered after the rows.
    start, end, units, costs
        Row, column, units and cost of one unit of every pair.

    Returns
    -------
    n_cycles
        How many were cancelled.
    """
    parent = np.full(n_nodes, NONE, np.int32)
    edge = np.full(n_nodes, NONE, np.int32)  # the pair between a node and its parent
    size = np.ones(n_nodes, np.int64)
    n_cycles = 0
    for e in range(len(start)):
        while True:
            a, depth_a = _root_and_depth(parent, start[e])
            b, depth_b = _root_and_depth(parent, end[e])
            if a != b:
                _link(parent, edge, size, start[e], end[e], e, a, b)
                break
            n_cycles += 1
            emptied = _cancel(parent, edge, start, end, units, costs, e, depth_a, depth_b)
            if emptied == e:
                break
            lower = start[emptied] if edge[start[emptied]] == emptied else end[emptied]
            parent[lower] = NONE
            edge[lower] = NONE
            size[lower] = 1
    return n_cycles


@compiled
def _root_and_depth(parent: Places, node: int) -> tuple[int, int]:
    depth = 0
    while parent[node] != NONE:
        node = parent[node]
        depth += 1
    return node, depth


@compiled
def _link(
    parent: Places, edge: Places, size: Units, i: int, j: int, e: int, root_i: int, root_j: int
) -> None:
    """Join two trees by the pair e, turning the smaller one upside down."""
    if size[root_i] <= size[root_j]:
        node, above = i, j
        size[root_j] += size[root_i]
    else:
        node, above = j, i
        size[root_i] += size[root_j]
    by = e
    while node != NONE:
        next_node, next_by = parent[node], edge[node]
        parent[node], edge[node] = above, by
        above, by, node = node, next_by, next_node


@compiled
def _cancel(
    parent: Places,
    edge: Places,
    start: Places,
    end: Places,
    units: Units,
    costs: Reals,
    e: int,
    depth_i: int,
    depth_j: int,
) -> int:
    """Send units around the cycle that pair e closes until a pair is empty; return that pair.

    Forward means more on e: less on the pairs next to it, more on those after, and so on.
    """
    i, j = start[e], end[e]
    price, forward, emptied_forward, backward, emptied_backward = costs[e], MOST, e, units[e], e
    while i != j:
        if depth_i >= depth_j:
            k = edge[i]
            loses = start[k] == i
            i = parent[i]
            depth_i -= 1
        else:
            k = edge[j]
            loses = end[k] == j
            j = parent[j]
            depth_j -= 1
        if loses:
            price -= costs[k]
            if units[k] < forward:
                forward, emptied_forward = units[k], k
        else:
            price += costs[k]
            if units[k] < backward:
                backward, emptied_backward = units[k], k
    change, emptied = (forward, emptied_forward) if price <= 0 else (-backward, emptied_backward)
    units[e] += change
    node = start[e]
    while node != i:
        units[edge[node]] += -change if start[edge[node]] == node else change
        node = parent[node]
    node = end[e]
    while node != i:
        units[edge[node]] += -change if end[edge[node]] == node else change
        node = parent[node]
    return emptied


@compiled
def grow(start: Places, end: Places, units: Units, costs: Reals, prices: Reals, tree: Tree) -> int:
    """Hang the parts of a forest from the root by edges without flow; fill in `tree`.

    Those edges lead towards the root, so they can never carry flow, and every part may be
    entered: the tree is strongly feasible, which keeps the simplex from going in circles.
    Potentials follow the costs within a part, and on average the column prices.

    Returns
    -------
    n_parts
        How many parts the forest had.
    """
    n_nodes, n_columns = len(tree.parent) - 1, len(prices)
    n_rows = n_nodes - n_columns
    first, edges = _incident(n_nodes, start, end, units)
    root = n_nodes
    tree.first_child[root] = NONE
    tree.potential[root] = 0.0
    seen = np.zeros(n_nodes, np.bool_)
    part = np.empty(n_nodes, np.int32)
    n_parts = 0
    for top in range(n_nodes):
        if seen[top]:
            continue
        n_parts += 1
        seen[top] = True
        _hang(tree, top, root, 0, 0.0, True)
        tree.potential[top] = 0.0
        part[0], n_part, done = top, 1, 0
        while done < n_part:
            node = part[done]
            done += 1
            for k in range(first[node], first[node + 1]):
                e = edges[k]
                other = end[e] if node < n_rows else start[e]
                if not seen[other]:
                    seen[other] = True
                    upward = other < n_rows
                    _hang(tree, other, node, units[e], costs[e], upward)
                    tree.potential[other] = tree.potential[node] + (
                        -costs[e] if upward else costs[e]
                    )
                    part[n_part] = other
                    n_part += 1
        _settle(tree, part[:n_part], prices, n_rows)
    return n_parts


@compiled
def _settle(tree: Tree, part: Places, prices: Reals, n_rows: int) -> None:
    """Shift the potentials of a part so that its columns meet the prices on average."""
    off, n_columns = 0.0, 0
    for node in part:
        if node >= n_rows:
            off += -prices[node - n_rows] - tree.potential[node]
            n_columns += 1
    if n_columns > 0:
        for node in part:
            tree.potential[node] += off / n_columns
    tree.cost[part[0]] = -tree.potential[part[0]]


@compiled
def _incident(n_nodes: int, start: Places, end: Places, units: Units) -> tuple[Units, Places]:
    """The pairs with flow at every node: those of node v are edges[first[v]:first[v + 1]]."""
    first = np.zeros(n_nodes + 1, np.int64)
    for e in range(len(start)):
        if units[e] > 0:
            first[start[e] + 1] += 1
            first[end[e] + 1] += 1
    for v in range(n_nodes):
        first[v + 1] += first[v]
    place = first[:n_nodes].copy()
    edges = np.empty(first[n_nodes], np.int32)
    for e in range(len(start)):
        if units[e] > 0:
            for v in (start[e], end[e]):
                edges[place[v]] = e
                place[v] += 1
    return first, edges


@inlined
def _hang(tree: Tree, node: int, parent: int, units: int, cost: float, upward: bool) -> None:
    """Make a node the first child of another."""
    tree.parent[node] = parent
    tree.depth[node] = tree.depth[parent] + 1
    tree.flow[node], tree.cost[node], tree.upward[node] = units, cost, upward
    attach(tree, node, parent)


@inlined
def attach(tree: Tree, node: int, parent: int) -> None:
    """Put a node in front of the children of its parent."""
    after = tree.first_child[parent]
    tree.next_sibling[node], tree.previous_sibling[node] = after, NONE
    if after != NONE:
        tree.previous_sibling[after] = node
    tree.first_child[parent] = node


@inlined
def detach(tree: Tree, node: int) -> None:
    """Take a node out of the children of its parent."""
    before, after = tree.previous_sibling[node], tree.next_sibling[node]
    if before == NONE:
        tree.first_child[tree.parent[node]] = after
    else:
        tree.next_sibling[before] = after
    if after != NONE:
        tree.previous_sibling[after] = before

"""Parametric shortest paths with contraction: the loops behind max-balancing.

Every synapse has a length, and all lengths are shortened by the same amount. As that amount
grows from minus infinity, the forest of shortest paths changes synapse by synapse, until one
would close a cycle: the cycle of least mean length. Its neurons are shifted so that all its
synapses have that mean, become one group, and the amount grows on (Young, Tarjan and Orlin
1991). The path to a group is ``cost - depth * amount`` long.

A group keeps the cost and depth of the largest of those it was made of, so that only the
synapses of the smaller ones are looked at again; what hung from those hangs from nothing then,
with its cost and depth as they were. Nothing but differences of lengths matters, so any path
that is as long at this amount will do.
"""

import heapq
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from homolog._compiled import Places, Reals, Units, compiled, running
else:
    Places = Reals = Units = Any
    try:
        from homolog._compiled import compiled, running
    except ImportError:  # without numba the same loops run in Python, a hundred times slower
        from contextlib import nullcontext as running

        def compiled(function):
            """As it is."""
            return function


Queue = list[tuple[float, int]]

__all__ = ["Arcs", "running", "shifts"]

NONE = -1


class Arcs(NamedTuple):
    """Synapses, and for every neuron those that arrive and those that leave."""

    pre: Places
    post: Places
    length: Reals
    arriving_first: Units  # where a neuron's own begin among `arriving`, and one more entry
    arriving: Units
    leaving_first: Units
    leaving: Units


class Groups(NamedTuple):
    """Neurons that have become one; a group is named by one of its neurons."""

    of: Units
    shift: Reals  # added to the length of what leaves a neuron, taken from what arrives
    following: Units  # the next neuron of the same group
    last: Units
    n_arcs: Units


class Forest(NamedTuple):
    """The shortest path to every group: read at the neuron that names it."""

    cost: Reals
    depth: Units
    arc: Units  # the path's last synapse
    parent: Units
    child: Units
    older: Units
    younger: Units


@compiled
def shifts(arcs: Arcs, n_groups_left: int) -> Reals:
    """Shift of every neuron after which the lengths are min-balanced.

    For every set of neurons, the shortest synapse that leads in is then as long as the
    shortest one that leads out. All synapses must lie on cycles, and `n_groups_left` is the
    number of parts that no synapse joins.
    """
    n = len(arcs.arriving_first) - 1
    groups = Groups(
        np.arange(n),
        np.zeros(n),
        np.full(n, NONE),
        np.arange(n),
        np.diff(arcs.arriving_first) + np.diff(arcs.leaving_first),
    )
    forest = Forest(
        np.zeros(n),
        np.zeros(n, np.int64),
        np.full(n, NONE),
        np.full(n, NONE),
        np.full(n, NONE),
        np.full(n, NONE),
        np.full(n, NONE),
    )
    below = np.empty(n, np.int64)
    queue = [(arcs.length[arc], arc) for arc in range(len(arcs.length))]
    heapq.heapify(queue)
    n_groups = n
    while n_groups > n_groups_left:
        amount, arc = heapq.heappop(queue)
        due = when(arc, arcs, groups, forest)
        if due > amount:
            if due < np.inf:
                heapq.heappush(queue, (due, arc))
            continue
        pre, post = groups.of[arcs.pre[arc]], groups.of[arcs.post[arc]]
        count = list_below(post, forest, below)
        if contains(below, count, pre):
            n_groups -= contract(arc, arcs, groups, forest, queue)
        else:
            rehang(arc, arcs, groups, forest, below, count)
            for k in range(count):
                queue_leaving(below[k], arcs, groups, forest, queue)
    return groups.shift


@compiled
def when(arc: int, arcs: Arcs, groups: Groups, forest: Forest) -> float:
    """The amount from which on a synapse shortens the path to where it leads."""
    start, end = groups.of[arcs.pre[arc]], groups.of[arcs.post[arc]]
    deeper = forest.depth[start] + 1 - forest.depth[end]
    if start == end or deeper <= 0:
        return np.inf
    return (forest.cost[start] + shifted(arc, arcs, groups) - forest.cost[end]) / deeper


@compiled
def shifted(arc: int, arcs: Arcs, groups: Groups) -> float:
    return arcs.length[arc] + groups.shift[arcs.pre[arc]] - groups.shift[arcs.post[arc]]


@compiled
def queue_leaving(group: int, arcs: Arcs, groups: Groups, forest: Forest, queue: Queue) -> None:
    """Queue all synapses from a group, which may shorten paths sooner than before."""
    neuron = group
    while neuron != NONE:
        for at in range(arcs.leaving_first[neuron], arcs.leaving_first[neuron + 1]):
            arc = arcs.leaving[at]
            due = when(arc, arcs, groups, forest)
            if due < np.inf:
                heapq.heappush(queue, (due, arc))
        neuron = groups.following[neuron]


@compiled
def queue_arriving(group: int, arcs: Arcs, groups: Groups, forest: Forest, queue: Queue) -> None:
    neuron = group
    while neuron != NONE:
        for at in range(arcs.arriving_first[neuron], arcs.arriving_first[neuron + 1]):
            arc = arcs.arriving[at]
            due = when(arc, arcs, groups, forest)
            if due < np.inf:
                heapq.heappush(queue, (due, arc))
        neuron = groups.following[neuron]


@compiled
def list_below(group: int, forest: Forest, below: Units) -> int:
    """Write a group and all whose paths lead through it into `below`; return how many."""
    below[0] = group
    count, at = 1, 0
    while at < count:
        child = forest.child[below[at]]
        while child != NONE:
            below[count] = child
            count += 1
            child = forest.younger[child]
        at += 1
    return count


@compiled
def contains(below: Units, count: int, group: int) -> bool:
    for k in range(count):  # noqa: SIM110  (any() of a generator cannot be compiled)
        if below[k] == group:
            return True
    return False


@compiled
def rehang(arc: int, arcs: Arcs, groups: Groups, forest: Forest, below: Units, count: int) -> None:
    """Let the path to a group, and to all below it, come by this synapse."""
    parent, group = groups.of[arcs.pre[arc]], groups.of[arcs.post[arc]]
    dearer = forest.cost[parent] + shifted(arc, arcs, groups) - forest.cost[group]
    deeper = forest.depth[parent] + 1 - forest.depth[group]
    for k in range(count):
        forest.cost[below[k]] += dearer
        forest.depth[below[k]] += deeper
    detach(group, forest)
    attach(group, parent, forest)
    forest.arc[group] = arc


@compiled
def contract(arc: int, arcs: Arcs, groups: Groups, forest: Forest, queue: Queue) -> int:
    """Make one group of the cycle that a synapse closes; return how many groups fewer."""
    end, top = groups.of[arcs.pre[arc]], groups.of[arcs.post[arc]]
    n_cycle = 1
    group = end
    while group != top:
        n_cycle += 1
        group = forest.parent[group]
    cycle = np.empty(n_cycle, np.int64)
    keeper = group = end
    for k in range(n_cycle - 1, -1, -1):
        cycle[k] = group
        if groups.n_arcs[group] > groups.n_arcs[keeper]:
            keeper = group
        group = forest.parent[group]
    if keeper != top:
        detach(keeper, forest)
    evened = shifts_on_cycle(cycle, keeper, arc, arcs, groups, forest)
    for k in range(n_cycle):
        if cycle[k] != keeper:
            merge(cycle[k], keeper, evened[k], groups, forest)
    for k in range(n_cycle):
        if cycle[k] != keeper:
            queue_arriving(cycle[k], arcs, groups, forest, queue)
            queue_leaving(cycle[k], arcs, groups, forest, queue)
    for k in range(n_cycle):
        if cycle[k] != keeper:
            append(cycle[k], keeper, groups)
    return n_cycle - 1


@compiled
def shifts_on_cycle(
    cycle: Units, keeper: int, closing: int, arcs: Arcs, groups: Groups, forest: Forest
) -> Reals:
    """Shifts after which all synapses on the cycle are as long as their mean; the keeper's is 0."""
    evened = np.zeros(len(cycle))
    total = shifted(closing, arcs, groups)
    for k in range(1, len(cycle)):
        evened[k] = shifted(forest.arc[cycle[k]], arcs, groups)
        total += evened[k]
    mean = total / len(cycle)
    keepers = 0.0
    for k in range(1, len(cycle)):
        evened[k] += evened[k - 1] - mean
        if cycle[k] == keeper:
            keepers = evened[k]
    return evened - keepers


@compiled
def merge(group: int, keeper: int, shift: float, groups: Groups, forest: Forest) -> None:
    """Take a group's neurons into the keeper; what hung from it hangs from nothing."""
    detach(group, forest)
    while forest.child[group] != NONE:
        detach(forest.child[group], forest)
    neuron = group
    while neuron != NONE:
        groups.of[neuron] = keeper
        groups.shift[neuron] += shift
        neuron = groups.following[neuron]


@compiled
def append(group: int, keeper: int, groups: Groups) -> None:
    groups.following[groups.last[keeper]] = group
    groups.last[keeper] = groups.last[group]
    groups.n_arcs[keeper] += groups.n_arcs[group]


@compiled
def attach(group: int, parent: int, forest: Forest) -> None:
    eldest = forest.child[parent]
    forest.parent[group], forest.younger[group], forest.older[group] = parent, eldest, NONE
    forest.child[parent] = group
    if eldest != NONE:
        forest.older[eldest] = group


@compiled
def detach(group: int, forest: Forest) -> None:
    parent, older, younger = forest.parent[group], forest.older[group], forest.younger[group]
    if older != NONE:
        forest.younger[older] = younger
    elif parent != NONE:
        forest.child[parent] = younger
    if younger != NONE:
        forest.older[younger] = older
    forest.parent[group] = forest.older[group] = forest.younger[group] = NONE

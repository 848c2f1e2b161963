"""From a matrix of costs to a problem that the methods can work on."""

from __future__ import annotations

from typing import Any

import numpy as np

from homolog import errors
from homolog.balancing._graph import Components, Reals, is_sparse, strong_components
from homolog.balancing._solving._matrices import Dense, Sparse
from homolog.balancing._solving._problem import Problem

MILD = 1e30
"""Costs between this and its inverse need no care before they are added up."""

ROUNDS = 100
"""Moves by which costs too far apart for float64 are brought together in logarithms."""


def problem_of(costs: Any, components: Components, tolerance: float) -> Problem:
    """Costs within components, without the diagonal.

    Raises
    ------
    HomologError
        HM051 if they are too far apart to be told even where they are balanced.
    """
    held = (_sparse if is_sparse(costs) else _dense)(costs, components)
    problem = Problem(held, components.labels, tolerance)
    if _mild(held.values):
        return problem
    problem.log_scales = problem.centred(_roughly_balanced(held))
    problem.carry()
    problem.move(problem.log_scales)
    if np.any((problem.costs.values == 0) & (held.values > 0)) and _parted(problem, components):
        remedy = "Leave out the synapses that cost least."
        raise errors.bad_costs("costs", "more than 300 decades apart where balanced", remedy)
    return problem


def _mild(values: Reals) -> bool:
    """Whether costs, but for those that are zero, are near enough to one."""
    small = np.count_nonzero(values < 1 / MILD)
    zero = values.size - np.count_nonzero(values)
    return bool(small == zero and values.max(initial=0.0) < MILD)


def _roughly_balanced(costs: Dense | Sparse) -> Reals:
    """Log-scales at which the largest cost into a neuron is about the largest out of it."""
    rows, columns = costs.entries()
    first = costs.logarithms(np.zeros(costs.n_neurons))[costs.values > 0]
    x = np.zeros(costs.n_neurons)
    for _ in range(ROUNDS):
        here = first + x[columns] - x[rows]
        inward, outward = np.full((2, len(x)), -np.inf)
        np.maximum.at(inward, rows, here)
        np.maximum.at(outward, columns, here)
        there = np.isfinite(inward) & np.isfinite(outward)
        x[there] += (inward[there] - outward[there]) / 4
    return x


def _parted(problem: Problem, components: Components) -> bool:
    """Whether costs that became zero hold a component together."""
    from scipy.sparse import csr_array

    rows, columns = problem.costs.entries()
    n = problem.costs.n_neurons
    graph = csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))
    return len(strong_components(graph).levels) > len(components.levels)


def _dense(costs: Reals, components: Components) -> Dense:
    if not costs.diagonal().any() and not len(components.crossing[0]):
        return Dense(np.ascontiguousarray(costs))
    inner = np.array(costs, order="C")
    np.fill_diagonal(inner, 0.0)
    inner[components.crossing] = 0.0
    return Dense(inner)


def _sparse(costs: Any, components: Components) -> Sparse:
    inner = costs if _only_within(costs, components) else _within(costs, components)
    kind = np.int32 if inner.nnz < 2**31 else np.int64
    starts, places = (one.astype(kind, copy=False) for one in (inner.indptr, inner.indices))
    return Sparse(starts, places, inner.data)


def _only_within(costs: Any, components: Components) -> bool:
    """Whether every entry is a synapse between two neurons of one component."""
    if len(components.crossing[0]) or (costs.nnz and costs.data.min() == 0):
        return False
    return not costs.diagonal().any()


def _within(costs: Any, components: Components) -> Any:
    from scipy.sparse import csr_array

    rows = np.repeat(np.arange(costs.shape[0]), np.diff(costs.indptr))
    labels = components.labels
    kept = (costs.data > 0) & (rows != costs.indices) & (labels[rows] == labels[costs.indices])
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=len(labels)))])
    return csr_array((costs.data[kept], costs.indices[kept], starts), shape=costs.shape)

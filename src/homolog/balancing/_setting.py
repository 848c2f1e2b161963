"""From a matrix of costs to a problem that the methods can work on."""

from __future__ import annotations

from typing import Any

import numpy as np

from homolog.balancing._graph import Components, Reals, is_sparse
from homolog.balancing._matrices import Dense, Sparse
from homolog.balancing._problem import Problem

MILD = 1e100
"""Largest cost that needs no other unit."""


def problem_of(costs: Any, components: Components, tolerance: float) -> tuple[Problem, float]:
    """Costs within components, without the diagonal.

    Returns
    -------
    problem
        At log-scales of zero.
    unit
        What a cost of one in the problem is worth.
    """
    held, unit = (_sparse if is_sparse(costs) else _dense)(costs, components)
    return Problem(held, components.labels, tolerance), unit


def _dense(costs: Reals, components: Components) -> tuple[Dense, float]:
    if not costs.diagonal().any() and not len(components.crossing[0]):
        unit = _unit(costs)
        return Dense(np.ascontiguousarray(costs if unit == 1.0 else costs / unit)), unit
    inner = np.array(costs, order="C")
    np.fill_diagonal(inner, 0.0)
    inner[components.crossing] = 0.0
    unit = _unit(inner)
    if unit != 1.0:
        inner /= unit
    return Dense(inner), unit


def _sparse(costs: Any, components: Components) -> tuple[Sparse, float]:
    inner = costs if _only_within(costs, components) else _within(costs, components)
    unit = _unit(inner.data)
    kind = np.int32 if inner.nnz < 2**31 else np.int64
    starts, places = (one.astype(kind, copy=False) for one in (inner.indptr, inner.indices))
    return Sparse(starts, places, inner.data if unit == 1.0 else inner.data / unit), unit


def _unit(costs: Reals) -> float:
    """One, or the largest cost where it is so large or small that squares leave the range."""
    largest = float(costs.max(initial=0.0))
    return 1.0 if largest == 0 or 1 / MILD < largest < MILD else largest


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

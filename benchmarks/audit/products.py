"""What no step can do without: the products of all rows, in double precision."""

from collections.abc import Callable

import numpy as np

from benchmarks.audit.problems import Reals

MOVED_BY = {
    "cka": ("reference", "candidate"),
    "nbs": ("reference",),
    "procrustes": ("reference",),
    "linear_regression": ("reference", "candidate"),
    "soft_matching": (),
}
"""Populations whose responses, multiplied by a matrix of neurons, make up the gradient."""


def products(measure: str, target: Reals, start: Reals) -> Callable[[], None]:
    """The products of one step: those that the score is made of, and those of its gradient."""
    rows = {"reference": target, "candidate": start}
    weights = np.eye(target.shape[1])
    room = np.empty_like(start)

    def step() -> None:
        _ = target.T @ start
        if "candidate" in MOVED_BY[measure]:
            _ = start.T @ start
        for population in MOVED_BY[measure]:
            np.matmul(rows[population], weights, out=room)

    return step

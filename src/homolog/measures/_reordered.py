"""Summaries whose stimuli are put in another order, so that they need not be made anew."""

from dataclasses import field, fields, replace
from typing import Any, Literal

import numpy as np

from homolog._arrays import Array


def along_stimuli(axes: Literal[1, 2, "pairs"] = 1) -> Any:
    """Declare a field of a summary that moves when stimuli are reordered.

    1: rows are stimuli; 2: rows and columns are; ``"pairs"``: one entry for each pair
    of stimuli, in the order of the upper triangle.
    """
    return field(metadata={"stimuli": axes})


def is_ordered(summary: Any) -> bool:
    """Whether the order of stimuli matters: not where only a summary of all of them is kept."""
    return any("stimuli" in f.metadata for f in fields(summary))


def is_numpy(summary: Any) -> bool:
    """Whether the fields that move with the stimuli are NumPy arrays of float64."""
    moving = (getattr(summary, f.name) for f in fields(summary) if "stimuli" in f.metadata)
    return all(x is None or (isinstance(x, np.ndarray) and x.dtype == np.float64) for x in moving)


def permuted(summary: Any, order: np.ndarray) -> Any:
    """The summary of the same population with its stimuli in another order."""
    moved = {
        f.name: _reordered(getattr(summary, f.name), order, f.metadata["stimuli"])
        for f in fields(summary)
        if "stimuli" in f.metadata and getattr(summary, f.name) is not None
    }
    return replace(summary, **moved)


def _reordered(values: Array, order: np.ndarray, axes: Literal[1, 2, "pairs"]) -> Array:
    if axes == 1:
        return values[order]
    if axes == 2:
        return values[order][:, order]
    n = len(order)
    i, j = np.triu_indices(n, 1)
    low, high = np.minimum(order[i], order[j]), np.maximum(order[i], order[j])
    return values[low * n - low * (low + 1) // 2 + high - low - 1]

"""Where something that changes along a climb first comes up to a level."""

from __future__ import annotations

import numpy as np

from homolog.audit._targets import Reals


def first_reach(score: Reals, values: Reals, level: float) -> float | None:
    """The score at which `values` first comes up to `level`, interpolated; None if never."""
    there = np.flatnonzero(values >= level)
    if not len(there):
        return None
    after = int(there[0])
    if after == 0:
        return float(score[0])
    gained = (level - values[after - 1]) / (values[after] - values[after - 1])
    return float(score[after - 1] + gained * (score[after] - score[after - 1]))

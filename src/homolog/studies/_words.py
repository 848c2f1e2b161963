"""Numbers in words: intervals over independent pairs, and how they are written."""

from collections.abc import Iterable

import numpy as np


def mean_interval(values: Iterable[float], level: float = 0.95) -> tuple[float, float, float]:
    """Mean of independent values, and the ends of its Student t interval."""
    from scipy.stats import t

    values = np.asarray(list(values), dtype=float)
    reach = t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    mean = float(values.mean())
    return mean, mean - float(reach), mean + float(reach)


def with_interval(values: Iterable[float], digits: int = 3) -> str:
    """Mean and 95 % interval, as in ``0.120 [0.100, 0.140]``."""
    mean, low, high = mean_interval(values)
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"

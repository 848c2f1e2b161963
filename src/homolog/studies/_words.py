"""Numbers in words: intervals over independent pairs, how they are written and judged."""

from collections.abc import Iterable

import numpy as np

from homolog.studies._study import Verdict

Interval = tuple[float, float]


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


def above_0(intervals: Iterable[Interval]) -> Verdict:
    """Agree if all intervals are above 0, disagree if one is below it."""
    ends = list(intervals)
    if all(low > 0 for low, _ in ends):
        return "agree"
    return "disagree" if any(high < 0 for _, high in ends) else "cannot tell"


def near_0(interval: Interval, tolerance: float) -> Verdict:
    """Agree if the interval is nearer to 0 than `tolerance`, disagree if all of it is not."""
    low, high = interval
    if -tolerance < low and high < tolerance:
        return "agree"
    return "disagree" if low > tolerance or high < -tolerance else "cannot tell"

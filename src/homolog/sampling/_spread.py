"""The interval that errors of several origins make together."""

from collections.abc import Sequence

import numpy as np

from homolog._moves import check_level


def interval(value: float, parts: Sequence[tuple[float, int]], level: float) -> tuple[float, float]:
    """Value plus and minus a Student t quantile of independent errors that add up.

    Parameters
    ----------
    value
        The middle.
    parts
        Each error with how many were left out for it; degrees of freedom by Satterthwaite.
    level
        Share of studies in which it should hold the truth.
    """
    from scipy.stats import t

    check_level(level)
    variance = np.array([error**2 for error, _ in parts])
    if not (total := variance.sum()) > 0:
        return value, value
    freedom = total**2 / np.sum(variance**2 / [n - 1 for _, n in parts])
    reach = float(t.ppf((1 + level) / 2, freedom) * np.sqrt(total))
    return value - reach, value + reach

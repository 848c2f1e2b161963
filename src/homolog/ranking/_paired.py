"""The error of a difference: a jackknife that counts once what stimuli do together."""

from __future__ import annotations

import numpy as np

from homolog._moves import of_partners
from homolog.measures._measure import Measure
from homolog.ranking._left_out import Estimate, LeftOut
from homolog.statistics import Floats, squared_errors

MOST_TOGETHER = 0.5
"""Excess over variance of a number to which only pairs of stimuli add, and no single one."""

ROUNDING = 1e-12
"""An error smaller than this share of the scores is none: nothing moved but last digits."""


MATCHING = frozenset(
    {
        "one_to_one_matching",
        "partial_soft_matching",
        "permutation_procrustes",
        "semi_matching_correlation",
        "soft_matching",
        "soft_matching_correlation",
    }
)
"""Measures that match single neurons."""


def jumps(measure: Measure) -> bool:
    """Whether it goes from one matching, fit or count to another, so that its error is large."""
    return measure.name in MATCHING or measure.fits or measure.counts


def paired(kept: LeftOut, first: str, second: str) -> Estimate:
    r"""The difference of two numbers from the same stimuli, with its error.

    A number is a sum of what stimuli add alone, in pairs, in threes and so on. The jackknife
    counts what :math:`k` stimuli add together :math:`k` times (Efron and Stein 1981), so that
    its variance :math:`V` is too large: by half at 20 stimuli for CKA and Procrustes. What two
    left out together change beyond what each changes alone tells by how much: that excess
    :math:`B` is what pairs add, and thrice what threes add, and so on. If each kind adds a
    constant share of the one before, the variance is :math:`V / (1 + B / V)`.

    Parameters
    ----------
    kept
        With each block left out, and each with its partner.
    first, second
        Names of the two numbers.

    Returns
    -------
    estimate
        Its degrees of freedom (Satterthwaite) are those of the variance that was found: blocks
        of which few decide count as few.

    Notes
    -----
    The share is not let beyond that of a number to which only pairs add. Measures that jump
    from one matching or penalty to another are beyond it: their errors stay too large, and
    differences are missed rather than invented. Which do is known of the measure (see `jumps`).
    One study cannot tell: the share is most often large where the variance came out too small.
    """
    value = kept.values[first] - kept.values[second]
    why_not = {**kept.why_not, **kept.why_not_two}
    absent = [why_not[name] for name in (first, second) if name in why_not]
    if absent:
        return Estimate(value, None, 0, absent[0])
    one, two = (of[first] - of[second] for of in (kept.without, kept.without_two))
    squares = squared_errors(value, one, kept.sizes)
    variance = float(squares.mean())
    largest = max(abs(kept.values[name]) for name in (first, second))
    if np.sqrt(variance) <= ROUNDING * largest:
        return Estimate(value if abs(value) > ROUNDING * largest else 0.0, 0.0, 1)
    excess = float(np.mean(of_partners(value, one, two, kept.sizes) ** 2)) / variance
    share = min(excess, MOST_TOGETHER)
    freedom = _freedom(squares) * ((1 + share) / (1 + 2 * share)) ** 2
    return Estimate(value, float(np.sqrt(variance / (1 + share))), max(freedom, 1.0))


def _freedom(squares: Floats) -> float:
    """Degrees of freedom of their mean, by how unequal they are; at most one less than they."""
    n = len(squares)
    spread = float(squares.var() / squares.mean() ** 2)
    return n - 1 if spread == 0 else min(n - 1, 2 * n / spread)

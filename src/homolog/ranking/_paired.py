"""The error of a difference: a jackknife that counts once what stimuli do together, or halves."""

from __future__ import annotations

import numpy as np

from homolog._moves import of_partners
from homolog.measures._measure import Measure
from homolog.ranking._left_out import Estimate, LeftOut, splits
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


def matches(measure: Measure) -> bool:
    """Whether it goes from one matching of neurons to another, and fits nothing."""
    return measure.name in MATCHING and not measure.fits


def chooses(measure: Measure) -> bool:
    """Whether it chooses penalties, which can be held."""
    return measure.chosen is not None and measure.options["penalty"] is None


def jumps(measure: Measure) -> bool:
    """Whether it goes from one fit or count to another, and no choice that it makes can be held."""
    return measure.counts or (measure.fits and measure.chosen is None)


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
    The share is not let beyond that of a number to which only pairs add, for one study tells it
    badly: it is most often large where the variance came out too small. Measures that jump are
    beyond it. What jumps from one matching to another moves with every stimulus by a root of how
    much there is of it, not in proportion, so that no leaving out of few tells its variance. Two
    halves of the stimuli have nothing in common, and their differences have twice the variance
    :math:`\sigma^2` of all stimuli, jumps and all, if that goes with one over their number:

    .. math:: \sigma^2 = \tfrac14 \, \mathrm{mean} \, (D_1 - D_2)^2

    over as many random splits as blocks. Where halves were given they are what is used. Measures
    that choose a penalty have it held, for else the jackknife tells how the choice jumps.
    Of other measures that jump (see `jumps`) errors stay too large, and differences are missed
    rather than invented.
    """
    value = kept.values[first] - kept.values[second]
    why_not = {**kept.why_not, **kept.why_not_two}
    absent = [why_not[name] for name in (first, second) if name in why_not]
    if absent:
        return Estimate(value, None, 0, absent[0])
    halved = first in kept.halves and second in kept.halves
    variance, freedom = (_of_halves if halved else _of_leaving)(value, kept, first, second)
    largest = max(abs(kept.values[name]) for name in (first, second))
    if np.sqrt(variance) <= ROUNDING * largest:
        return Estimate(value if abs(value) > ROUNDING * largest else 0.0, 0.0, 1)
    return Estimate(value, float(np.sqrt(variance)), freedom)


def _of_leaving(value: float, kept: LeftOut, first: str, second: str) -> tuple[float, float]:
    """Variance and degrees of freedom of a jackknife, plain where no two were left out together."""
    one = kept.without[first] - kept.without[second]
    squares = squared_errors(value, one, kept.sizes)
    variance, freedom = float(squares.mean()), _freedom(squares)
    if not variance or first not in kept.without_two or second not in kept.without_two:
        return variance, freedom
    two = kept.without_two[first] - kept.without_two[second]
    excess = float(np.mean(of_partners(value, one, two, kept.sizes) ** 2)) / variance
    share = min(excess, MOST_TOGETHER)
    return variance / (1 + share), max(freedom * ((1 + share) / (1 + 2 * share)) ** 2, 1.0)


def _of_halves(value: float, kept: LeftOut, first: str, second: str) -> tuple[float, float]:
    """Variance from differences on halves, freedom of so many blocks and so many splits."""
    one, halves = (of[first] - of[second] for of in (kept.without, kept.halves))
    n_splits, n_stimuli = len(halves), kept.sizes.sum()
    share = splits(kept.n_blocks) @ kept.sizes / n_stimuli
    variance = float(np.mean((halves[:, 0] - halves[:, 1]) ** 2 * share * (1 - share)))
    freedom = _freedom(squared_errors(value, one, kept.sizes))
    return variance, 1 / (1 / freedom + 1 / n_splits)


def _freedom(squares: Floats) -> float:
    """Degrees of freedom of their mean, by how unequal they are; at most one less than they."""
    n, mean = len(squares), squares.mean()
    spread = float(squares.var() / mean**2) if mean else 0.0
    return n - 1 if spread == 0 else min(n - 1, 2 * n / spread)

"""How much a ratio of overlaps would have been another with other stimuli, or other neurons.

The ratio is S / G: what two populations share over the geometric mean of what each shares with
itself. Were r the truth, S - rG would be 0 on average; an interval holds every r for which it is
not surely something else. So nothing is ever divided by a denominator that might be small, and the
spread is that which belongs to r, not to an estimate that is too high and so looks too sure.

A jackknife counts what single stimuli move once and what pairs of them move twice; where single
ones move nothing, as when populations are unrelated, its variance is twice the true one. So both
are told apart: what pairs move is estimated from pairs, what single ones move is the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import Reals

_STEP, _FAR = 0.01, 1e6

_MOST_TOGETHER = 0.5
"""Of the variance of a jackknife where only pairs move anything, and no single one."""


@dataclass(frozen=True)
class Spread:
    """Variances and covariance of S and G, of one origin.

    Attributes
    ----------
    shared, both, own
        Variance of S, covariance of S and G, variance of G.
    """

    shared: float = 0.0
    both: float = 0.0
    own: float = 0.0

    def __add__(self, other: "Spread") -> "Spread":
        """Of both origins together."""
        return self.plus(other, 1)

    def plus(self, other: "Spread", times: float) -> "Spread":
        """With so many times another added."""
        return Spread(
            self.shared + times * other.shared,
            self.both + times * other.both,
            self.own + times * other.own,
        )

    def signed(self, ratio: float, share: float = 1.0) -> float:
        """The variance of S - rG, with that of S as large as `share` of it; below 0 by accident."""
        return share * self.shared - 2 * ratio * share**0.5 * self.both + ratio**2 * self.own

    def at(self, ratio: float, share: float = 1.0) -> float:
        """The same, at least 0."""
        return max(0.0, self.signed(ratio, share))


class Varies(Protocol):
    """What draws of one kind, of stimuli or of neurons, bring to the variance of S - rG."""

    def variances(self, ratio: float, estimate: float) -> list[tuple[float, float]]:
        """Variances that add up, with degrees of freedom, were `ratio` the truth."""
        ...


@dataclass(frozen=True)
class Moves:
    """What draws of one kind move, where single ones are told from pairs.

    Attributes
    ----------
    alone, in_pairs
        Spread that single ones bring; that pairs of them bring and no single one.
    freedom
        Degrees of freedom of both.
    follows
        Where single ones move S less the less there is of it: the least estimate that is told
        from nothing, which stands for any below it.
    """

    alone: Spread = Spread()
    in_pairs: Spread = Spread()
    freedom: float = 1.0
    follows: float | None = None

    def variances(self, ratio: float, estimate: float) -> list[tuple[float, float]]:
        """Of single ones and of pairs, with degrees of freedom, were `ratio` the truth."""
        known = 0.0 if self.follows is None else max(estimate, self.follows)
        share = max(0.0, ratio) / known if known > 0 else 1.0
        share = max(share, share**0.5)
        return [
            (self.alone.at(ratio, share), self.freedom),
            (self.in_pairs.at(ratio), self.freedom),
        ]


def covaried(first: Reals, second: Reals, sizes: NDArray[np.int64]) -> Spread:
    """Jackknife covariance of (2, n) values of S and G without each of n blocks of some sizes.

    Twice the same, or of two halves of what else was drawn, which leaves the accidents of that
    out. Blocks of unequal sizes need values less those of all.
    """
    share = sizes.sum() / sizes
    one, other = (
        np.sum((1 - 1 / share) * side, axis=1, keepdims=True) - (share - 1) * side
        for side in (first, second)
    )
    return _mean_products(one / (share - 1), other)


def _mean_products(first: Reals, second: Reals) -> Spread:
    found = first @ second.T / first.shape[1]
    return Spread(found[0, 0], (found[0, 1] + found[1, 0]) / 2, found[1, 1])


def partners(n_blocks: int) -> NDArray[np.int64]:
    """(block,) with which other block each is left out, no two blocks twice; three or more.

    Far from each other, so that what lies side by side in the order of stimuli does not meet.
    """
    return (np.arange(n_blocks) + (n_blocks - 1) // 2) % n_blocks


def of_partners(
    whole: Reals | float, less: Reals, less_two: Reals, sizes: NDArray[np.int64]
) -> Reals:
    """What each block and its partner bring together, and neither of them alone.

    Parameters
    ----------
    whole, less, less_two
        (…, 1), (…, block), (…, block) numbers from all stimuli, without each block, and without
        it and its partner.
    sizes
        (block,) how many stimuli each has.

    Returns
    -------
    together
        (…, block) of which the mean square is what pairs of stimuli bring to the variance, and
        thrice what threes bring, and so on (Efron and Stein 1981).
    """
    n, other = sizes.sum(), partners(len(sizes))
    left, left_two = n - sizes, n - sizes - sizes[other]
    together = n * whole - left * less - left[other] * less[..., other] + left_two * less_two
    n_pairs = len(sizes) * (len(sizes) - 1) / 2
    return together * np.sqrt(n_pairs / (n * (n - (n - left_two) / 2)))


def of_blocks(whole: Reals, less: Reals, less_two: Reals, sizes: NDArray[np.int64]) -> Moves:
    """What stimuli move, from (2, …) values of S and G as in `of_partners`.

    A jackknife counts threes thrice, and what partners tell of pairs does so, too; threes are given
    back as if they were to pairs as these are to all. Not for stimuli that belong together, which
    are pairs by themselves: what a single group of them moves does not vanish with S.
    """
    together = of_partners(whole, less, less_two, sizes)
    in_pairs = _mean_products(together, together)
    moves = less - whole
    jackknife = covaried(moves, moves, sizes)
    ratio = float(whole[0, 0] / whole[1, 0])
    threes = min(in_pairs.at(ratio) / (jackknife.at(ratio) or np.inf), _MOST_TOGETHER)
    alone = jackknife.plus(in_pairs, threes - 2)
    return Moves(alone, in_pairs, len(sizes) - 1, told_from_nothing(in_pairs, float(whole[1, 0])))


def told_from_nothing(in_pairs: Spread, own: float) -> float:
    """The least ratio that is: two standard deviations of what pairs alone bring."""
    return 2 * max(0.0, in_pairs.shared) ** 0.5 / own


def of_pairs(first: Reals, second: Reals) -> Reals:
    """(p, q) covariances of what only pairs of draws of one kind bring.

    Parameters
    ----------
    first, second
        (p, n, n) and (q, n, n) symmetric terms of each pair of n, of which the diagonal does not
        matter; often twice the same.
    """
    n = first.shape[1]
    one, other = (_without_singles(terms).reshape(len(terms), -1) for terms in (first, second))
    return one @ other.T / (n * (n - 3))


def _without_singles(terms: Reals) -> Reals:
    n = terms.shape[1]
    apart = ~np.eye(n, dtype=bool)
    sums = (terms * apart).sum(axis=2)
    mean = sums.sum(axis=1, keepdims=True) / (n * (n - 1))
    single = (sums / (n - 1) - mean) * (n - 1) / (n - 2)
    return (terms - mean[:, :, None] - single[:, :, None] - single[:, None, :]) * apart


def check_level(level: object) -> None:
    """Raise HM025 for a share that is not above 0 and below 1."""
    if not (isinstance(level, int | float) and 0 < level < 1):
        raise errors.bad_value("level", level, "a number above 0 and below 1")


def held(shared: float, own: float, moves: Sequence[Varies], level: float) -> tuple[float, float]:
    """The ratios that S and G do not exclude, from the least to the greatest; infinite without end.

    Where S is 0 in truth no single stimulus moves it, and the less there is of it the less they do.
    What those that follow S bring to its variance therefore goes with r beside the estimate: in
    proportion above the estimate, which if too low is too sure of itself; with the root of r below,
    for in proportion intervals would be a little too short. Were it not to follow, those of
    unrelated populations would be far too long. An estimate that is next to nothing tells nothing
    of what single ones move beside it, and is taken for the least that is told from nothing.

    Parameters
    ----------
    shared, own
        S and G.
    moves
        Of every kind that counts.
    level
        Share of studies in which the interval should hold the truth.
    """
    from scipy.special import stdtrit

    estimate = shared / own

    def excluded(ratio: float) -> float:
        parts = [part for one in moves for part in one.variances(ratio, estimate)]
        if not (total := sum(variance for variance, _ in parts)) > 0:
            return abs(shared - ratio * own)
        freedom = total**2 / sum(variance**2 / n for variance, n in parts)
        reach = float(stdtrit(freedom, (1 + level) / 2)) * total**0.5
        return abs(shared - ratio * own) - reach

    return _end(excluded, estimate, -_STEP), _end(excluded, estimate, _STEP)


def _end(excluded: Callable[[float], float], estimate: float, step: float) -> float:
    """The first ratio on one side of the estimate that is excluded, by doubling steps."""
    from scipy.optimize import brentq

    inside = estimate
    while excluded(estimate + step) <= 0:
        if abs(step) > _FAR:
            return float(np.copysign(np.inf, step))
        inside, step = estimate + step, 2 * step
    if excluded(inside) > 0:  # a spread of nothing excludes all but the estimate
        return estimate
    found: Any = brentq(excluded, inside, estimate + step, xtol=1e-12)
    return float(found)

"""How S - rG of debiased CKA would vary had other neurons been recorded.

Let k and l be the mean similarity structures of both populations, scaled to length 1: S is their
product. A neuron that is left out moves S - rG by as much as it lies along l - rk, which is what
the other population has beyond r times its own. Were r the truth, the square of that residual
would be 1 - r^2; in a recording there come the accidents of k and l, whose mean squares are known.

They are why a jackknife is too large: what an accident of one neuron and an accident of another
bring together is counted for each of the two. So the jackknife is taken for each unit of the
residual that was seen, and multiplied by that which r demands, with half the accidents. Nothing
is subtracted. So over neurons alone no variance comes out below 0 and none is cut, which near 1,
where the residual is little else than accidents, would make intervals too wide.

Over both, the jackknife is a sum of cross products of two halves of the stimuli, and cut where it
comes out below 0. Intervals over both may then be narrower than those over neurons alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from homolog._moves import Spread, covaried
from homolog.sampling._given import Floats
from homolog.sampling._overlaps import Overlaps


@dataclass(frozen=True)
class Side:
    """Neurons of one population.

    Attributes
    ----------
    jackknife
        Spread of S and G that leaving out single neurons shows.
    accident
        Mean square of what of their mean structure is accident, as a share of the rest. Not what
        makes that structure longer or shorter, for G follows it.
    freedom
        Degrees of freedom of the jackknife.
    """

    jackknife: Spread = field(default_factory=Spread)
    accident: float = 0.0
    freedom: float = 1.0


@dataclass(frozen=True)
class Neurons:
    """Neurons of both populations; a side of which all are known moves nothing."""

    reference: Side
    candidate: Side

    def variances(self, ratio: float, estimate: float) -> list[tuple[float, float]]:
        """Of S - rG, with its degrees of freedom, were `ratio` the truth."""
        sides = (self.reference, self.candidate), (self.candidate, self.reference)
        found = [
            (own.jackknife.signed(ratio) * _share(own, other, ratio, estimate), own.freedom)
            for own, other in sides
        ]
        total = max(0.0, sum(variance for variance, _ in found))
        told = [(max(0.0, variance), freedom) for variance, freedom in found]
        if not total > 0:
            return [(0.0, 1.0)]
        squared = sum(variance for variance, _ in told) ** 2
        return [(total, squared / sum(variance**2 / freedom for variance, freedom in told))]


def _share(own: Side, other: Side, ratio: float, estimate: float) -> float:
    """The residual that counts beside the one seen, of which at least half the mean is taken."""
    accidents = other.accident + ratio**2 * own.accident
    expected = max(0.0, 1 - ratio**2) + accidents
    if not expected > 0:
        return 0.0
    seen = 1 + ratio**2 - 2 * ratio * estimate + accidents
    return (expected - accidents / 2) / max(seen, expected / 2)


def of_neurons(
    samples: Sequence[bool],
    found: Overlaps,
    with_itself: tuple[float, float],
    less: Sequence[Sequence[Overlaps]],
) -> Neurons:
    """From mean overlaps, what pairs of a neuron with itself add, and overlaps without each neuron.

    The last twice, by side: the same, or those of two halves of the stimuli, which leaves the
    accidents of these out.
    """
    populations = zip(samples, found[1:], with_itself, *less, strict=True)
    sides = [
        _side(found, added / different, one, other) if is_sample else Side()
        for is_sample, different, added, one, other in populations
    ]
    return Neurons(*sides)


def _side(found: Overlaps, longer: float, one: Overlaps, other: Overlaps) -> Side:
    """`longer` is the share by which a mean structure is longer than that of all neurons."""
    moves, others = (of_ratio(found, each) for each in (one, other))
    n = moves.shape[1]
    jackknife = covaried(moves, others, np.ones(n, dtype=np.int64))
    along = jackknife.own / (found.reference * found.candidate)
    return Side(jackknife, max(0.0, longer - along), n - 1)


def of_ratio(found: Overlaps, moves: Overlaps) -> Floats:
    """(2, …) moves of S, and of G to first order."""
    own = moves.reference / found.reference + moves.candidate / found.candidate
    half = np.sqrt(found.reference * found.candidate) / 2
    return np.stack(np.broadcast_arrays(moves.shared, half * own))

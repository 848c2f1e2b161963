"""Centred kernel alignment of populations of which only some neurons were recorded."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import centre, frobenius
from homolog._moves import check_level, held
from homolog.sampling._given import (
    Labels,
    Sampled,
    are_samples,
    blocks,
    given,
    refuse_few_neurons,
)
from homolog.sampling._moved import Moved, moved
from homolog.sampling._overlaps import Overlaps, between_blocks, less_blocks, overlaps
from homolog.statistics import standard_error

LEAST_NEURONS = 4
"""Leaving one out must leave pairs of different neurons to average over."""

LEAST_STIMULI = 8
"""Fewer stimuli, or groups of them, say too little about others."""


def debiased_cka(
    x: Any, y: Any, *, sampled: Sampled = "both", groups: Labels | None = None
) -> "DebiasedCKA":
    r"""Linear CKA of whole populations, from some of their neurons and stimuli.

    .. math:: \frac{\langle\!\langle U(k_a, l_b) \rangle\!\rangle_{a,b}}
        {\sqrt{\langle\!\langle U(k_a, k_{a'}) \rangle\!\rangle_{a \ne a'} \;
               \langle\!\langle U(l_b, l_{b'}) \rangle\!\rangle_{b \ne b'}}}

    with :math:`k_a = x_a x_a^\top` of one neuron, :math:`U` the unbiased overlap (HSIC), an
    average over quadruples of different stimuli, and averages over neurons. A population shares
    much with itself because each neuron is the same as itself; in a few neurons that inflates the
    denominators and lowers CKA, however many stimuli there are. Pairs of a neuron with itself are
    therefore left out.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in any
        unit, at least 8 stimuli; arrays, or populations with labels.
    sampled
        Whose neurons are a random sample of many more: ``"both"``, or the ``"reference"`` (a
        recording beside a network of which every neuron is known) or the ``"candidate"`` alone.
    groups
        A label for each stimulus; stimuli with equal labels (frames of a movie) are left out
        together, and what they bring with one another does not count.

    Returns
    -------
    estimate
        A `DebiasedCKA`: the value, 1 when whole populations differ by a rotation and a scale, 0
        when they are unrelated, with its standard errors over stimuli and over neurons.

    Raises
    ------
    HomologError
        HM080 fewer than 4 neurons in a sample, HM019 fewer than 8 stimuli, HM010 fewer than 8
        groups, HM031 neurons that share nothing with one another, HM025 unknown option, and
        those of `homolog.compare` for populations that do not go together.

    Notes
    -----
    What is estimated is the CKA of populations with infinitely many neurons like these, over
    infinitely many stimuli like these. Numerator and denominators are unbiased; their ratio is
    nearly so with many neurons (0.74 for 0.72 at 40 and 60, 1.08 for 0.99 at 10, on average) and
    can exceed 1: it is not clipped, for that would bring a bias back.

    Noise of single neurons, independent between neurons and between the two populations, counts
    as little as the neurons that were not recorded: it is averaged away. Noise that neurons of one
    population share is not. Do not use it where both populations hold the same neurons (the same
    cells on two days): the numerator then holds pairs of a neuron with itself. Nor for principal
    components, which are made to share nothing: the neurons themselves are the sample.

    Frames of a movie are nearly one stimulus: averages over different stimuli meet them with
    themselves, and unrelated populations look alike. Say so with `groups`, and the jackknife takes
    off what goes with the number of groups; `uncorrected` stays what `unbiased_cka` gives. With
    fewer than about 30 groups intervals over stimuli hold the truth a little too rarely (90 to 97
    of 100 studies with 12).

    From 40 stimuli on, of intervals with a level of 95 % nearly all kinds held a planted truth in
    93 to 97 of 100 studies. Those over neurons are too wide where populations of few dimensions are
    nearly alike (97 to 99), those over both where populations are unrelated and neurons as few as
    ten (97 to 98). Over both, few neurons and fewer stimuli (10 and 20) hold it in 93 to 98, and
    the interval may be narrower than that over neurons alone. See ``docs/calibration.md``.

    The time is that of about eight products X'Y, the memory that of the responses; standard errors
    are by closed forms, and what pairs move is told from 100 stimuli at most. What neurons move is
    told from two halves of the stimuli that hold weak and strong ones alike; but for stimuli of
    equal energy nothing depends on the order of stimuli, or on names of groups.

    References
    ----------
    Chun, Canatar, Chung and Lee, Estimating neural representation alignment from sparsely
    sampled inputs and features, 2025, https://arxiv.org/abs/2502.15104

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> stimuli = rng.normal(size=(200, 5))
    >>> x, y = (stimuli @ rng.normal(size=(5, 30)) + rng.normal(size=(200, 30)) for _ in "xy")
    >>> estimate = debiased_cka(x, y)
    >>> print(f"{estimate.value:.2f}, {estimate.uncorrected:.2f} uncorrected")
    1.03, 0.82 uncorrected
    """
    samples = are_samples(sampled)
    responses = given("debiased_cka", x, y, least=LEAST_STIMULI)
    refuse_few_neurons("debiased_cka", responses, samples, LEAST_NEURONS)
    block = blocks(x, len(responses[0]), groups)
    if (n_blocks := int(block.max()) + 1) < LEAST_STIMULI:
        raise errors.too_few_for_interval(n_blocks, LEAST_STIMULI, "groups of stimuli")
    x, y = (side / frobenius(side) for side in map(centre, responses))
    found, uncorrected, less = overlaps(x, y, samples)
    with_itself = (uncorrected.reference - found.reference, uncorrected.candidate - found.candidate)
    if groups is not None:
        found, less[0] = between_blocks(
            found, less_blocks(x, y, samples, block), np.bincount(block)
        )
    value = _ratio(found, "different neurons")
    sizes = [np.bincount(block), *(np.ones(side.shape[1], dtype=np.int64) for side in (x, y))]
    errors_of = [
        _error(one, found, size) if varies else 0.0
        for one, size, varies in zip(less, sizes, (True, *samples), strict=True)
    ]
    return DebiasedCKA(
        value=value,
        uncorrected=_ratio(uncorrected, "stimuli"),
        error_over_stimuli=errors_of[0],
        error_over_reference=errors_of[1],
        error_over_candidate=errors_of[2],
        n_stimuli=n_blocks,
        n_reference=x.shape[1],
        n_candidate=y.shape[1],
        sampled=sampled,
        parts=(float(found.shared), float(np.sqrt(found.reference * found.candidate))),
        moves=moved(x, y, samples, block, found, less, with_itself),
    )


def _ratio(found: Overlaps, what: str) -> float:
    if not min(found.reference, found.candidate) > 0:
        raise errors.undefined(
            "debiased_cka",
            f"{what} of a population share no structure beyond chance",
            "Record more neurons or stimuli.",
        )
    return float(found.shared / np.sqrt(found.reference * found.candidate))


def _error(less: Overlaps, found: Overlaps, sizes: NDArray[np.int64]) -> float:
    """Jackknife error of the ratio, to first order in its parts, which stays finite at few."""
    scale = np.sqrt(found.reference * found.candidate)
    own = less.reference / found.reference + less.candidate / found.candidate
    moved = (less.shared - found.shared * own / 2) / scale
    return standard_error(0.0, moved, sizes)


@dataclass(frozen=True)
class DebiasedCKA:
    """CKA of whole populations, and how sure it is.

    Attributes
    ----------
    value
        The estimate, no unit; about -1 to 1, above 1 by accident where neurons are few.
    uncorrected
        What `unbiased_cka` gives for the neurons at hand: corrected for stimuli alone.
    error_over_stimuli, error_over_reference, error_over_candidate
        Jackknife standard errors over stimuli, over neurons of the reference, and over those of
        the candidate; 0 for a population of which all neurons are known.
    n_stimuli, n_reference, n_candidate
        How many stimuli (or groups of them) and neurons there were.
    sampled
        Whose neurons are a sample of more.
    """

    value: float
    uncorrected: float
    error_over_stimuli: float
    error_over_reference: float
    error_over_candidate: float
    n_stimuli: int
    n_reference: int
    n_candidate: int
    sampled: Sampled
    parts: tuple[float, float] = field(repr=False)
    moves: Moved = field(repr=False)

    def interval(
        self, over: Literal["both", "stimuli", "neurons"] = "both", *, level: float = 0.95
    ) -> tuple[float, float]:
        """Where the value lies: every value that the recording does not speak against.

        Parameters
        ----------
        over
            What might have been drawn otherwise: ``"stimuli"``, ``"neurons"`` or ``"both"``.
        level
            Share of studies in which the interval should hold it, above 0 and below 1.

        Returns
        -------
        low, high
            Over neurons, or both, what whole populations would have, cut at -1 and 1. Over stimuli
            what these neurons would have, which may exceed 1, or be unbounded where so few stimuli
            do not tell whether neurons share anything. Both ends 1 (or -1) where the recording
            speaks against all values in range: by accident in about 1 of 40 studies near 1, or
            because both populations hold the same neurons.

        Raises
        ------
        HomologError
            HM025 for another `over`, or a `level` outside its range.
        """
        chosen = {
            "both": (self.moves.stimuli, self.moves.neurons_alone),
            "stimuli": (self.moves.stimuli,),
            "neurons": (self.moves.neurons,),
        }
        if over not in chosen:
            raise errors.bad_value("over", over, "'both', 'stimuli', 'neurons'")
        check_level(level)
        low, high = held(*self.parts, chosen[over], level)
        if over == "stimuli":
            return low, high
        return max(-1.0, min(1.0, low)), min(1.0, max(-1.0, high))

    def __str__(self) -> str:
        """The value with its interval, and what correcting for neurons changed."""
        low, high = self.interval()
        within = f"95 % interval {low:.3f} to {high:.3f}"
        if low == high:
            within = "no value from -1 to 1 agrees with these neurons: few, or the same in both?"
        return (
            f"CKA of whole populations {self.value:.3f} ({within});"
            f" {self.uncorrected:.3f} for the {self.n_reference} and {self.n_candidate} neurons"
            " at hand"
        )

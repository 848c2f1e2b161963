"""What a score would be with more neurons than were recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from homolog import errors
from homolog.measures import find
from homolog.measures._measure import Measure
from homolog.sampling._given import (
    Floats,
    Labels,
    Sampled,
    are_samples,
    blocks,
    given,
    refuse_few_neurons,
)
from homolog.sampling._growth import Indices, Kept, carried_on, grown, parts
from homolog.sampling._spread import interval
from homolog.statistics import standard_error

LEAST_NEURONS = 16
"""Four parts of four."""

LEAST_STIMULI = 20
"""Ten blocks of two."""

_PARTS, _SMALLEST, _N_BLOCKS = (1, 2, 3, 4, 6, 8), 4, 10

_BIASED = (
    "  biased at few stimuli, with more neurons often more so: unrelated ones may score as much"
)


def extrapolate(
    measure: Measure | str,
    x: Any,
    y: Any,
    *,
    times: float = np.inf,
    sampled: Sampled = "both",
    groups: Labels | None = None,
    n_splits: int = 2,
    rng: int | np.random.Generator = 0,
) -> "Extrapolation":
    """Carry a score on to more neurons, by how it grows with those at hand.

    Neurons are split at random into 2, 3, 4, 6 and 8 parts, of at least 4 neurons; the mean scores
    of such parts, against how many times fewer neurons they have, make a curve that is carried on.

    Parameters
    ----------
    measure
        What to score with, or its name.
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in any
        unit, at least 20 stimuli; arrays, or populations with labels.
    times
        How many times as many neurons, above 1; infinitely many if not given.
    sampled
        Whose neurons are a random sample of more: ``"both"``, or the ``"reference"`` or the
        ``"candidate"`` alone; the other stays whole.
    groups
        A label for each stimulus; stimuli with equal labels are left out together.
    n_splits
        How often neurons are split into parts of each number.
    rng
        Draws parts and blocks.

    Returns
    -------
    found
        An `Extrapolation`: the value, an interval, the scores at each size.

    Raises
    ------
    HomologError
        HM080 fewer than 16 neurons in a sample, HM019 fewer than 20 stimuli, HM010 fewer than 10
        groups, HM025 an option outside its range, HM023 no such measure, and those of the measure
        where it has no value for a part.

    Notes
    -----
    No curve is right for all measures. With planted populations (100 stimuli, 32 and 100
    neurons, seven measures) one in 1/n stopped short of the truth and one in the root of 1/n
    mostly went too far, so the interval reaches from one to the other, and by their errors
    (jackknife over 10 blocks of the neurons of each sample and of stimuli) beyond. The value is
    that of a curve that may bend, kept between the two.

    Nothing is learned of neurons unlike those recorded, nor of more stimuli: a measure that is
    biased at this number of stimuli stays so. Measures that reach their best value once neurons are
    as many as stimuli (`linear_regression`, `cca`) reach it here, too. For CKA, `debiased_cka` is
    exact and cheaper.

    Some 1,500 scores of parts are computed; half a second to minutes.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> stimuli = rng.normal(size=(60, 5))
    >>> x, y = (stimuli @ rng.normal(size=(5, 40)) + rng.normal(size=(60, 40)) for _ in "xy")
    >>> found = extrapolate("cka", x, y)
    >>> found.scores[0] < found.value
    True
    """
    measure = find(measure) if isinstance(measure, str) else measure
    samples, rng = are_samples(sampled), np.random.default_rng(rng)
    _check(times, n_splits)
    responses = given("extrapolate", x, y, least=LEAST_STIMULI)
    refuse_few_neurons("extrapolate", responses, samples, LEAST_NEURONS)
    sizes = _sizes(responses, samples, n_splits, rng)
    left_out = [_blocks(blocks(x, len(responses[0]), groups), rng)]
    x, y = responses
    left_out += [rng.permutation(side.shape[1]) % _N_BLOCKS for side in (x, y)]
    everything = [np.ones(len(block), dtype=bool) for block in left_out]
    fewer, scores = grown(measure, x, y, sizes, samples, everything)
    curves = carried_on(fewer, scores, 1 / times)
    spread = np.zeros((3, 2))
    for which in (0, *(nth + 1 for nth, is_sample in enumerate(samples) if is_sample)):
        without = [
            carried_on(*grown(measure, x, y, sizes, samples, kept), 1 / times)
            for kept in _without(left_out, everything, which)
        ]
        spread[which] = _errors(curves, np.array(without), np.bincount(left_out[which]))
    _, straight, rooted = map(float, curves)
    return Extrapolation(
        measure=measure,
        times=float(times),
        value=_cut(measure, sorted((straight, float(curves[0]), rooted))[1]),
        straight=straight,
        rooted=rooted,
        straight_errors=tuple(spread[:, 0].tolist()),
        rooted_errors=tuple(spread[:, 1].tolist()),
        fewer=tuple(fewer.tolist()),
        scores=tuple(scores.tolist()),
        sampled=sampled,
    )


def _check(times: object, n_splits: object) -> None:
    if not (isinstance(times, int | float | np.number) and float(times) > 1):
        raise errors.bad_value("times", times, "a number above 1, or infinity")
    if not (isinstance(n_splits, int | np.integer) and n_splits >= 1):
        raise errors.bad_value("n_splits", n_splits, "1 or more")


def _sizes(
    populations: Sequence[Floats], samples: Sequence[bool], n_splits: int, rng: np.random.Generator
) -> list[list[tuple[Indices, ...]]]:
    """The parts of each size, from whole populations to the smallest parts."""
    n_neurons = [side.shape[1] for side in populations]
    fewest = min(n for n, is_sample in zip(n_neurons, samples, strict=True) if is_sample)
    return [
        [
            part
            for _ in range(n_splits if k > 1 else 1)
            for part in parts(n_neurons, samples, k, rng)
        ]
        for k in _PARTS
        if fewest // k >= _SMALLEST
    ]


def _blocks(group: Indices, rng: np.random.Generator) -> Indices:
    """The block that each stimulus is left out with, whole groups in one."""
    n_groups = int(group.max()) + 1
    if n_groups < _N_BLOCKS:
        raise errors.too_few_for_interval(n_groups, _N_BLOCKS, "groups of stimuli")
    return (rng.permutation(n_groups) % _N_BLOCKS)[group]


def _without(
    left_out: Sequence[Indices], everything: Sequence[Kept], which: int
) -> Iterator[list[Kept]]:
    """What counts when each block of stimuli, or of neurons of one population, is left out."""
    for one in range(_N_BLOCKS):
        kept = list(everything)
        kept[which] = left_out[which] != one
        yield kept


def _errors(curves: Floats, without: Floats, sizes: Indices) -> list[float]:
    """Jackknife errors of the straight and of the rooted curve."""
    return [standard_error(float(curves[nth]), without[:, nth], sizes) for nth in (1, 2)]


def _cut(measure: Measure, value: float) -> float:
    low, high = measure.ends
    return min(high, max(low, value))


@dataclass(frozen=True)
class Extrapolation:
    """A score carried on to more neurons.

    Attributes
    ----------
    measure
        What was scored with.
    times
        How many times as many neurons it is for.
    value
        The score there, by a curve that may bend, between `straight` and `rooted`; in the unit and
        range of the measure.
    straight, rooted
        By a curve in 1/n and by one in the root of 1/n, not cut at the ends of the range.
    straight_errors, rooted_errors
        Their jackknife standard errors over stimuli, over neurons of the reference, and over those
        of the candidate; 0 for a population that is no sample.
    fewer, scores
        How many times fewer neurons parts of each size had, and their mean score; the first is the
        score of all.
    sampled
        Whose neurons are a sample of more.
    """

    measure: Measure
    times: float
    value: float
    straight: float
    rooted: float
    straight_errors: tuple[float, ...]
    rooted_errors: tuple[float, ...]
    fewer: tuple[float, ...]
    scores: tuple[float, ...]
    sampled: Sampled

    def interval(self, *, level: float = 0.95) -> tuple[float, float]:
        """From one curve to the other and by their errors beyond, cut at the range's ends.

        `level` is that of each curve's own interval, above 0 and below 1 (else HM025).
        """
        ends = [
            interval(value, [(error, _N_BLOCKS) for error in errors_of], level)
            for value, errors_of in (
                (self.straight, self.straight_errors),
                (self.rooted, self.rooted_errors),
            )
        ]
        low, high = min(end for end, _ in ends), max(end for _, end in ends)
        return _cut(self.measure, low), _cut(self.measure, high)

    def __str__(self) -> str:
        """The value with its interval beside the score of the neurons at hand."""
        low, high = self.interval()
        many = "infinitely many" if np.isinf(self.times) else f"{self.times:g} times as many"
        said = (
            f"{self.measure.label} with {many} neurons: {self.value:.3f} ({low:.3f} to {high:.3f});"
            f" {self.scores[0]:.3f} with those at hand"
        )
        return f"{said}\n{_BIASED}" if self.measure.biased else said

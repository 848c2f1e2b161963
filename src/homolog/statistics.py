"""Intervals, chance levels and noise ceilings that are right for these measures.

The usual bootstrap draws stimuli with replacement. Doubled stimuli make unrelated
populations look alike, so that its intervals miss the true value half the time or more;
the jackknife, which only ever leaves stimuli out, does not have this fault.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog._moves import check_level, held, of_blocks, partners
from homolog._nulls import Floats, Progress, generator_of, permutation_null, seen_pair, silent
from homolog._nulls import p_value as p_value
from homolog._nulls import rotation_null as rotation_null
from homolog.measures import find
from homolog.measures._groups import Labels, numbered
from homolog.measures._left_out import overlaps_without
from homolog.measures._measure import Measure

LEAST_STIMULI = 8
"""Fewer independent stimuli than this give no interval."""

MOST_GROUPS = 100
"""More stimuli than this are left out in so many groups instead of one at a time."""

LEAST_AGREEMENT = 0.5
"""Of halves that agree by less, Spearman-Brown says little of all trials."""

MOST_CHANCE = 0.2
"""With unrelated halves more alike than this, Spearman-Brown does not hold."""

UNRELATED = 20
"""Permutations that tell how alike unrelated halves are."""

Reals = TypeVar("Reals", float, Floats)


def of_several(progress: Progress, nth: int, n: int) -> Progress:
    """What tells `progress` of one of `n` equal pieces of work, after `nth` others."""

    def told(what: str, done: int, total: int) -> None:
        progress(what, nth * total + done, n * total)

    return told


def jackknife(
    measure: Measure,
    x: ArrayLike,
    y: ArrayLike,
    *,
    level: float = 0.95,
    groups: Labels | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress = silent,
) -> tuple[float, float]:
    """Interval of a score over stimuli, by leaving stimuli out.

    Parameters
    ----------
    measure
        What to score with. A measure that fits gets the same folds each time, without
        the stimuli left out.
    x, y
        (stimulus, neuron) responses of reference and candidate; three axes where the measure sees
        trials or time.
    level
        Share of studies in which the interval should hold the value at infinitely many
        stimuli, above 0 and below 1. For measures declared `biased` it does not: the score itself
        is off.
    groups
        A label for each stimulus; stimuli with equal labels are left out together.
    rng
        Draws which stimuli share a group when there are more than 100.
    progress
        Told of every recomputation.

    Returns
    -------
    low, high
        Score plus and minus a Student t quantile times the jackknife standard error; for
        `unbiased_cka` (no options, no groups) every value that the recording does not speak
        against. Cut at the ends of the measure's range.

    Raises
    ------
    HomologError
        HM010 with fewer than 8 independent stimuli, HM001 when they differ in number, HM025 for a
        `level` or a seed that cannot be, HM027 for too many or too few labels.

    Notes
    -----
    A jackknife counts twice what only pairs of stimuli move, which is all there is where
    populations are unrelated: intervals are too wide there. Not so for `unbiased_cka`, shared
    overlap S over the mean G of the own: blocks are also left out two at a time, so that pairs are
    counted once, and S - rG is asked of every r whether it may be 0 (Fieller). An estimate that is
    too high then does not look too sure, and the interval is not symmetric. Of unrelated
    populations in few dimensions 4 to 6 % of 95 % intervals lie above 0, hardly one below, for S is
    then a skewed sum of squares: whether anything is shared is what p says.

    Stimuli of a group that are nearly alike make `unbiased_cka` itself too high, for it takes them
    for different ones; `homolog.sampling.debiased_cka` with groups does not.

    References
    ----------
    Efron and Stein (1981), The jackknife estimate of variance; Busing, Meijer and van
    der Leeden (1999), Delete-m jackknife for unequal m; Fieller (1954), Some problems in
    interval estimation.
    """
    from scipy.stats import t

    check_level(level)
    x, y = seen_pair(measure, x, y)
    refuse_few(len(x), groups)
    block = blocks(len(x), groups, rng)
    value = float(_score_of(measure, x, y, np.ones(len(x), dtype=bool)))
    interval = None if groups is not None else not_excluded(measure, x, y, block, level=level)
    if interval is None:
        left_out = _without_each(measure, x, y, block, progress)
        error = standard_error(value, left_out, np.bincount(block))
        reach = float(t.ppf((1 + level) / 2, len(left_out) - 1)) * error
        interval = value - reach, value + reach
    low, high = measure.ends
    return max(low, interval[0]), min(high, interval[1])


def not_excluded(
    measure: Measure, x: Floats, y: Floats, block: NDArray[np.int64], *, level: float = 0.95
) -> tuple[float, float] | None:
    """The values of `unbiased_cka` that a recording does not speak against, see `jackknife`.

    None for other measures, for options, and where without some stimuli there is no score. Not for
    blocks of stimuli that belong together.
    """
    found = _at_once(measure, x, y, block, twos=True)
    return None if found is None else _by_overlaps(found, np.bincount(block), level)


def _by_overlaps(overlaps: Floats, sizes: NDArray[np.int64], level: float) -> tuple[float, float]:
    """Interval of shared overlap over the mean of the own, from what `_at_once` returns."""
    shared, own_x, own_y = overlaps[:, 0]
    own = np.sqrt(own_x * own_y)
    # To first order, of the geometric mean.
    owns = own / 2 * (overlaps[1] / own_x + overlaps[2] / own_y)
    whole, less, less_two = np.split(np.array([overlaps[0], owns]), [1, 1 + len(sizes)], axis=1)
    return held(float(shared), float(own), [of_blocks(whole, less, less_two, sizes)], level)


def unmoved(measure: Measure, interval: tuple[float, float]) -> bool:
    """Whether a count looks certain only because no stimulus that is left out changes it."""
    return measure.counts and interval[1] - interval[0] < 1e-9


def refuse_few(n_stimuli: int, groups: Labels | None) -> None:
    """Raise HM010 where there are too few independent stimuli for an interval."""
    n = n_stimuli if groups is None else int(numbered(groups, n_stimuli).max()) + 1
    if n < LEAST_STIMULI:
        noun = "stimuli" if groups is None else "groups of stimuli"
        raise errors.too_few_for_interval(n, LEAST_STIMULI, noun)


def blocks(
    n_stimuli: int, groups: Labels | None, rng: int | np.random.Generator
) -> NDArray[np.int64]:
    """The number of the block that each stimulus is left out with."""
    rng, group = generator_of(rng), numbered(groups, n_stimuli)
    n_groups = int(group.max()) + 1
    if n_groups <= MOST_GROUPS:
        return group
    return (rng.permutation(n_groups) % MOST_GROUPS)[group]


def _without_each(
    measure: Measure, x: Floats, y: Floats, block: NDArray[np.int64], progress: Progress
) -> Floats:
    """Scores without each block."""
    found = _at_once(measure, x, y, block, twos=False)
    if found is not None:
        return found[0, 1:] / np.sqrt(found[1, 1:] * found[2, 1:])
    left_out = np.empty(int(block.max()) + 1)
    for one in range(len(left_out)):
        left_out[one] = _score_of(measure, x, y, block != one)
        progress(f"{measure.name}: interval", one + 1, len(left_out))
    return left_out


def _at_once(
    measure: Measure, x: Floats, y: Floats, block: NDArray[np.int64], *, twos: bool
) -> Floats | None:
    """Overlaps of all stimuli, without each block, and, for `twos`, without it and its partner.

    Rows are of both populations and of each with itself, for a measure that is their cosine; None
    for others, and where a score is about to be refused.
    """
    if measure.name != "unbiased_cka" or measure.options != find("unbiased_cka").options:
        return None
    left = [np.flatnonzero(block == one) for one in range(int(block.max()) + 1)]
    if twos:
        left += [np.concatenate([left[a], left[b]]) for a, b in enumerate(partners(len(left)))]
    if len(x) - max(map(len, left)) < 4:
        return None
    found = overlaps_without(x, y, left)
    return found if found[1:].min() > 1e-9 / len(x) ** 2 else None


def _score_of(measure: Measure, x: Floats, y: Floats, kept: NDArray[np.bool_]) -> float:
    measure = on(measure, kept)
    return float(measure.score(measure.summary(x[kept]), measure.summary(y[kept])))


def on(measure: Measure, kept: NDArray[np.bool_]) -> Measure:
    """The measure for the stimuli that are kept, with their folds and labels."""
    chosen = {
        option: np.asarray(given)[kept]
        for option, given in measure.options.items()
        if np.shape(given) == kept.shape  # one entry for each stimulus
    }
    if measure.fits:
        chosen["folds"] = measure.folds(len(kept))[kept]
    return measure.using(**chosen) if chosen else measure


def standard_error(value: float, left_out: Floats, sizes: NDArray[np.int64]) -> float:
    """Delete-m jackknife error; the plain one when all blocks are equal."""
    return float(np.sqrt(np.mean(squared_errors(value, left_out, sizes))))


def squared_errors(value: float, left_out: Floats, sizes: NDArray[np.int64]) -> Floats:
    """(block,) whose mean is the jackknife variance."""
    share = sizes.sum() / sizes
    corrected = len(sizes) * value - np.sum((1 - 1 / share) * left_out)
    pseudo = share * value - (share - 1) * left_out
    return (pseudo - corrected) ** 2 / (share - 1)


def spearman_brown(half: Reals) -> Reals:
    """Reliability of all trials from that of half of them: 2 r / (1 + r)."""
    return 2 * half / (1 + half)


def reliability(measure: Measure, first: ArrayLike, second: ArrayLike) -> float:
    """How well a population agrees with an independent repeat of itself.

    Parameters
    ----------
    measure
        What to score with; its `kind` decides what is computed.
    first, second
        (stimulus, neuron) mean responses of two halves of the trials.

    Returns
    -------
    reliability
        For a correlation-like score: the score of the halves, carried to all trials by
        Spearman-Brown where that holds (see `why_not_carried`). For explained variance: the
        share of variance that repeats, likewise. For a distance: that between the halves.

    Raises
    ------
    HomologError
        HM035 when similarity between the halves is not above 0, for then nothing repeats;
        HM031 for a similarity on which equal populations score no common number.

    Notes
    -----
    Spearman-Brown is exact for correlations of single neurons. For scores of whole
    populations it was within 0.04 of an independent repeat in simulations (10 and 40
    neurons, 300 stimuli) while the halves agreed by more than 0.5; below that it comes
    out too low for unbiased_cka and rsa (0.09 for 0.13 at halves that agree by 0.05)
    and too high for the biased measures, most of all cca. So halves like these stay as they are.
    """
    half = of_halves(measure, first, second)
    return carried(measure, half, holds=not why_not_carried(measure, half, first, second))


def why_not_carried(
    measure: Measure, half: float, first: ArrayLike, second: ArrayLike, *, rng: int = 0
) -> str:
    """Why Spearman-Brown does not hold, in words; nothing where it does.

    It holds for variance that repeats, and for correlation-like measures that do not count, if
    halves agree by at least 0.5 and unrelated halves, stimuli permuted, by at most 0.2.

    Parameters
    ----------
    measure
        What was scored with.
    half
        How the halves agree, from `of_halves`.
    first, second
        (stimulus, neuron) mean responses of two halves of the trials.
    rng
        Seed of the permutations.
    """
    if measure.kind == "variance":
        return ""
    if measure.kind == "distance":
        return (
            "distance between halves of the trials, which are noisier than all: the floor is lower"
        )
    low = "agreement of halves of the trials as it is, so the ceiling is higher:"
    if measure.counts:
        return f"{low} Spearman-Brown does not hold for what is counted"
    if half < LEAST_AGREEMENT:
        return (
            f"{low} they agree by {half:.2f}, and Spearman-Brown is not reliable below"
            f" {LEAST_AGREEMENT:g}"
        )
    if measure.best != 1:
        return ""  # there is no ceiling to carry
    null = permutation_null(measure, first, second, UNRELATED, rng=rng)
    if null.mean() > MOST_CHANCE:
        return (
            f"{low} unrelated halves agree by {null.mean():.2f}, which Spearman-Brown would take"
            " for what repeats"
        )
    return ""


def carried(measure: Measure, half: float, *, holds: bool) -> float:
    """The agreement of all trials where Spearman-Brown holds, else that of halves as it is."""
    if measure.kind == "distance":
        return half
    if measure.best != 1:
        raise errors.undefined(
            f"the ceiling of {measure.label}",
            "populations that are equal score no common number",
            "Use a measure on which they score 1.",
        )
    if not half > 0:
        raise errors.nothing_repeats(measure.name, half)
    return spearman_brown(half) if holds else half


def of_halves(measure: Measure, first: ArrayLike, second: ArrayLike) -> float:
    """How two halves of the trials agree: their score, or the share of variance that repeats."""
    first, second = np.asarray(first), np.asarray(second)
    if measure.kind == "variance":
        return _repeated(first, second)
    return float(measure(first, second))


def _repeated(first: Floats, second: Floats) -> float:
    first, second = first - first.mean(0), second - second.mean(0)
    return float(2 * np.sum(first * second) / np.sum(first**2 + second**2))


def ceiling(
    measure: Measure, reference: float | None, candidate: float | None, *, holds: bool = True
) -> float | None:
    """The best score that trial noise lets two populations reach; for distances, the floor.

    Parameters
    ----------
    measure
        Its `kind` decides how reliabilities combine.
    reference, candidate
        From `reliability`; None for a population without trials, taken to be noise-free.
    holds
        Whether these are of all trials. Of halves as they are, the ceiling is known to be higher
        than one of them, not by how much.

    Returns
    -------
    ceiling
        Correlation-like: the geometric mean of the reliabilities (Spearman's
        attenuation). Explained variance: the reliability of the reference, which is
        what gets predicted. Distance: the mean of the distances between halves.
    """
    if measure.kind == "variance":
        return reference
    known = [one for one in (reference, candidate) if one is not None]
    if not known:
        return None
    if measure.kind == "distance":
        return float(np.mean(known))
    return float(np.prod(known) ** (1 / (2 if holds else len(known))))

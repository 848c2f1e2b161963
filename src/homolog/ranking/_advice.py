"""Which claims a design allows, and what was found, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from homolog import errors, statistics
from homolog._words import counted, listed
from homolog.ranking._difference import Difference, FalseDiscoveries
from homolog.ranking._exchange import LEAST_FOR_EXCHANGE
from homolog.ranking._joined import Joined
from homolog.ranking._paired import chooses, matches
from homolog.ranking._ranking import Standing, Test, decimals_of

SIGNIFICANT = 0.05
ROUGH_STIMULI = 20
"""With fewer independent stimuli the jackknife's own error is uncertain."""

ADJUSTED = {
    "bh": "Benjamini and Hochberg, for independent or positively dependent tests",
    "by": "Benjamini and Yekutieli, under any dependence",
}


def advice(
    both: Joined,
    standings: Sequence[Standing],
    differences: Sequence[Difference],
    test: Test | None,
    n_independent: int,
    exchange: bool,
    fdr: FalseDiscoveries,
) -> tuple[str, ...]:
    """What was found, which test it rests on, and what the design does not allow.

    Parameters
    ----------
    both
        The populations.
    standings, differences
        What was computed.
    test
        How differences were tested; None: not at all.
    n_independent
        How many stimuli, or groups of them, stand alone.
    exchange
        Whether exchange was asked for.
    fdr
        How p was adjusted.
    """
    noun = "stimuli" if both.groups is None else "groups of stimuli"
    said = _verdicts(standings, differences)
    if differences:
        said.append(_which_test(both, test, n_independent, noun, exchange))
    tested = [one for one in differences if one.q is not None]
    if len(tested) > 1:
        said.append(
            f"q is p adjusted for all {len(tested)} differences ({ADJUSTED[fdr]}): of those with"
            f" q ≤ {SIGNIFICANT}, 1 in 20 is expected to be false."
        )
    if test == "jackknife":
        said += _by_halves(differences)
    said += _cautious(differences)
    if test == "jackknife" and n_independent < ROUGH_STIMULI:
        said.append(
            f"With {n_independent} {noun} the error of a difference is itself uncertain: do not"
            " lean on a q near the limit."
        )
    return (*said, _on_trials(both))


def _verdicts(standings: Sequence[Standing], differences: Sequence[Difference]) -> list[str]:
    """For each measure, which candidate is closest, and whether more so than the others."""
    measures = dict.fromkeys(one.measure for one in standings)
    return [
        _verdict(
            [one for one in standings if one.measure is measure],
            [one for one in differences if one.measure is measure],
        )
        for measure in measures
    ]


def _verdict(standings: Sequence[Standing], differences: Sequence[Difference]) -> str:
    best, *others = standings
    score = f"{best.value:z.{decimals_of(standings)}f}"
    by = f"By {best.measure.label} {best.candidate} is closest ({score})"
    if not others:
        return f"{by}; there is no other candidate to compare it with{_beside_chance(best)}."
    beaten: list[str] = []
    open_still: list[str] = []
    for other in others:
        pair = {best.candidate, other.candidate}
        found = [
            one for one in differences if {one.first, one.second} == pair and one.q is not None
        ]
        if found:
            (beaten if found[0].found(SIGNIFICANT) else open_still).append(other.candidate)
    parts = [by]
    if beaten:
        parts.append(f"closer than {listed(beaten)} (q ≤ {SIGNIFICANT})")
    if open_still:
        parts.append(f"not told apart from {listed(open_still)}")
    if not beaten and not open_still:
        parts.append("untested against the others")
    return f"{', '.join(parts)}{_beside_chance(best)}."


def _beside_chance(best: Standing) -> str:
    """Whether the closest candidate is no closer than stimuli paired at random would make it."""
    if best.chance is None:
        return ""
    ends = best.interval or (best.value, best.value)
    sure = ends[0] > best.chance if best.measure.higher_is_closer else ends[1] < best.chance
    if sure:
        return ""
    return f"; but its score is no better than chance ({best.chance:z.{decimals_of([best])}f})"


def _which_test(both: Joined, test: Test | None, n: int, noun: str, exchange: bool) -> str:
    """Which test the differences rest on, or why on none, and what else could be done."""
    if test == "exchange":
        return (
            f"Differences were tested by exchanging the two candidates' responses over {n} {noun}."
            " The null: either response to a stimulus could have been either candidate's."
            " Candidates that respond differently and score alike do not meet it."
        )
    same = _same_neurons(both)
    if test == "jackknife":
        said = (
            f"Differences were tested by a paired jackknife over {n} {noun}: would other stimuli"
            " of this kind rank the candidates alike, for these neurons of this recording?"
        )
        more = (
            " These candidates have the same neurons: exchange=True tests them by exact exchange."
        )
        return said + (more if same else "")
    error = errors.too_few_for_interval(n, statistics.LEAST_STIMULI, noun)
    said = (
        f"No test: {error.code}, {n} {noun} are too few for a jackknife"
        f" ({statistics.LEAST_STIMULI})"
    )
    if exchange or n < LEAST_FOR_EXCHANGE:
        return (
            f"{said} and for exchange ({LEAST_FOR_EXCHANGE}). Report the scores and claim no"
            " difference, or record more stimuli."
        )
    if same:
        return f"{said}. These candidates have the same neurons: exchange=True can test them."
    return f"{said}. Report the scores and claim no difference, or record more stimuli."


def in_halves(differences: Sequence[Difference]) -> list[str]:
    """By which measures differences have the error of random halves of the stimuli."""
    return _by(one for one in _with_error(differences) if matches(one.measure) and not one.cautious)


def with_choices_held(differences: Sequence[Difference]) -> list[str]:
    """By which measures differences have the error of a jackknife that holds what they choose."""
    return _by(one for one in _with_error(differences) if chooses(one.measure))


def _with_error(differences: Sequence[Difference]) -> list[Difference]:
    return [one for one in differences if one.interval is not None or one.p is not None]


def _by(differences: Iterable[Difference]) -> list[str]:
    return list(dict.fromkeys(one.measure.label for one in differences))


def _by_halves(differences: Sequence[Difference]) -> list[str]:
    """By which measures the error is none of a jackknife."""
    halved = in_halves(differences)
    if not halved:
        return []
    return [
        f"By {listed(halved)}, which would jump from one matching to another, the error is that of"
        " differences on random halves of the stimuli."
    ]


def _cautious(differences: Sequence[Difference]) -> list[str]:
    """By which measures p is rather too large, and why."""
    held = [one for one in differences if one.cautious]
    if not held:
        return []
    labels = listed(_by(held))
    share = f"{len(held)} of {counted(len(differences), 'difference')}"
    return [
        f"{share}, by {labels}: p is as a rule too large, and differences are missed, for these"
        " scores jump as stimuli come and go."
    ]


def _same_neurons(both: Joined) -> bool:
    """Whether all candidates have neurons of the same labels."""
    neurons = {one.neurons for one in both.candidates.values()}
    return len(both.candidates) > 1 and len(neurons) == 1 and None not in neurons


def _on_trials(both: Joined) -> str:
    if both.trials.has_trials:
        return (
            "The ceiling is for a candidate without noise of its own; it is that of these neurons,"
            " not of other animals (homolog ceiling, or homolog.ranking.ceilings, takes several"
            " recordings)."
        )
    return (
        f"{both.reference.called} has no repeated trials (HM011): how far the best candidate is"
        " from all that could be explained is not known."
    )


def design_warnings(both: Joined) -> list[str]:
    """What in the populations makes the tests doubtful."""
    return [*_repeats(both), *_noisy(both), *_unequal(both)]


def _repeats(both: Joined) -> list[str]:
    """Stimuli to which no candidate's response differs, which are likely the same one twice."""
    twins: set[tuple[int, int]] | None = None
    for one in both.candidates.values():
        rows = np.asarray(one.responses).reshape(one.n_stimuli, -1)
        _, inverse = np.unique(rows, axis=0, return_inverse=True)
        inverse = inverse.ravel()
        same = {
            pair
            for row in np.flatnonzero(np.bincount(inverse) > 1)
            for pair in combinations(np.flatnonzero(inverse == row).tolist(), 2)
        }
        twins = same if twins is None else twins & same
    groups = both.groups or tuple(range(both.reference.n_stimuli))
    apart = sorted((i, j) for i, j in twins or () if groups[i] != groups[j])
    if not apart:
        return []
    i, j = (both.reference.labels[k] for k in apart[0])
    pairs = counted(len(apart), "pair of stimuli has", "pairs of stimuli have")
    return [
        f"{pairs} the same responses in every candidate ({i} and {j}): are they one stimulus shown"
        " twice? Then say so with groups=, or intervals and p are too small"
    ]


def _noisy(both: Joined) -> list[str]:
    noisy = [name for name, one in both.candidate_trials.items() if one.has_trials]
    if not noisy:
        return []
    verb = "has" if len(noisy) == 1 else "have"
    return [
        f"{listed(noisy)} {verb} trials: noise of its own lowers a candidate's score, and the"
        " ceiling does not account for it"
    ]


def _unequal(both: Joined) -> list[str]:
    sizes = {name: one.n_neurons for name, one in both.candidates.items()}
    if len(set(sizes.values())) == 1:
        return []
    few, many = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    return [
        f"candidates have from {sizes[few]} ({few}) to {sizes[many]} neurons ({many}): where a"
        " measure is biased (*), part of a difference is that of their chance levels"
    ]

"""The methods paragraph: what was done, in words that can stand in a paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog import _citations
from homolog._citations import BROWN, BUSING, JACKKNIFE, PERMUTATION, SPEARMAN
from homolog._words import counted, listed
from homolog.statistics import MOST_GROUPS

if TYPE_CHECKING:
    from homolog.comparison import Comparison
    from homolog.measures._measure import Measure
    from homolog.representation import Representation
    from homolog.scoring import Score


def paragraph(comparison: Comparison) -> str:
    """Return the methods of a comparison as one paragraph."""
    return " ".join(
        sentence
        for sentence in (
            _populations(comparison),
            _treated(comparison),
            _measures(comparison),
            _groups(comparison),
            _intervals(comparison),
            _chance(comparison),
            _ceiling(comparison),
        )
        if sentence
    )


def _populations(comparison: Comparison) -> str:
    x, y = comparison.reference, comparison.candidate
    version = comparison.versions.get("homolog", "")
    return (
        f"The responses of {_side(x, 'reference')} and of {_side(y, 'candidate')} to the same "
        f"{counted(x.n_stimuli, 'stimulus', 'stimuli')} were compared with "
        f"{f'homolog {version}'.strip()}."
    )


def _treated(comparison: Comparison) -> str:
    """What became of missing responses and unlike stimuli: the comparison's own sentences."""
    if not comparison.warnings:
        return ""
    return f"Left out or taken on trust before scoring: {'; '.join(comparison.warnings)}."


def _side(side: Representation, role: str) -> str:
    named = f"{side.name}, " if side.name else ""
    unit = f", {side.unit}" if side.unit else ""
    return f"the {role} ({named}{counted(side.n_neurons, 'neuron')}{unit})"


def _measures(comparison: Comparison) -> str:
    named = [_measure(score.measure) for score in comparison.scores]
    swayed = [
        score.measure.label
        for score in comparison.scores
        if "shift" not in score.measure.invariant_to & score.measure.candidate_invariant_to
    ]
    to = f"to {listed(swayed)} only" if swayed else "to no score"
    return (
        f"Similarity was scored by {listed(named)}. "
        f"The neurons' mean responses over stimuli matter {to}.{_refused(comparison)}"
    )


def _refused(comparison: Comparison) -> str:
    codes = [f"{one.measure.label} ({one.error.code})" for one in comparison.refused]
    return f" No score could be had by {listed(codes)}." if codes else ""


def _measure(measure: Measure) -> str:
    found = _citations.references([measure.citation])
    title = measure.title.rstrip(".").split(": ")[0]
    told = [title, *(entry.cited for entry in found), _options(measure)]
    return f"{measure.label} ({'; '.join(text for text in told if text)})"


def _options(measure: Measure) -> str:
    """The options that name a way of computing, those that were changed, and how many folds."""
    told = {
        key: value
        for key, value in measure.options.items()
        if isinstance(value, str) or not np.array_equal(value, measure.defaults[key])
    }
    if measure.fits:
        folds = measure.options["folds"]
        told["folds"] = folds if np.ndim(folds) == 0 else len(np.unique(folds))
    return ", ".join(f"{key} {'given' if np.ndim(v) else f'= {v}'}" for key, v in told.items())


def _groups(comparison: Comparison) -> str:
    if comparison.groups is None:
        return ""
    scores = comparison.scores
    where = {
        "cross-validation folds": any(score.measure.fits for score in scores),
        "intervals": any(score.interval is not None for score in scores),
        "permutations": any(score.p_value is not None for score in scores),
    }
    kept = [name for name, used in where.items() if used]
    if not kept:
        return ""
    return (
        f"Stimuli of a group ({counted(comparison.groups, 'group')}) were kept together in "
        f"{listed(kept)}."
    )


def _intervals(comparison: Comparison) -> str:
    known = [score for score in comparison.scores if score.interval is not None]
    if not known:
        return ""
    whole = "stimuli" if comparison.groups is None else "groups of stimuli"
    sets = (
        f", left out in {MOST_GROUPS} groups drawn with seed {comparison.seed}"
        if (comparison.groups or comparison.reference.n_stimuli) > MOST_GROUPS
        else ""
    )
    biased = [score.measure.label for score in known if score.measure.biased]
    caveat = (
        f" They do not account for the bias of {listed(biased)} at few stimuli." if biased else ""
    )
    return (
        f"The 95 % intervals{_of(known, comparison)} are jackknife intervals over {whole}{sets} "
        f"{_cite(JACKKNIFE, BUSING)}.{caveat}"
    )


def _chance(comparison: Comparison) -> str:
    known = [score for score in comparison.scores if score.chance is not None]
    if not known:
        return ""
    paired = (
        "each stimulus of one population is paired with a random stimulus of the other"
        if comparison.groups is None
        else "groups of stimuli are exchanged whole and at random among those of one size"
    )
    exact = [
        score.measure.label
        for score in known
        if comparison.groups is None and score.measure.chance_level is not None
    ]
    closed = f", known exactly for {listed(exact)}" if exact else ""
    drawn = (
        f" ({comparison.permutations} random pairings, seed {comparison.seed})"
        if comparison.permutations
        else ""
    )
    of = _of(known, comparison)
    return f"Chance{of} is the mean score when {paired}{drawn}{closed}.{_p_values(comparison)}"


def _p_values(comparison: Comparison) -> str:
    tested = [score for score in comparison.scores if score.p_value is not None]
    if not tested:
        return ""
    several = (
        f" and are not corrected for the {len(tested)} measures tested" if len(tested) > 1 else ""
    )
    return (
        f" The p-values{_of(tested, comparison)} are one-sided, (b + 1)/(m + 1) "
        f"{_cite(PERMUTATION)}{several}."
    )


def _of(scores: Sequence[Score], comparison: Comparison) -> str:
    """Name the scores that a sentence is about, unless it is about all."""
    if len(scores) == len(comparison.scores):
        return ""
    return f" of {listed([score.measure.label for score in scores])}"


def _ceiling(comparison: Comparison) -> str:
    limited = [score for score in comparison.scores if score.ceiling is not None]
    if not limited:
        return "No noise ceiling was estimated."
    kinds = {score.measure.kind for score in limited}
    said = {
        "correlation": "for correlation-like scores, the geometric mean of both reliabilities (1 "
        "for a population without repeated trials)",
        "variance": "for explained variance, the share of the reference's variance that repeats",
        "distance": "for distances, as a floor, the mean over populations of the distance "
        "between the halves, uncorrected",
    }
    corrected = (
        f" with the Spearman\N{EN DASH}Brown correction {_cite(SPEARMAN, BROWN)}"
        if kinds - {"distance"}
        else ""
    )
    return (
        f"Noise ceilings{_of(limited, comparison)} come from the agreement of odd with even "
        f"trials{corrected}: {'; '.join(text for kind, text in said.items() if kind in kinds)}."
    )


def _cite(*entries: str) -> str:
    return f"({'; '.join(_citations.reference(entry).cited for entry in entries)})"

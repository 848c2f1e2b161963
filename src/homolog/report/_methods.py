"""The methods paragraph: what was done, in words that can stand in a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homolog import _citations
from homolog._citations import BROWN, JACKKNIFE, PERMUTATION, SPEARMAN
from homolog.report import _words

if TYPE_CHECKING:
    from homolog.comparison import Comparison
    from homolog.measures._measure import Measure
    from homolog.representation import Representation


def paragraph(comparison: Comparison) -> str:
    """Return the methods of a comparison as one paragraph."""
    return " ".join(
        sentence
        for sentence in (
            _populations(comparison),
            _measures(comparison),
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
        f"{_words.counted(x.n_stimuli, 'stimulus')} were compared with "
        f"{f'homolog {version}'.strip()}, neurons centred over stimuli."
    )


def _side(side: Representation, role: str) -> str:
    named = f"{side.name}, " if side.name else ""
    unit = f", {side.unit}" if side.unit else ""
    return f"the {role} ({named}{_words.counted(side.n_neurons, 'neuron')}{unit})"


def _measures(comparison: Comparison) -> str:
    named = [_measure(score.measure) for score in comparison.scores]
    return f"Similarity was scored by {_words.listed(named)}."


def _measure(measure: Measure) -> str:
    found = _citations.references([measure.citation])
    title = measure.title.rstrip(".").split(": ")[0]
    return f"{measure.label} ({'; '.join([title, *(entry.cited for entry in found)])})"


def _intervals(comparison: Comparison) -> str:
    if all(score.interval is None for score in comparison.scores):
        return ""
    biased = [s.measure.label for s in comparison.scores if s.measure.biased and s.interval]
    caveat = (
        f" They do not account for the bias of {_words.listed(biased)} at few stimuli."
        if biased
        else ""
    )
    return f"The 95 % intervals are jackknife intervals over stimuli {_cite(JACKKNIFE)}.{caveat}"


def _chance(comparison: Comparison) -> str:
    tested = [score for score in comparison.scores if score.p_value is not None]
    if not tested:
        return ""
    several = (
        f" and are not corrected for the {len(tested)} measures tested" if len(tested) > 1 else ""
    )
    return (
        "Chance is the mean score when each stimulus of one population is paired with a random "
        f"stimulus of the other ({comparison.permutations} random pairings, seed "
        f"{comparison.seed}); p-values are one-sided, (b + 1)/(m + 1) "
        f"{_cite(PERMUTATION)}{several}."
    )


def _ceiling(comparison: Comparison) -> str:
    limited = [score for score in comparison.scores if score.ceiling is not None]
    if not limited:
        return "No noise ceiling was estimated."
    kinds = {score.measure.kind for score in limited}
    said = {
        "correlation": "for correlation-like scores, the geometric mean of both reliabilities",
        "variance": "for explained variance, the reliability of the reference",
        "distance": "for distances, as a floor, the mean distance between the halves of a "
        "population, uncorrected",
    }
    corrected = (
        f" with the Spearman\N{EN DASH}Brown correction {_cite(SPEARMAN, BROWN)}"
        if kinds - {"distance"}
        else ""
    )
    return (
        f"Noise ceilings come from the agreement of odd with even trials{corrected}: "
        f"{'; '.join(text for kind, text in said.items() if kind in kinds)}."
    )


def _cite(*entries: str) -> str:
    return f"({'; '.join(_citations.reference(entry).cited for entry in entries)})"

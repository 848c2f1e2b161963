"""How alike two populations are: scores with intervals, chance levels and ceilings."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog.measures import find
from homolog.measures._measure import Measure
from homolog.pairing import Halves, Pair, pair
from homolog.representation import NanPolicy, Representation, represent
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_MEASURES = ("unbiased_cka", "procrustes", "ridge", "soft_matching_correlation")

ROUGH_RELIABILITY = 0.5
"""Below this the Spearman-Brown ceiling is only a rough guide."""

Chosen = str | Measure | Iterable[str | Measure]
Groups = Literal["stimulus"] | Sequence[str | int] | None


@dataclass(frozen=True, eq=False)
class Score:
    """One measure's answer, with what is needed to judge it.

    Attributes
    ----------
    measure
        What was computed; its `best`, `worst`, `kind` and `biased` say how to read it.
    value
        The score of the condition means on all shared stimuli.
    interval
        95 % jackknife interval over stimuli, or None (the warnings say why).
    chance
        Mean score when stimuli are paired at random: exact where known, else the mean of
        the draws; None if nothing was drawn.
    p_value
        Share of random pairings at least as close, (b + 1) / (m + 1); None if none drawn.
    ceiling
        The best score trial noise allows (for distances the smallest: the floor); None
        without repeated trials.
    warnings
        What a reader should know before believing the number.
    null
        The scores of the random pairings.
    """

    measure: Measure
    value: float
    interval: tuple[float, float] | None = None
    chance: float | None = None
    p_value: float | None = None
    ceiling: float | None = None
    warnings: tuple[str, ...] = ()
    null: NDArray[np.float64] = field(default_factory=lambda: np.empty(0), repr=False)

    def __str__(self) -> str:
        """Value, interval, chance, p and ceiling in one line."""
        from homolog._tables import score_line

        return score_line(self)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two populations and how alike they are; prints as a table.

    Attributes
    ----------
    reference, candidate
        Condition means on the shared stimuli, row for row.
    scores
        One for each measure, in the order asked for.
    warnings
        What was dropped or taken on trust before scoring.
    permutations, seed
        How many random pairings were drawn, and the seed of all draws.
    versions
        Of homolog, Python and the packages the numbers rest on.
    digests
        BLAKE2 digest of the responses and labels that were scored.
    """

    reference: Representation
    candidate: Representation
    scores: list[Score]
    warnings: tuple[str, ...]
    permutations: int
    seed: int
    versions: dict[str, str]
    digests: dict[str, str]

    def __str__(self) -> str:
        """The scores as a table, with every warning."""
        from homolog._tables import comparison_table

        return comparison_table(self)

    __repr__ = __str__

    def __getitem__(self, name: str) -> Score:
        """The score of the measure with that name or label."""
        for score in self.scores:
            if name in (score.measure.label, score.measure.name):
                return score
        known = [score.measure.label for score in self.scores]
        raise errors.unknown_name("score", name, known, "It was not computed.")

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each score."""
        import pandas as pd

        from homolog._tables import records

        return pd.DataFrame(records(self))

    def save(self, folder: str | PathLike[str], command: str = "") -> Path:
        """Write the scores and all that is needed to compute them again.

        Parameters
        ----------
        folder
            Made if it is not there. Files of an earlier run are replaced one by one.
        command
            What the user typed, to be kept with the run.

        Returns
        -------
        folder
            Holding ``scores.csv`` (one row a score), ``run.toml`` (settings, versions,
            seed, digests), ``null.npz`` (scores of random pairings) and ``refs.bib``.
        """
        from homolog._tables import write_comparison

        return write_comparison(self, Path(folder), command)


def compare(
    reference: Any,
    candidate: Any,
    measures: Chosen | None = None,
    *,
    intervals: bool = True,
    permutations: int = 1000,
    rng: int = 0,
    align: bool = False,
    nan: NanPolicy = "stop",
    groups: Groups = None,
    progress: Progress = silent,
) -> Comparison:
    """Score how alike two populations answer the same stimuli.

    Parameters
    ----------
    reference, candidate
        `Representation`, array of any library, xarray or pandas object, or the path of a
        file. Two axes are (stimulus, neuron). Trials are averaged, and their two halves
        give the noise ceiling.
    measures
        Names or `Measure` objects. Default: unbiased_cka, procrustes, ridge and
        soft_matching_correlation.
    intervals
        Whether to leave stimuli out for 95 % intervals.
    permutations
        Random pairings of stimuli for chance level and p; 0 for none.
    rng
        Seed of every draw. The same seed gives the same numbers.
    align
        Whether to keep the shared stimuli, in the reference's order, when labels differ.
    nan
        What to do with NaN, see `represent`.
    groups
        What belongs together in folds, intervals and permutations: a label for each
        stimulus of the reference (the movie of each frame, say), or ``"stimulus"`` for
        all times of a stimulus, which measures that fit need after
        `Representation.fold_time`.
    progress
        Called with what is being done, steps done and steps in all.

    Returns
    -------
    comparison
        Prints as a table; `Comparison.save` writes it.

    Raises
    ------
    HomologError
        HM001 other stimuli, HM002 another order, HM003 transposed, HM004 NaN, HM005 too
        many neurons for cca, HM006 constant, HM010 too few stimuli for an interval,
        HM012 rows of one stimulus in training and test.

    Examples
    --------
    >>> import numpy as np, homolog
    >>> rates = np.random.default_rng(0).normal(size=(50, 8))
    >>> turned = rates @ np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))[0]
    >>> result = homolog.compare(rates, turned, "procrustes", permutations=99)
    >>> round(result["procrustes"].value, 6)
    0.0
    """
    if permutations < 0:
        raise errors.bad_value("permutations", permutations, "0 or more")
    x, y = (_population(one, nan) for one in (reference, candidate))
    if groups is not None and not isinstance(groups, str):
        x, y = replace(x, groups=tuple(groups)), replace(y, groups=None)
    both = pair(x, y, reorder=align)
    labels = _group_labels(both, groups)
    scores = [
        _score(measure, both, labels, intervals, permutations, rng, progress)
        for measure in _measures(measures, both, labels)
    ]
    return Comparison(
        reference=both.reference,
        candidate=both.candidate,
        scores=scores,
        warnings=both.warnings,
        permutations=permutations,
        seed=rng,
        versions=_versions(),
        digests={"reference": _digest(both.reference), "candidate": _digest(both.candidate)},
    )


def _population(given: Any, nan: NanPolicy) -> Representation:
    if isinstance(given, str | PathLike):
        from homolog.files import load

        return load(given, nan=nan)
    return represent(given, nan=nan)


def _group_labels(both: Pair, groups: Groups) -> tuple[object, ...] | None:
    if groups is None:
        return None
    if isinstance(groups, str) and groups != "stimulus":
        raise errors.bad_value("groups", groups, '"stimulus", or a label for each stimulus')
    return both.reference.groups or both.candidate.groups or both.reference.labels


def _measures(
    chosen: Chosen | None, both: Pair, labels: tuple[object, ...] | None
) -> list[Measure]:
    """The measures asked for; those that fit hold whole groups out."""
    if chosen is None:
        chosen = DEFAULT_MEASURES
    listed = [chosen] if isinstance(chosen, str | Measure) else list(chosen)
    measures = [one if isinstance(one, Measure) else find(one) for one in listed]
    folded = both.reference.groups or both.candidate.groups
    if labels is None and folded and any(one.fits for one in measures):
        raise errors.leak("stimulus")
    if labels is None:
        return measures
    n_stimuli = both.reference.n_stimuli
    return [one.using(folds=one.folds(n_stimuli, labels)) if one.fits else one for one in measures]


def _score(
    measure: Measure,
    both: Pair,
    groups: tuple[object, ...] | None,
    intervals: bool,
    permutations: int,
    rng: int,
    progress: Progress,
) -> Score:
    """Value first, so that bad input is refused before the long work begins."""
    x, y = both.reference.matrix, both.candidate.matrix
    sx, sy = (_summary(measure, one) for one in (both.reference, both.candidate))
    score = Score(measure, float(measure.score(sx, sy)))
    if groups is None:
        score = replace(score, chance=measure.chance(sx, sy))
    notes = [measure.caution(sx, sy)]
    if intervals:
        interval, why = _interval(measure, x, y, groups, rng, progress)
        score, notes = replace(score, interval=interval), [*notes, why]
    if permutations:
        null = statistics.permutation_null(
            measure, x, y, permutations, groups=groups, rng=rng, progress=progress
        )
        chance = float(null.mean()) if score.chance is None else score.chance
        p = statistics.p_value(measure, score.value, null)
        score = replace(score, null=null, chance=chance, p_value=p)
    ceiling, why_not = _ceiling(measure, both)
    notes = [*notes, *why_not, _bias_note(score, both.reference.n_stimuli)]
    return replace(score, ceiling=ceiling, warnings=tuple(note for note in notes if note))


def _summary(measure: Measure, population: Representation) -> Any:
    """The summary, with an error that names the population."""
    try:
        return measure.summary(population.matrix)
    except errors.HomologError as error:
        if error.code != "HM006":
            raise
        x = population.matrix
        flat = np.flatnonzero(np.ptp(x, axis=0) == 0)
        labels = [population.neuron_labels[i] for i in flat]
        raise errors.constant_neurons(population.called, labels, *x.shape[::-1]) from None


def _interval(
    measure: Measure,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    groups: tuple[object, ...] | None,
    rng: int,
    progress: Progress,
) -> tuple[tuple[float, float] | None, str | None]:
    """The interval, or why a measure has none once a stimulus is left out."""
    try:
        found = statistics.jackknife(measure, x, y, groups=groups, rng=rng, progress=progress)
    except errors.HomologError as error:
        if error.code not in ("HM006", "HM031", "HM005"):
            raise
        return None, f"no interval: without some stimuli the score has no value ({error})"
    return found, None


def _ceiling(measure: Measure, both: Pair) -> tuple[float | None, list[str]]:
    values: list[float | None] = []
    notes: list[str] = []
    for population, halves in (
        (both.reference, both.reference_halves),
        (both.candidate, both.candidate_halves),
    ):
        value, note = _reliability(measure, population, halves)
        values.append(value)
        notes += [note] if note else []
    if notes:
        return None, notes
    low = [one for one in values if one is not None and one < ROUGH_RELIABILITY]
    rough = (
        f"trials repeat little (reliability {min(low):.2f}): the ceiling is rough" if low else ""
    )
    return statistics.ceiling(measure, *values), [rough] if measure.kind != "distance" else []


def _reliability(
    measure: Measure, population: Representation, halves: Halves | str | None
) -> tuple[float | None, str | None]:
    if halves is None:
        return None, None
    try:
        if isinstance(halves, str):
            return None, f"no ceiling: {population.called}: {halves}"
        return statistics.reliability(measure, *halves), None
    except errors.HomologError as error:
        return None, f"no ceiling: {population.called}: {error}"


def _bias_note(score: Score, n_stimuli: int) -> str | None:
    """Say so when unrelated populations would already look alike."""
    if not score.measure.biased or score.chance is None or not score.measure.higher_is_closer:
        return None
    if score.chance < 0.2:
        return None
    return f"unrelated populations score {score.chance:.2f} with {n_stimuli} stimuli"


def _digest(population: Representation) -> str:
    digest = blake2b(digest_size=16)
    matrix = np.ascontiguousarray(population.matrix)
    digest.update(repr((matrix.shape, population.stimuli, population.neurons)).encode())
    digest.update(matrix.tobytes())
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("numpy", "scipy", "POT")}
    return {"homolog": version("homolog"), "python": platform.python_version(), **packages}

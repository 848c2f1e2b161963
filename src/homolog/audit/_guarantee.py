"""What a score guarantees: the worst responses that still have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.audit._adversary import Least, Readout, adverse, erased
from homolog.audit._audit_words import lowest
from homolog.audit._decoding import Decoding, accuracies, decoding, to_decode
from homolog.audit._decoding_along import evenly_strong
from homolog.audit._given import measure_of, measures_of
from homolog.audit._labels import Label, Labels, classes_of, labels_of
from homolog.audit._objective import objective_of
from homolog.audit._targets import Reals, Target
from homolog.measures._measure import Measure
from homolog.statistics import Progress, of_several, silent

if TYPE_CHECKING:
    import pandas as pd

Score = float | Mapping[str | Measure, float] | Sequence[float]

KEPT_APART = (0.0, 0.3, 1.0)  # how far apart class means are where a search begins
JITTER = 0.01  # share of noise in such a start, so that no direction is exactly even
CHOOSING = 3  # draws of folds by which the worst is chosen; it is reported on others
_STREAM = 0xADE5


@dataclass(frozen=True, eq=False, repr=False)
class Guarantee:
    """How badly each variable may be decodable although scores are as high as they are.

    Attributes
    ----------
    asked
        Label of each measure -> least score, all held at once; 1 is the same as the target.
    accuracy
        Variable -> lowest decoding accuracy found. An upper bound of the true minimum: what the
        search did not find may be lower still. At or below chance, nothing is guaranteed of a
        linear readout; others, such as nearest neighbours, are not asked and may do better.
    recording
        Decoding of the target itself.
    found
        Variable -> decoding of the worst responses, on the same folds.
    data
        Variable -> (condition, [time,] neuron) worst responses, in the unit of the target.
    score
        Variable -> label of each measure -> score of these responses, by the measure itself.
    erased
        Variable -> label of each measure -> score of the target with the class means of the
        variable moved together. No search is needed for this: asked for no more than these
        scores, responses need not tell the classes apart at all.
    """

    asked: Mapping[str, float]
    accuracy: Mapping[str, float]
    recording: Decoding
    found: Mapping[str, Decoding]
    data: Mapping[str, Reals]
    score: Mapping[str, Mapping[str, float]]
    erased: Mapping[str, Mapping[str, float]]

    @property
    def chance(self) -> Mapping[str, float]:
        """Variable -> share of the largest class."""
        return self.recording.chance

    def above_chance(self, variable: str) -> bool:
        """Whether even the worst responses found are decoded above chance."""
        return self.found[variable].above_chance(variable)

    def frame(self) -> pd.DataFrame:
        """One row for each variable; the last columns are scores of the worst responses."""
        import pandas as pd

        rows = [
            {
                "variable": variable,
                "accuracy": accuracy,
                "low": self.found[variable].low[variable],
                "high": self.found[variable].high[variable],
                "chance": self.chance[variable],
                "recording": self.recording.accuracy[variable],
                "above_chance": self.above_chance(variable),
                **self.score[variable],
            }
            for variable, accuracy in self.accuracy.items()
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        """The scores, and the lowest accuracy of each variable beside the recording's."""
        scores = " and ".join(f"{label} {score:g}" for label, score in self.asked.items())
        said = (
            f"{variable} {lowest(accuracy, self.chance[variable], 3)}"
            f" (recording {self.recording.accuracy[variable]:.3f},"
            f" chance {self.chance[variable]:.3f})"
            for variable, accuracy in self.accuracy.items()
        )
        return f"<Guarantee of {scores}: {'; '.join(said)}>"


def guarantee(
    target: Any,
    measures: str | Measure | Sequence[str | Measure] | Mapping[str | Measure, float],
    score: Score | None = None,
    labels: Labels | None = None,
    *,
    folds: int = 5,
    rng: int = 0,
    seeds: int = 5,
    steps: int = 200,
    progress: Progress = silent,
) -> Guarantee:
    """Search for responses that score at least so high and tell as little as they can.

    For each variable by itself, a ridge readout of its classes is made as bad as possible
    while every score is held (L-BFGS, with a growing penalty on scores that fall short), from
    several starts: the target without the variable, with part of it, the target itself, and
    Gaussian responses. What is found is then measured and decoded as any responses are.

    Parameters
    ----------
    target
        As `decoding` takes it; the reference of every measure.
    measures
        Name or `Measure` with smooth=True; several of them to hold at once; or a mapping of
        such to scores.
    score
        The least score, where 1 is the same: of a distance 1 - distance / worst (see
        `Objective`). One for all measures, or one for each.
    labels
        As `decoding` takes them.
    folds, rng
        As `decoding` takes them; `rng` also draws the starts.
    seeds
        How many Gaussian starts.
    steps
        About how many steps each search makes.
    progress
        Told of every round of each search.

    Returns
    -------
    guarantee
        Lowest accuracy of each variable, with the responses that have it.

    Raises
    ------
    HomologError
        HM025 for scores that are not below 1 or not as many as measures; HM060 for a measure
        without gradient; HM023 for an unknown one; what `decoding` raises.

    Notes
    -----
    The readout is that of `decoding`: variables may be shrunk until its penalty hides
    them, as most measures allow, or buried. The worst are chosen by other draws of folds than
    they are reported on. A search proves what may happen, not what must: a high accuracy says
    that no worse was found. One far below chance is chance: where class means are equal, those
    of the conditions left in lean away from those left out.

    Examples
    --------
    >>> shapes = np.random.default_rng(0).normal(size=(20, 6)) * [9, 9, 9, 1, 1, 1]
    >>> side = np.arange(20) % 2
    >>> shapes[:, 5] += 4 * side
    >>> worst = guarantee(shapes, "cka", 0.9, {"side": side}, seeds=1)
    >>> worst.recording.above_chance("side"), worst.above_chance("side")
    (True, False)
    """
    given = to_decode(target)
    if labels is None:
        raise errors.bad_labels(None, "got None", "Pass {'variable': one label per condition}.")
    for name, got, fewest in (("seeds", seeds, 0), ("steps", steps, 1)):
        if not isinstance(got, int | np.integer) or got < fewest:
            raise errors.bad_value(name, got, f"a whole number from {fewest}")
    recording = decoding(given, labels, folds=folds, rng=rng)
    told = replace(given, rows=given.rows / given.unit)
    least = _least(given, measures, score)
    search = _Search(told, least, folds, rng, seeds, steps)
    known = labels_of(labels, told.shape[0], told.conditions)
    worst = {
        variable: search.worst(variable, named, of_several(progress, nth, len(known)))
        for nth, (variable, named) in enumerate(known.items())
    }
    return Guarantee(
        asked={one.objective.measure.label: one.score for one in least},
        accuracy={variable: one.decoded.accuracy[variable] for variable, one in worst.items()},
        recording=recording,
        found={variable: one.decoded for variable, one in worst.items()},
        data={
            variable: given.unit * one.rows.reshape(told.shape) for variable, one in worst.items()
        },
        score={variable: _scores(least, one.rows) for variable, one in worst.items()},
        erased={variable: one.erased for variable, one in worst.items()},
    )


def _least(target: Target, measures: Any, score: Score | None) -> list[Least]:
    """Pair measures with their scores."""
    if isinstance(measures, Mapping):
        if score is not None:
            raise errors.bad_value("score", score, "nothing where measures come with their scores")
        measures, score = list(measures), list(measures.values())
    listed = measures_of(measures)
    given: list[Any] = [score] * len(listed)
    if isinstance(score, Sequence) and not isinstance(score, str):
        given = list(score)
    if isinstance(score, Mapping):
        of = {measure_of(one): number for one, number in score.items()}
        given = [of.get(one) for one in listed]
    if len(given) != len(listed):
        allowed = f"one number, or {len(listed)}: one for each measure"
        raise errors.bad_value("score", score, allowed)
    for one in given:
        number = isinstance(one, float | int | np.number) and not isinstance(one, bool)
        if not number or not -np.inf < one < 1:
            allowed = "a number below 1 for each measure; 1 is the same"
            raise errors.bad_value("score", score, allowed)
    paired = zip(listed, given, strict=True)
    found = [Least(objective_of(target, measure), float(one)) for measure, one in paired]
    for one, own in zip(found, _scores(found, target.rows).values(), strict=True):
        if own < one.score:
            label = one.objective.measure.label
            most = f"at most {own:.6g} for {label}, what the target scores against itself"
            raise errors.bad_value("score", one.score, most)
    return found


def _scores(least: Sequence[Least], rows: Reals) -> dict[str, float]:
    return {one.objective.measure.label: float(one.objective.score(rows[None])[0]) for one in least}


def held(least: Sequence[Least], candidates: Reals) -> NDArray[np.bool_]:
    """Whether scores of candidates, by the measures themselves, are all as high as asked."""
    return np.all([one.objective.score(candidates) >= one.score for one in least], axis=0)


@dataclass(frozen=True)
class _Worst:
    rows: Reals
    erased: Mapping[str, float]
    decoded: Decoding


@dataclass(frozen=True)
class _Search:
    target: Target
    least: Sequence[Least]
    folds: int
    rng: int
    seeds: int
    steps: int

    def worst(self, variable: str, labels: Sequence[Label], progress: Progress) -> _Worst:
        classes, class_of = classes_of(labels)
        members = np.eye(len(classes))[class_of]
        shape = self.target.shape
        without = erased(self.target, members)
        readout = Readout(members, shape)
        found = adverse(readout, self.least, self._starts(members), self.steps, progress)
        scores = self._erased_scores(without)
        candidates = np.concatenate([found] if scores is None else [without[None], found])
        # The target has the scores, whatever became of the others.
        kept = candidates[held(self.least, candidates)]
        candidates = np.concatenate([self.target.rows[None], kept])
        lowest = candidates[int(self._told(candidates, {variable: labels}).argmin())]
        one = {variable: labels}
        decoded = decoding(lowest.reshape(shape), one, folds=self.folds, rng=self.rng)
        return _Worst(lowest, scores or {}, decoded)

    def _told(self, candidates: Reals, labels: Mapping[str, Sequence[Label]]) -> Reals:
        """Accuracy of each candidate, mean over draws of folds that are not reported on."""
        shape = self.target.shape
        alike = evenly_strong(candidates.reshape(-1, *shape), shape[-1])
        draws = range(self.rng + 1, self.rng + 1 + CHOOSING)
        told = [next(iter(accuracies(alike, labels, self.folds, one).values())) for one in draws]
        return np.mean(told, axis=(0, 2))

    def _erased_scores(self, without: Reals) -> dict[str, float] | None:
        """Scores without the variable; None where nothing is left to score."""
        try:
            return _scores(self.least, without)
        except errors.HomologError:
            return None

    def _starts(self, members: Reals) -> Reals:
        draws = np.random.default_rng([_STREAM, self.rng])
        rows = self.target.rows
        planned = [erased(self.target, members, left) for left in KEPT_APART]
        noise = draws.normal(size=(len(planned) + self.seeds, *rows.shape))
        noise[: len(planned)] *= JITTER
        noise[: len(planned)] += planned
        return noise

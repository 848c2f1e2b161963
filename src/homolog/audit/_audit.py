"""The whole audit of a recording: every measure, from several starts, in parts that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from homolog import errors
from homolog._arrays import principal
from homolog._processes import refuse_unguarded
from homolog._words import listed
from homolog.audit import _audit_files, _audit_work, _course, _guaranteed
from homolog.audit._audit_plan import (
    DEFAULT_MEASURES,
    Chosen,
    Plan,
    call,
    course_parts,
    facts,
    guarantee_parts,
    planned,
    recording_digest,
)
from homolog.audit._audit_result import Audit
from homolog.audit._course import FOLDS_SEED
from homolog.audit._perturbation import Perturbation, perturb_components
from homolog.statistics import Progress, silent

__all__ = ["Audit", "audit"]


def audit(
    recording: Any,
    measures: Chosen = DEFAULT_MEASURES,
    *,
    labels: Any = None,
    seeds: int | Sequence[int] = 5,
    goal: float = 0.99,
    folds: int = 5,
    guarantee: float | Mapping[str, float] | None = None,
    variance: float | None = None,
    folder: str | PathLike[str] | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> Audit:
    """Ask what a high similarity to a recording shows, by each of several measures.

    Random responses are changed until a measure finds them as good as the recording. On the
    way it is seen which variables can be decoded from them, and which principal components of
    the recording they have captured. A variable that is decoded as from the recording only at
    0.98 may be absent from whatever scores 0.9.

    Parameters
    ----------
    recording
        `Representation`, whose trials are averaged; an array of (condition, neuron), while one
        with more axes becomes a population by `homolog.represent`; or the path of a file.
    measures
        Names or measures of the registry, with smooth=True.
    labels
        Variable -> a label for each condition (stimulus), in their order; or a pandas DataFrame,
        put into their order by the names of conditions in its index or its first column.
        None: components only, nothing is decoded.
    seeds
        How many starts, or which; the same for all measures.
    goal
        Score at which an optimisation stops, 1 for the same. A distance scores
        1 - distance / worst.
    folds
        In which conditions are held out, as `decoding` does.
    guarantee
        A score for each measure by itself, or measure -> score for all of them together, at
        which to search for the lowest decoding accuracy; None for no search.
    variance
        Share of the recording's variance: audit its leading principal components that hold so
        much, as `homolog.representation.leading` finds them, in place of its neurons. Needed
        where neurons are more than rows. None: the neurons.
    folder
        Where every part is kept as soon as it is done. An audit that was killed, at whatever
        moment, goes on from there to the same result; measures, seeds and guarantees may be
        added.
    workers
        Processes that share the parts; results do not depend on it. Scripts that ask for more
        than one put their code under ``if __name__ == "__main__":``.
    progress
        Told of every part, and of how far each has come: how many are done, and in words about
        how long the others will take.

    Returns
    -------
    audit
        Prints as a table; `Audit.in_words` is one page; `Audit.save` writes all numbers, and
        ``homolog.report.write_audit`` figures and a page to look at.

    Raises
    ------
    HomologError
        HM060 a measure through which no gradient flows, HM062 labels that do not fit or do not
        vary, HM063 too few conditions of a class, HM064 to HM066 what cannot be audited or not
        in this folder, HM025 numbers that make no sense, and what a recording is refused for.

    Notes
    -----
    What is found is what an optimiser finds from these starts: evidence that high scores are
    possible without a variable, never proof that low ones are impossible. Two systems that
    were not made to score high may well share what these do not.

    References
    ----------
    Cloos et al. (2024), "Differentiable optimization of similarity scores between models and
    brains", https://arxiv.org/abs/2407.07059

    Examples
    --------
    >>> import numpy as np, homolog.audit
    >>> rng = np.random.default_rng(0)
    >>> rates = rng.normal(size=(60, 8)) * [8, 4, 2, 1, 1, 1, 1, 1]
    >>> found = homolog.audit.audit(rates, ["cka", "procrustes"], seeds=2)
    >>> bool(found.half_capture("procrustes")[1] < found.half_capture("cka")[1])
    True
    """
    refuse_unguarded("homolog.audit.audit")
    plan = planned(recording, measures, labels, seeds, goal, folds, guarantee, variance)
    if not isinstance(workers, int) or workers < 1:
        raise errors.bad_value("workers", workers, "a whole number from 1")
    perturbation = _perturbed(plan)
    decoding = _decoded(plan)  # refuses labels that cannot be decoded, before anything is written
    said = _done(plan, folder, workers, progress)
    courses = tuple(_course.read(said[part.name]) for part in course_parts(plan))
    return Audit(
        name=plan.recording.called,
        shape=plan.target.shape,
        measures=plan.measures,
        seeds=plan.seeds,
        goal=plan.goal,
        courses=courses,
        explained_variance=principal(plan.target.rows).shares,
        decoding=decoding,
        perturbation=perturbation,
        guarantees=tuple(_guaranteed.read(said[part.name]) for part in guarantee_parts(plan)),
        warnings=_warnings(plan, courses, decoding, perturbation),
        call=call(plan),
        facts=facts(plan),
    )


def _perturbed(plan: Plan) -> Perturbation | None:
    if len(principal(plan.target.rows).sizes) >= len(plan.target.rows) - 1:
        return None
    return perturb_components(plan.target, plan.measures)


def _decoded(plan: Plan) -> Any:
    if not plan.labels:
        return None
    from homolog.audit import decoding

    return decoding(plan.target.responses, plan.labels, folds=plan.folds, rng=FOLDS_SEED)


def _done(
    plan: Plan, folder: str | PathLike[str] | None, workers: int, progress: Progress
) -> dict[str, Any]:
    """What came of every part: read where it was kept, and done where it was not."""
    parts = [*course_parts(plan), *guarantee_parts(plan)]
    if folder is None:
        return _audit_work.done(parts, lambda part, said: None, workers, progress)
    place, recording = Path(folder), recording_digest(plan)
    _audit_files.claim(place, facts(plan))
    found = _audit_files.kept(place, recording, parts)
    keep = partial(_audit_files.keep, place, recording)
    left = [part for part in parts if part.name not in found]
    return found | _audit_work.done(left, keep, workers, progress, ahead=len(found))


def _below(score: float, goal: float) -> str:
    """A score below the goal in three decimals, or as many as show that it is below."""
    return next(said for n in range(3, 18) if float(said := f"{score:.{n}f}") < goal or n == 17)


def _warnings(
    plan: Plan, courses: Sequence[_course.Course], decoding: Any, perturbation: object
) -> tuple[str, ...]:
    """What a reader should know before believing the numbers."""
    n_rows, n_neurons = plan.target.rows.shape
    said = [*plan.recording.dropped]
    if plan.n_spare <= 0:
        said.append(
            f"{n_neurons} neurons span all {n_rows} rows, so that any component is a weighted sum"
            " of any responses: components are not reported. Fewer neurons, or the recording's"
            " leading components (a variance of 0.95), make them mean something."
        )
    of_axes = [one.label for one in plan.measures if "rotation" not in one.invariant_to]
    unasked = [
        label
        for label in dict.fromkeys(one.measure for one in courses)
        if all(one.score[0] >= plan.goal for one in courses if one.measure == label)
    ]
    if unasked:
        said.append(
            f"Random responses score {plan.goal:g} or more from the start by {listed(unasked)}:"
            " nothing was asked of them, and no score is needed."
        )
    if plan.variance is not None and of_axes:
        said.append(f"Not the same of components as of neurons: {', '.join(of_axes)}.")
    if plan.n_spare > 0 and perturbation is None:
        said.append("The recording's components leave no course over rows to replace one with.")
    said += [
        f"{one.measure}, seed {one.seed}: ended at {_below(one.score[-1], plan.goal)}, short of"
        f" {plan.goal:g}."
        for one in courses
        if not one.reached
    ]
    if decoding is not None:
        said += [
            f"{name} is not decoded above chance from the recording itself, so no score is needed."
            for name in decoding.accuracy
            if not decoding.above_chance(name)
        ]
        said += [
            f"{name}: with {decoding.n_conditions} conditions guessing alone reaches"
            f" {decoding.by_guessing(name):.2f}, and the recording's interval begins at"
            f" {decoding.low[name]:.2f}: the score it needs may be reached by chance. More"
            " conditions would tell."
            for name in decoding.accuracy
            if decoding.above_chance(name) and decoding.low[name] < decoding.by_guessing(name)
        ]
    return tuple(said)

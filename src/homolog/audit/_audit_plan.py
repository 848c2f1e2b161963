"""What is asked of an audit, checked before any work, and the parts that it comes to."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from importlib.metadata import version
from os import PathLike
from typing import Any

import numpy as np

from homolog import __version__, errors
from homolog.audit import _audit_parts
from homolog.audit._audit_parts import Part
from homolog.audit._course import Labels, Settings
from homolog.audit._labels import labels_of
from homolog.audit._objective import objective_of
from homolog.audit._targets import Target, target_of
from homolog.audit._trials import unequal_trials
from homolog.measures import find
from homolog.measures._measure import Measure
from homolog.representation import Representation, leading, represent

DEFAULT_MEASURES = ("cka", "nbs", "procrustes", "linear_regression")

NEURONS = "all, of neurons"
"""In run.toml, where no components were asked for."""

Chosen = str | Measure | Iterable[str | Measure]
Least = tuple[tuple[Measure, float], ...]
"""Measures, each with the least score it must have; all hold together."""


@dataclass(frozen=True)
class Plan:
    """An audit that has been checked and can be done.

    Attributes
    ----------
    target
        What is imitated.
    recording
        What it was made of.
    measures, seeds, goal, folds, labels, variance
        As asked for.
    guarantees
        What to look for, one after the other.
    """

    target: Target
    recording: Representation
    measures: tuple[Measure, ...]
    seeds: tuple[int, ...]
    goal: float
    folds: int
    labels: Labels
    guarantees: tuple[Least, ...]
    variance: float | None

    @property
    def n_spare(self) -> int:
        """Directions over the rows that as many neurons as the recording has leave unused."""
        n_rows, n_neurons = self.target.rows.shape
        return n_rows - 1 - n_neurons


def planned(
    recording: Any,
    measures: Chosen,
    labels: Any,
    seeds: int | Sequence[int],
    goal: float,
    folds: int,
    guarantee: float | Mapping[str, float] | None,
    variance: float | None,
) -> Plan:
    """Check everything that can be known before any work; for the arguments see `audit`."""
    population = _reduced(_population(recording), variance)
    target = target_of(population)
    listed = _listed(measures)
    if not isinstance(goal, int | float) or not 0 < goal <= 1:
        raise errors.bad_value("goal", goal, "above 0, at most 1, where 1 is the same")
    known = {} if labels is None else labels_of(labels, target.shape[0], target.conditions)
    least = _least(guarantee, listed)
    if least and not known:
        raise errors.bad_value(
            "guarantee",
            guarantee,
            "None without labels, for it is the lowest accuracy of decoding them",
        )
    for measure in {
        one.label: one for one in [*listed, *(m for g in least for m, _ in g)]
    }.values():
        _audit_parts.asked(measure)
        _refuse_unscorable(target, measure)
    dealt = _folds(folds)
    return Plan(
        target, population, listed, _seeds(seeds), float(goal), dealt, known, least, variance
    )


def _refuse_unscorable(target: Target, measure: Measure) -> None:
    """Let a measure refuse the recording now, and not when a folder holds half an audit."""
    objective_of(target, measure).score(target.rows[None] / target.unit)


def _population(given: Any) -> Representation:
    if isinstance(given, str | PathLike):
        from homolog.files import load

        given = load(given)
    if not isinstance(given, Representation):
        given = represent(given)
    means = given.condition_means()
    if given.missing is None:
        return means
    said = unequal_trials(given, (~given.missing).sum(0), "conditions")
    return replace(means, dropped=(*means.dropped, *said))


def _reduced(population: Representation, variance: float | None) -> Representation:
    """The components of a population that hold so much of its variance; None: its neurons."""
    if variance is None:
        return population
    if not isinstance(variance, int | float) or not 0 < variance <= 1:
        raise errors.bad_value("variance", variance, "a share above 0, at most 1, or None")
    found = leading(population, variance)
    if found.n_neurons < population.n_neurons:
        return found
    return replace(found, dropped=population.dropped)  # turned only: as many as neurons


def _listed(chosen: Chosen) -> tuple[Measure, ...]:
    """The measures asked for, each once."""
    names = [chosen] if isinstance(chosen, str | Measure) else chosen
    if not isinstance(names, Iterable) or not all(isinstance(n, str | Measure) for n in names):
        raise errors.bad_value("measures", chosen, "names of measures, or Measure objects")
    found = tuple(one if isinstance(one, Measure) else find(one) for one in names)
    labels = [one.label for one in found]
    if not labels or len(set(labels)) < len(labels):
        raise errors.bad_value("measures", labels, "at least one, each only once")
    return found


def _seeds(given: int | Sequence[int]) -> tuple[int, ...]:
    listed: Sequence[Any] = range(given) if isinstance(given, int) else given
    whole = isinstance(listed, Sequence) and all(
        isinstance(one, int | np.integer) and one >= 0 for one in listed
    )
    if not whole or not listed or len(set(listed)) < len(listed) or isinstance(given, bool):
        raise errors.bad_value("seeds", given, "a number from 1, or numbers from 0, each once")
    return tuple(int(one) for one in listed)


def _folds(given: Any) -> int:
    if not isinstance(given, int | np.integer) or given < 2:
        raise errors.bad_value("folds", given, "a whole number from 2")
    return int(given)


def _least(
    asked: float | Mapping[str, float] | None, listed: Sequence[Measure]
) -> tuple[Least, ...]:
    """What to search at: each measure by itself, or several together."""
    if asked is None:
        return ()
    if isinstance(asked, Mapping):
        if not all(isinstance(name, str) for name in asked):
            raise errors.bad_value("guarantee", asked, "scores by the names of measures")
        together = tuple((find(name), _score(score)) for name, score in asked.items())
        if not together:
            raise errors.bad_value("guarantee", asked, "a score, or measures with their scores")
        return (together,)
    return tuple(((one, _score(asked)),) for one in listed)


def _score(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < 1:
        raise errors.bad_value("guarantee", given, "a score between 0 and 1, where 1 is the same")
    return float(given)


def course_parts(plan: Plan) -> list[Part]:
    """One for each measure and seed, seeds of a measure together."""
    return [
        _audit_parts.of_course(
            plan.target,
            measure,
            seed,
            Settings(plan.goal, plan.labels, plan.folds, components=plan.n_spare > 0),
        )
        for measure in plan.measures
        for seed in plan.seeds
    ]


def guarantee_parts(plan: Plan) -> list[Part]:
    """One for each guarantee."""
    return [
        _audit_parts.of_guarantee(plan.target, least, plan.labels, plan.folds)
        for least in plan.guarantees
    ]


def facts(plan: Plan) -> dict[str, dict[str, Any]]:
    """What is audited and how, as run.toml has it."""
    n_neurons = plan.target.shape[-1]
    return {
        "audit": {
            "measures": [one.label for one in plan.measures],
            "seeds": list(plan.seeds),
            "goal": plan.goal,
            "folds": plan.folds,
            "variance": NEURONS if plan.variance is None else plan.variance,
            "variables": sorted(plan.labels),
            "labels": [_digest(plan.labels[name]) for name in sorted(plan.labels)],
            "guarantee": [[f"{one.label} {s:g}" for one, s in least] for least in plan.guarantees],
        },
        "recording": {
            "name": plan.recording.called,
            "n_conditions": plan.target.shape[0],
            "n_rows": len(plan.target.rows),
            "n_neurons": n_neurons,
            "unit": plan.recording.unit,
            "blake2b": recording_digest(plan),
        },
        "versions": {
            "homolog": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scipy")},
        },
    }


def call(plan: Plan) -> str:
    """The call that computes the audit again, from variables named as its arguments."""
    told = [f"[{', '.join(map(spelled, plan.measures))}]"]
    told += ["labels=labels"] if plan.labels else []
    told += [f"seeds={list(plan.seeds)}", f"goal={plan.goal:g}", f"folds={plan.folds}"]
    told += [] if plan.variance is None else [f"variance={plan.variance:g}"]
    for least in plan.guarantees[:1]:
        scores = {one.name: score for one, score in least}
        told.append(f"guarantee={scores if len(scores) > 1 else next(iter(scores.values()))}")
    return f"homolog.audit.audit(recording, {', '.join(told)})"


def spelled(measure: Measure) -> str:
    """A measure as one writes it: its name, or the variant made of it."""
    changed = [f"{key}={value!r}" for key, value in _audit_parts.asked(measure).options]
    if not changed:
        return repr(measure.name)
    return f"homolog.measures.find({measure.name!r}).using({', '.join(changed)})"


def recording_digest(plan: Plan) -> str:
    """BLAKE2 digest of the responses that are imitated, with their shape."""
    digest = blake2b(digest_size=16)
    digest.update(repr(plan.target.shape).encode())
    digest.update(np.ascontiguousarray(plan.target.rows).tobytes())
    return digest.hexdigest()


def _digest(labels: Sequence[int | str]) -> str:
    return blake2b(repr(labels).encode(), digest_size=16).hexdigest()

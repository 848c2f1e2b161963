"""Choosing settings by images that are not those of the test, then training on all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors
from homolog.studies import _trained
from homolog.studies._study import Options, Sources, Teaching
from homolog.studies.table1._grid import scaled

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule, Preset
    from homolog.tasks import Classification
    from homolog.training._reading import Standing

MOST_HELD_OUT = 10_000
SHARE_HELD_OUT = 5
"""The last so many training images, or the last fifth where there are few, choose settings."""

VALIDATION, TEST = "validation", "test"
DIVERGED = "HM015"


def row_of(options: Options) -> Preset:
    """The published row of these images, or of MNIST where the table has none."""
    data, rule, variant = (options[name] for name in ("data", "rule", "variant"))
    rows = [*_trained.rows(data, [rule]), *_trained.rows("mnist", [rule])]
    return next(row for row in rows if row.variant == variant)


def candidate(options: Options, factor: float) -> LearningRule:
    """The rule of a row with its learning rates multiplied."""
    return scaled(_trained.rule_of(row_of(options)), factor, len(options["sizes"]) - 1)


def held_out(task: Classification) -> Classification:
    """The task with its last training images in the place of those of the test."""
    n = min(MOST_HELD_OUT, len(task.train) // SHARE_HELD_OUT)
    return replace(
        task,
        train=task.train[:-n],
        train_labels=task.train_labels[:-n],
        test=task.train[-n:],
        test_labels=task.train_labels[-n:],
        name=f"{task.name}, the last {n} of training held out",
    )


def folder_of(options: Options, sources: Sources, factor: float, phase: str) -> Path:
    """Where the replicas of one setting are kept."""
    assert sources.trained is not None
    among = "-".join(map(str, (options["data"], *options["sizes"])))
    name = _trained.key(row_of(options))
    return sources.trained / "training" / "fair" / among / f"{name}-x{factor:g}-{phase}"


def learn(options: Options, sources: Sources, teaching: Teaching) -> None:
    """Try every setting, then train with the one that was best on images held out."""
    if not options["train"]:
        return
    data = "mnist" if options["data"] == "digits" else options["data"]
    digits = options["quick"] or options["data"] == "digits"
    task = _trained.images(data, sources, quick=digits)
    for factor in options["factors"]:
        _train(options, sources, teaching, held_out(task), factor, VALIDATION)
    best = chosen(options, sources)
    if best is not None:
        _train(options, sources, teaching, task, best, TEST)


def _train(
    options: Options,
    sources: Sources,
    teaching: Teaching,
    task: Classification,
    factor: float,
    phase: str,
) -> None:
    """Train what is missing; a setting that diverges leaves no history to the end."""
    folder = folder_of(options, sources, factor, phase)
    which = _trained.unfinished(options, _found(options, sources, factor, phase))
    rule, sizes, epochs = candidate(options, factor), options["sizes"], options["epochs"]
    try:
        if which:
            _trained.train(rule, task, sizes, which, epochs, folder, teaching)
    except errors.HomologError as error:
        if error.code != DIVERGED:
            raise


def _found(options: Options, sources: Sources, factor: float, phase: str) -> Standing:
    from homolog.training._reading import refuse_other, standing

    folder = folder_of(options, sources, factor, phase)
    found = standing(folder)
    refuse_other(folder, found, candidate(options, factor), sizes=list(options["sizes"]))
    return found


def epochs(
    options: Options, sources: Sources, factor: float, phase: str
) -> Mapping[int, list[dict[str, Any]]]:
    """Epochs of each replica of one setting, up to those asked for."""
    return {
        number: list(lines[: options["epochs"]])
        for number, lines in _found(options, sources, factor, phase).histories.items()
        if number < options["replicas"]
    }


def validated(options: Options, sources: Sources) -> dict[float, float]:
    """For each setting that came to its end: mean accuracy on the images held out."""
    found: dict[float, float] = {}
    for factor in options["factors"]:
        lines = epochs(options, sources, factor, VALIDATION).values()
        ends = [one[-1]["test_accuracy"] for one in lines if len(one) == options["epochs"]]
        if len(ends) == options["replicas"]:
            found[factor] = float(np.mean(ends))
    return found


def chosen(options: Options, sources: Sources) -> float | None:
    """The setting that was right most often on the images held out; None if none came through."""
    found = validated(options, sources)
    return max(found, key=lambda factor: found[factor]) if found else None

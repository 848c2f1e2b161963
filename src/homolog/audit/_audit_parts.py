"""The parts of an audit: each done once, in any process, and kept as soon as it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import measures
from homolog.audit import _course, _guaranteed
from homolog.audit._course import Labels, Settings
from homolog.audit._targets import Target

if TYPE_CHECKING:
    from homolog.measures._measure import Measure

Said = dict[str, Any]
"""What came of a part, as JSON has it."""

Tell = Callable[[float], None]
"""Called with the share of a part that is done."""


@dataclass(frozen=True)
class Asked:
    """A measure by its name and options, as another process can be told of it."""

    name: str
    options: tuple[tuple[str, Any], ...]

    @property
    def measure(self) -> Measure:
        """The measure itself."""
        return measures.find(self.name).using(**dict(self.options))


@dataclass(frozen=True)
class Part:
    """A piece of an audit that knows nothing of the others.

    Attributes
    ----------
    name
        Of its file.
    title, kind
        For a person who waits; parts of a kind take about as long.
    about
        What its numbers depend on besides the recording, as JSON has it.
    work
        Does it, and tells how far it is.
    """

    name: str
    title: str
    kind: str
    about: Mapping[str, Any]
    work: Callable[[Tell], Said]


def asked(measure: Measure) -> Asked:
    """A measure as a worker may be told of it.

    Raises
    ------
    HomologError
        HM023 for a measure that is not in the registry.
    """
    changed = tuple(
        (key, value)
        for key, value in measure.options.items()
        if not np.array_equal(value, measures.find(measure.name).options[key])
    )
    return Asked(measure.name, changed)


def of_course(target: Target, measure: Measure, seed: int, settings: Settings) -> Part:
    """Maximise a measure from one start."""
    about = {"seed": seed, **vars(settings), **_told([measure])}
    work = partial(_course_said, target, asked(measure), seed, settings)
    title = f"{measure.label}, seed {seed}"
    return Part(f"{_file(measure)}-seed{seed}", title, measure.label, about, work)


def of_guarantee(
    target: Target, least: Sequence[tuple[Measure, float]], labels: Labels, folds: int
) -> Part:
    """Look for what is decoded worst while all these measures score at least so much."""
    listed = [measure for measure, _ in least]
    about = {
        "least": [score for _, score in least],
        "labels": labels,
        "folds": folds,
        **_told(listed),
    }
    told = tuple((asked(measure), score) for measure, score in least)
    title = " and ".join(f"{measure.label} {score:g}" for measure, score in least)
    name = "-".join(["guarantee", *(f"{_file(measure)}-{score:g}" for measure, score in least)])
    work = partial(_guaranteed_said, target, told, labels, folds)
    return Part(name, f"guarantee of {title}", "guarantee", about, work)


def _course_said(target: Target, told: Asked, seed: int, settings: Settings, tell: Tell) -> Said:
    return _course.written(_course.course(target, told.measure, seed, settings, tell))


def _guaranteed_said(
    target: Target, told: tuple[tuple[Asked, float], ...], labels: Labels, folds: int, tell: Tell
) -> Said:
    least = [(one.measure, score) for one, score in told]
    return _guaranteed.written(_guaranteed.guaranteed(target, least, labels, folds, tell))


def _told(listed: Sequence[Measure]) -> Said:
    return {
        "measures": [one.label for one in listed],
        "options": [{k: np.asarray(v).tolist() for k, v in one.options.items()} for one in listed],
    }


def _file(measure: Measure) -> str:
    """A label as part of the name of a file."""
    return "".join(
        letter if letter.isalnum() or letter in "_.=" else "-" for letter in measure.label
    )

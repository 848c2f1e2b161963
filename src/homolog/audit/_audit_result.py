"""An audit: what every measure rewarded, and what a score of it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors
from homolog.audit._course import Course
from homolog.audit._guaranteed import Guaranteed
from homolog.audit._targets import Reals

if TYPE_CHECKING:
    import pandas as pd

    from homolog.audit._audit_files import Facts
    from homolog.audit._decoding import Decoding
    from homolog.audit._perturbation import Perturbation
    from homolog.measures._measure import Measure

USUAL = 0.9
"""The score that is often called high, at which accuracies are compared."""


@dataclass(frozen=True)
class Needed:
    """What score a variable needs, by one measure.

    Attributes
    ----------
    measure, variable
        Which.
    scores
        One for each seed: the score at which its accuracy first came to the recording's
        level; None where it never did.
    at_usual
        Mean accuracy over seeds at a score of 0.9; None if no seed came so far.
    ends
        One for each seed: the highest score to which it came, the goal at most.
    unasked
        Whether the goal was there from the start, as of regression where neurons are more
        than rows: then nothing was asked of the responses, and no score says anything.
    """

    measure: str
    variable: str
    scores: tuple[float | None, ...]
    at_usual: float | None
    ends: tuple[float, ...]
    unasked: bool

    @property
    def end(self) -> float:
        """The highest score to which all seeds came."""
        return min(self.ends)

    @property
    def unreached(self) -> tuple[float, ...]:
        """Where those ended that never came to the recording's level."""
        both = zip(self.scores, self.ends, strict=True)
        return tuple(end for score, end in both if score is None)

    @property
    def reached(self) -> tuple[float, ...]:
        """The scores of those that came to the recording's level, from low to high."""
        return tuple(sorted(score for score in self.scores if score is not None))

    @property
    def median(self) -> float | None:
        """Median over seeds; None where half of them or more never came to the level."""
        ranked = [*self.reached, *[np.inf] * (len(self.scores) - len(self.reached))]
        middle = float(np.median(ranked))
        return middle if np.isfinite(middle) else None


@dataclass(frozen=True, eq=False)
class Audit:
    """What measures reward when they are maximised; prints as a table.

    Attributes
    ----------
    name
        Of the recording.
    shape
        (condition, [time,] neuron) Its size.
    measures
        What was maximised, in the order asked for.
    seeds
        One start for each, the same for all measures.
    goal
        The score at which an optimisation may stop.
    courses
        One for each measure and seed, seeds of a measure together.
    explained_variance
        (component,) Share of the recording's variance, falling.
    decoding
        Of the recording itself; None without labels.
    perturbation
        Scores when one component is replaced; None where the recording leaves no course
        over conditions to replace it with.
    guarantees
        Lowest accuracies found at given scores; empty unless asked for.
    warnings
        What a reader should know.
    call
        The call in Python that computes this again.
    facts
        Settings, versions and digests, as in run.toml.
    """

    name: str
    shape: tuple[int, ...]
    measures: tuple[Measure, ...]
    seeds: tuple[int, ...]
    goal: float
    courses: tuple[Course, ...]
    explained_variance: Reals
    decoding: Decoding | None
    perturbation: Perturbation | None
    guarantees: tuple[Guaranteed, ...]
    warnings: tuple[str, ...]
    call: str
    facts: Facts

    def __str__(self) -> str:
        """The score that every variable needs, by every measure, with every warning."""
        from homolog.audit._audit_shown import table

        return table(self)

    __repr__ = __str__

    @property
    def variance(self) -> float | None:
        """Share of variance that the components in place of neurons hold; None for neurons."""
        share = self.facts["audit"]["variance"]
        return None if isinstance(share, str) else float(share)

    @property
    def variables(self) -> tuple[str, ...]:
        """What was decoded."""
        return () if self.decoding is None else tuple(self.decoding.accuracy)

    def of(self, measure: str) -> tuple[Course, ...]:
        """The courses of the measure with that name or label, one for each seed."""
        for one in self.measures:
            if measure in (one.label, one.name):
                return tuple(course for course in self.courses if course.measure == one.label)
        known = [one.label for one in self.measures]
        raise errors.unknown_name("measure of this audit", measure, known, "It was not audited.")

    def needed(self, measure: str, variable: str) -> Needed:
        """What score a variable needs before it is back at the recording's level."""
        if variable not in self.variables:
            near = list(self.variables)
            raise errors.unknown_name("variable of this audit", variable, near, "It has no label.")
        courses = self.of(measure)
        if self.unasked(measure):
            nothing = (None,) * len(courses)
            return Needed(courses[0].measure, variable, nothing, None, self.ends(measure), True)
        at = [one.accuracy_at(variable, USUAL) for one in courses]
        there = [accuracy for accuracy in at if accuracy is not None]
        return Needed(
            measure=courses[0].measure,
            variable=variable,
            scores=tuple(one.needed[variable] for one in courses),
            at_usual=float(np.mean(there)) if there else None,
            ends=self.ends(measure),
            unasked=False,
        )

    def ends(self, measure: str) -> tuple[float, ...]:
        """To which score each seed came, the goal at most."""
        return tuple(min(float(one.score[-1]), self.goal) for one in self.of(measure))

    def unasked(self, measure: str) -> bool:
        """Whether random responses have the goal from the start by this measure."""
        return all(one.score[0] >= self.goal for one in self.of(measure))

    def half_capture(self, measure: str) -> Reals:
        """(component,) median over seeds of the score at which each is half captured."""
        return np.median([one.half_capture for one in self.of(measure)], axis=0)

    def in_words(self) -> str:
        """One page: what score is needed before each variable is back, by every measure."""
        from homolog.audit._audit_words import page

        return page(self)

    def frame(self) -> pd.DataFrame:
        """One row for each measure and variable: the score needed, and accuracy at 0.9."""
        return _framed("needed", self)

    def decoding_frame(self) -> pd.DataFrame:
        """One row for each measure, seed, point and variable: score and accuracy."""
        return _framed("decoding", self)

    def components_frame(self) -> pd.DataFrame:
        """One row for each measure, seed and component: the score at which it is captured."""
        return _framed("components", self)

    def save(self, folder: str | PathLike[str], command: str = "") -> Path:
        """Write every table as csv, the page in words, and all that is needed to do it again.

        Parameters
        ----------
        folder
            Made if it is not there. Files of an earlier run are replaced one by one, and tables
            of it that have no rows now are removed.
        command
            What the user typed, to be kept with the run.

        Returns
        -------
        folder
            Holding ``needed.csv``, ``decoding.csv``, ``components.csv``, ``perturbation.csv``
            and ``guarantees.csv`` (those for which there are numbers), ``audit.md``,
            ``refs.bib`` and ``run.toml``.
        """
        from homolog.audit._audit_tables import write

        return write(self, Path(folder), command)


def _framed(name: str, audit: Audit) -> pd.DataFrame:
    import pandas as pd

    from homolog.audit._audit_tables import TABLES

    rows: Sequence[Mapping[str, Any]] = TABLES[name](audit)
    return pd.DataFrame(rows)

"""What a study is made of: parts, each of tasks whose rows are drawn and judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from homolog import errors
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = dict[str, str | int | float | bool | None]
Options = Mapping[str, Any]
"""What a task is about: numbers, words and lists of them, kept with its rows."""

Table = Any
"""The rows as a pandas DataFrame, whose types are looser than the checker would have them."""

Verdict = Literal["agree", "disagree", "cannot tell", "not run"]


@dataclass(frozen=True)
class Sources:
    """Where the user's own images, recordings and trained networks are.

    Attributes
    ----------
    images
        Folder of the four idx files of MNIST or Fashion-MNIST; for a study whose networks
        learn tasks, as `homolog.tasks.load` takes it.
    recordings
        Folder as `homolog.recordings` takes it; None for that of HOMOLOG_DATA.
    trained
        Folder of a study that trained networks, which are then read and never trained further;
        None for the study's own folder.
    """

    images: Path | None = None
    recordings: Path | None = None
    trained: Path | None = None


@dataclass(frozen=True)
class Choices:
    """What one may choose of a study that can be done in part; None leaves it to the study.

    Attributes
    ----------
    data
        Which sets of stimuli.
    rules
        Names of learning rules.
    replicas
        Networks of each kind, which differ in their seed.
    epochs
        Passes through the training stimuli.
    sizes
        Neurons of every layer.
    fair
        Whether all rules are compared at the same sizes and with settings chosen alike.
    train
        Whether networks that are missing or unfinished are trained; else what is there is shown.
    figures
        Which figures of a paper, by the name that the study gives them.
    """

    data: tuple[str, ...] | None = None
    rules: tuple[str, ...] | None = None
    replicas: int | None = None
    epochs: int | None = None
    sizes: tuple[int, ...] | None = None
    fair: bool | None = None
    train: bool | None = None
    figures: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse numbers of nothing."""
        for name in ("replicas", "epochs"):
            given = getattr(self, name)
            if given is not None and given < 1:
                raise errors.bad_value(name, given, "1 or more")

    @property
    def made(self) -> Mapping[str, Any]:
        """Those that are not left to the study."""
        named = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: value for name, value in named if value is not None}


@dataclass(frozen=True)
class Teaching:
    """With what the networks of a study are trained.

    Attributes
    ----------
    seed
        Of the whole study.
    workers
        Processes that share the replicas.
    progress
        Told of every epoch.
    """

    seed: int = 0
    workers: int = 1
    progress: Progress = silent


@dataclass(frozen=True)
class Claim:
    """A sentence that can be true or false.

    Attributes
    ----------
    text
        What is claimed.
    rule
        When the verdict is "agree" and when "disagree"; "cannot tell" otherwise.
    by
        Who claims it: the work that is studied, or nobody yet, and the study asks.
    """

    text: str
    rule: str
    by: Literal["the paper", "this study"] = "the paper"


@dataclass(frozen=True)
class Finding:
    """What came of a claim.

    Attributes
    ----------
    verdict
        Whether the numbers agree with the claim, by its rule; "not run" without numbers.
    number
        The number that decided, with its interval or p.
    reading
        What to make of it, in a sentence.
    """

    verdict: Verdict
    number: str
    reading: str


def nothing_missing(sources: Sources) -> str | None:
    """Of a part that needs no sources."""


def no_inputs(sources: Sources) -> Sequence[Path]:
    """Of a part that reads no files."""
    return ()


def nothing_read(options: Options, sources: Sources) -> Sequence[Path]:
    """Of a part whose tasks read the same files, or none."""
    return ()


def nothing_learned(options: Options, sources: Sources, teaching: Teaching) -> None:
    """Of a part that trains no networks, or does so in its work."""


def no_tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Of a part whose claims say it all."""
    return {}


@dataclass(frozen=True)
class Part:
    """One question of a study.

    Attributes
    ----------
    name, title
        Of its files; and what a person reads.
    question
        What was done, in a few sentences.
    claims
        What has been claimed, each under a short key.
    tasks
        Given whether the study is quick: the work, in pieces that know nothing of each
        other, by name.
    work
        Does one task: its options, random numbers of its own, and the sources.
    draw
        The figure of all rows.
    picture
        What the figure shows, for those who cannot see it.
    judge
        A finding for each key of `claims`.
    missing
        What is lacking to do it, and how to give it; None if nothing.
    inputs
        The files it reads from the sources; rows are computed anew when these change.
    reads
        The files that one task reads besides; the rows of this task alone depend on them.
    alone
        Whether it measures time, and so must have the computer to itself.
    learn
        Trains the networks that a task is about in the folder ``sources.trained``, which keeps
        them; whoever is interrupted goes on from there.
    kept
        Whether rows of finished tasks are kept. False where networks in a folder tell all, and
        are themselves kept.
    tables
        What a person should read besides the claims, by name; a csv file each.
    stands_in
        Whether a quick run takes the digits of scikit-learn instead, and so lacks nothing.
    """

    name: str
    title: str
    question: str
    claims: Mapping[str, Claim]
    tasks: Callable[[bool], Mapping[str, Options]]
    work: Callable[[Options, np.random.Generator, Sources], Sequence[Row]]
    draw: Callable[[Table], Figure]
    picture: str
    judge: Callable[[Table], Mapping[str, Finding]]
    missing: Callable[[Sources], str | None] = nothing_missing
    inputs: Callable[[Sources], Sequence[Path]] = no_inputs
    reads: Callable[[Options, Sources], Sequence[Path]] = nothing_read
    alone: bool = False
    learn: Callable[[Options, Sources, Teaching], None] = nothing_learned
    kept: bool = True
    tables: Callable[[Table], Mapping[str, Sequence[Row]]] = no_tables
    stands_in: bool = False


@dataclass(frozen=True)
class Study:
    """A set of questions about one subject.

    Attributes
    ----------
    name, title
        As on the command line; and what it asks.
    source
        Address of the work whose claims are tested, or on which the study's own are built.
    parts
        The questions, in order.
    takes
        Names of the `Choices` that it leaves to whoever runs it.
    chosen
        The questions when such choices have been made.
    """

    name: str
    title: str
    source: str
    parts: tuple[Part, ...]
    takes: tuple[str, ...] = ()
    chosen: Callable[[Choices], tuple[Part, ...]] | None = None

    def choosing(self, choices: Choices) -> Study:
        """The study with choices made.

        Raises
        ------
        HomologError
            HM025 for a choice that it does not leave, or that makes no sense for it.
        """
        for name, value in choices.made.items():
            if name not in self.takes:
                left = ", ".join(self.takes) or "nothing"
                raise errors.bad_value(name, value, f"not to be chosen of {self.name}, only {left}")
        return replace(self, parts=self.chosen(choices)) if self.chosen else self

    def only(self, names: Sequence[str] | None) -> Study:
        """The study with some of its parts, in its order; None for all.

        Raises
        ------
        HomologError
            HM023 for a part that it has not.
        """
        if names is None:
            return self
        parts = {part.name: part for part in self.parts}
        for name in names:
            if name not in parts:
                near = get_close_matches(name, parts, n=3, cutoff=0.4)
                where = f"homolog study {self.name} --help names all."
                raise errors.unknown_name(f"part of {self.name}", name, near, where)
        return replace(self, parts=tuple(parts[name] for name in parts if name in names))

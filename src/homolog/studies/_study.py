"""What a study is made of: parts, each of tasks whose rows are drawn and judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

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
    """Where the user's own images and recordings are.

    Attributes
    ----------
    images
        Folder of the four idx files of MNIST or Fashion-MNIST.
    recordings
        Folder as `homolog.recordings` takes it; None for that of HOMOLOG_DATA.
    """

    images: Path | None = None
    recordings: Path | None = None


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
    alone
        Whether it measures time, and so must have the computer to itself.
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
    alone: bool = False


@dataclass(frozen=True)
class Study:
    """A set of questions about one subject.

    Attributes
    ----------
    name, title
        As on the command line; and what it asks.
    source
        Address of the work whose claims are tested.
    parts
        The questions, in order.
    """

    name: str
    title: str
    source: str
    parts: tuple[Part, ...]

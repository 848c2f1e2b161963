"""Reading what a training has left in its folder, without a claim to it: it may be going on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import errors
from homolog.training._checkpoint import HISTORY, Line, place, whole_lines
from homolog.training._folder import FILE, differing

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule


@dataclass(frozen=True)
class Standing:
    """How far a training has come.

    Attributes
    ----------
    facts
        What ``run.toml`` says: rule, settings, task, sizes; empty where nothing was begun.
    histories
        For each replica by its number, a line for every epoch that it has finished.
    """

    facts: Mapping[str, Any]
    histories: Mapping[int, Sequence[Line]]


def standing(folder: Path) -> Standing:
    """What a folder holds, which is left as it is.

    Raises
    ------
    HomologError
        HM021 for a ``run.toml`` that cannot be read.
    """
    path = folder / FILE
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise errors.unreadable(path, "TOML", str(error), "Train in another folder.") from error
    numbers = sorted(
        int(one.parent.name.rpartition("-")[2]) for one in folder.glob(f"replica-*/{HISTORY}")
    )
    found = {number: list(whole_lines(place(folder, number) / HISTORY)) for number in numbers}
    return Standing(facts, {number: lines for number, lines in found.items() if lines})


def refuse_other(folder: Path, found: Standing, rule: LearningRule, **asked: Any) -> None:
    """Refuse what a folder holds if it is of another rule, other settings, sizes or seed.

    Parameters
    ----------
    folder, found
        Where it stands, and what.
    rule
        With the settings that are expected.
    asked
        Other entries of ``run.toml`` with what they should be, such as ``sizes``.

    Raises
    ------
    HomologError
        HM046 with what differs.
    """
    unlike = differing(found.facts, rule, {"rule": rule.name, **asked}) if found.facts else {}
    if unlike:
        raise errors.other_training(folder, unlike)

"""The table of an audit's page: what score each variable needs, with a strip drawn to scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homolog.audit import _audit_tables
from homolog.audit._audit_curves import first_score
from homolog.audit._audit_result import USUAL
from homolog.audit._audit_words import back, known, lowest
from homolog.report import _words

if TYPE_CHECKING:
    from homolog.audit import Audit
    from homolog.audit._audit_result import Needed

COLUMNS = ("Variable and measure", "Score needed", f"At {USUAL:g}", "Recording", "Chance")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    variable, measure, colour
        What it is about, and the name of the measure's colour.
    cells
        For each further column its name, what is read and what is sorted by.
    known
        Whether the variable is decoded from the recording itself, and random responses do not
        score the goal; if not, no score is needed.
    value, spread, goal
        In percent of the strip: the median, the range over seeds, and where the goal is.
        No value where the variable is not back.
    words
        The strip described to someone who cannot see it.
    """

    variable: str
    measure: str
    colour: str
    cells: tuple[tuple[str, str, float | None], ...]
    known: bool
    value: float | None
    spread: tuple[float, float] | None
    goal: float
    words: str


def rows(audit: Audit) -> list[Row]:
    """Return a row for each variable and measure, measures of a variable together."""
    return [
        _row(audit, audit.needed(measure.label, variable), f"m{i % 8}")
        for variable in audit.variables
        for i, measure in enumerate(audit.measures)
    ]


def guarantees(audit: Audit) -> list[tuple[str, ...]]:
    """For each guarantee and variable: scores, variable, lowest accuracy, recording, chance."""
    return [
        (
            row["scores"],
            row["variable"],
            lowest(row["lowest_accuracy_found"], row["chance"]),
            *(_words.number(row[level], 2) for level in ("recording", "chance")),
        )
        for row in _audit_tables.guarantees(audit)
    ]


def ends(audit: Audit) -> tuple[str, str]:
    """What the strips run from and to."""
    return _words.number(first_score(audit), 1), "1"


def _row(audit: Audit, one: Needed, colour: str) -> Row:
    told = known(audit, one)
    said = back(one).removeprefix("at ").replace("> ", ">\N{NO-BREAK SPACE}")
    said = said if told else _words.number(None)
    level, chance = _levels(audit, one.variable)
    return Row(
        variable=one.variable,
        measure=one.measure,
        colour=colour,
        cells=(
            (COLUMNS[1], said, one.median),
            (COLUMNS[2], _words.number(one.at_usual, 2), one.at_usual),
            (COLUMNS[3], _words.number(level, 2), level),
            (COLUMNS[4], _words.number(chance, 2), chance),
        ),
        known=told,
        value=None if one.median is None or not told else _percent(audit, one.median),
        spread=_spread(audit, one) if told else None,
        goal=_percent(audit, audit.goal),
        words=f"{one.variable} by {one.measure}: {said}; scores from {ends(audit)[0]} to 1.",
    )


def _levels(audit: Audit, variable: str) -> tuple[float | None, float | None]:
    own = audit.decoding
    return (None, None) if own is None else (own.accuracy[variable], own.chance[variable])


def _spread(audit: Audit, one: Needed) -> tuple[float, float] | None:
    """Where the range over starts begins and how wide it is: to the goal where some never came."""
    if not one.reached or len(one.scores) < 2:
        return None
    last = audit.goal if one.unreached else one.reached[-1]
    low, high = _percent(audit, one.reached[0]), _percent(audit, last)
    return low, round(high - low, 2)


def _percent(audit: Audit, score: float) -> float:
    left = first_score(audit)
    return round(100 * (score - left) / (1 - left), 2)

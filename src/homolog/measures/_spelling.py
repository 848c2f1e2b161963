"""Measures as they are written: a name with options, and several in one line."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from homolog import errors

if TYPE_CHECKING:
    from homolog.measures._measure import Measure

_VARIANT = re.compile(r"\s*([\w\s-]+?)\s*\((.*)\)\s*", re.DOTALL)
_BETWEEN = re.compile(r",(?![^()]*\))")
"""Commas that are not between parentheses."""


def variant(text: str) -> tuple[str, dict[str, Any]] | None:
    """The name and the options of ``name(option=value, …)``; None where there are none.

    Values are numbers, True, False, None, or words with or without quotes.
    """
    if text.count("(") != text.count(")"):
        raise errors.bad_value("measure", text, "both parentheses, as in rsa(comparison=pearson)")
    found = _VARIANT.fullmatch(text)
    if found is None:
        return None
    name, told = found.groups()
    options = [_option(text, one) for one in told.split(",") if one.strip()]
    if len(dict(options)) < len(options):
        raise errors.bad_value("measure", text, "each option once")
    return name, dict(options)


def listed(text: str) -> list[str]:
    """Measures that are separated by commas."""
    return [one.strip() for one in _BETWEEN.split(text) if one.strip()]


def place_of(name: str, measures: Sequence[Measure], kind: str) -> int:
    """Which of some measures has that label, or else alone has that name.

    Raises
    ------
    HomologError
        HM023 for a name that none has, HM075 for one that several have.
    """
    labels = [measure.label for measure in measures]
    if name in labels:
        return labels.index(name)
    places = [place for place, measure in enumerate(measures) if measure.name == name]
    if not places:
        raise errors.unknown_name(kind, name, labels, "It was not computed.")
    if len(places) > 1:
        meant = {labels[place]: measures[place].title for place in places}
        raise errors.ambiguous_name(kind, name, meant)
    return places[0]


def _option(text: str, told: str) -> tuple[str, Any]:
    key, equals, value = (part.strip() for part in told.partition("="))
    if not (equals and key and value):
        raise errors.bad_value("measure", text, "options as in rsa(comparison=pearson)")
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return key, value

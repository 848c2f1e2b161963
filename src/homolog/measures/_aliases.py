"""What others call our measures: the table in aliases.toml, and how a name is found in it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("aliases.toml")

_NOT_BUILT = "not_built"

_BLANK = re.compile(r"\{(\w+)\}")
_NUMBER = r"[0-9]+(?:\.[0-9]*)?(?:e-?[0-9]+)?"


@dataclass(frozen=True)
class Alias:
    """One name that a source gives to one variant of ours.

    Attributes
    ----------
    name
        As the source writes it; {braces} stand for a number.
    source
        Who calls it that, or "also".
    measure
        The name of our measure.
    options
        Its settings where they are not the default ones.
    """

    name: str
    source: str
    measure: str
    options: Mapping[str, Any]

    def read(self, text: str) -> dict[str, Any] | None:
        """The settings that a name asks for; None if it is another name."""
        found = self._pattern.fullmatch(canonical(text))
        if found is None:
            return None
        given = {blank: _number(value) for blank, value in found.groupdict().items()}
        return {key: given.get(_blank(value), value) for key, value in self.options.items()}

    @property
    def variant(self) -> str:
        """Our name with the settings, as a reader would write them."""
        chosen = ", ".join(f"{key}={value}" for key, value in self.options.items())
        return f"{self.measure}({chosen})" if chosen else self.measure

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = _BLANK.split(canonical(self.name))
        return re.compile(
            "".join(
                f"(?P<{part}>{_NUMBER})" if i % 2 else re.escape(part)
                for i, part in enumerate(parts)
            )
        )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


@cache
def aliases() -> tuple[Alias, ...]:
    """Every row of the table."""
    return tuple(
        Alias(name, source, measure, variant.get("options", {}))
        for measure, variants in _table().items()
        if measure != _NOT_BUILT
        for variant in variants
        for source, named in variant.items()
        if source != "options"
        for name in named
    )


def not_built() -> Mapping[str, list[str]]:
    """Names of measures that are not here, by the reason."""
    return _table()[_NOT_BUILT]


def why_not_built(text: str) -> str | None:
    """Why there is no such measure, if it is one of those known not to be."""
    name = text.strip().rpartition("/")[2]
    reasons = (
        why
        for why, others in not_built().items()
        if any(Alias(other, "", "", {}).read(name) is not None for other in others)
    )
    return next(reasons, None)


def called(measure: str) -> dict[str, list[str]]:
    """What others call a measure of ours: for each of its variants the names with sources."""
    found: dict[str, list[str]] = {}
    for alias in aliases():
        if alias.measure == measure:
            shown = alias.name if alias.source == "also" else f"{alias.source}/{alias.name}"
            found.setdefault(alias.variant, []).append(shown)
    return found


def named(text: str) -> list[tuple[Alias, dict[str, Any]]]:
    """The rows of that name, one for each variant that it may mean, with its settings.

    Either the name alone or after its source and a slash; identifiers of the similarity
    repository have three parts: what its source calls by the last is looked for first, then
    its standardised names. A name with a number in it goes before one that takes any.
    """
    source, _, name = text.strip().rpartition("/")
    where = canonical(source).split("/")
    sources = [where[-1], "registry"] if where[0] == "measure" else where
    for wanted in sources:
        found = _rows(name, wanted.replace("*", ""))
        if found:
            exact = [row for row in found if not _BLANK.search(row[0].name)]
            return exact or found
    return []


def _rows(name: str, source: str) -> list[tuple[Alias, dict[str, Any]]]:
    found: dict[tuple[str, str], tuple[Alias, dict[str, Any]]] = {}
    for alias in aliases():
        options = alias.read(name) if source == "" or is_source(source, alias) else None
        if options is not None:
            found.setdefault((alias.measure, repr(options)), (alias, options))
    return list(found.values())


def is_source(text: str, alias: Alias) -> bool:
    """Whether a source of that name, with or without hyphens, has the name."""
    one, other = (canonical(source).replace("_", "") for source in (text, alias.source))
    return one == other


def canonical(text: str) -> str:
    """A name without what does not matter: case, spaces and hyphens."""
    text = re.sub(r"\s*,\s*", ",", text.strip().lower())
    return re.sub(r"[\s-]", "_", text)


def _blank(value: object) -> str:
    """The word in braces that stands for an option's value, if that is what it is."""
    found = _BLANK.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else ""


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() else float(text)

"""The learning rules: which there are, what each means and was published with, whom to cite."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated

import typer

from homolog.cli._shared import plain, refusals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from homolog.rules._rule import LearningRule, Preset

RuleName = Annotated[str, typer.Argument(help="Name of a learning rule.")]


def list_rules() -> None:
    """Name every learning rule, what it is, and what its networks have and do."""
    with refusals():
        from homolog import rules

        rows = [_row(name, rules.find(name)) for name in rules.names()]
        typer.echo(_table(("rule", "feedback", "lateral", "settles", "what it is"), rows))


def show_rule(name: RuleName) -> None:
    """Explain a learning rule: meaning, equations, settings, published rows."""
    with refusals():
        from homolog import rules

        found = rules.find(name)
        about, settings, more = _parts(cleandoc(found.__doc__ or ""))
        typer.echo(f"{found.name}: {found.title}\n\n{plain(about)}\n\nSettings\n--------")
        typer.echo(_settings(found, plain(settings)))
        typer.echo(f"\n{plain(more)}\n\nPublished\n---------")
        heads = ("task", "variant", "row", "sizes", "published", "± printed", "test std", "note")
        typer.echo(_table(heads, map(_published, rules.presets(name))))
        typer.echo(f"\nsource: {found.source}")


def cite_rule(name: RuleName) -> None:
    """Print the BibTeX entry of a learning rule."""
    with refusals():
        from homolog import rules

        typer.echo(cleandoc(rules.find(name).citation))


def _row(name: str, rule: type[LearningRule]) -> tuple[str, ...]:
    """What a rule is and has, as its networks and settings show."""
    from homolog.networks.layered import settings

    network = rule().wire((2, 2, 2))
    facts = (bool(network.feedback), bool(network.lateral), "step_size" in settings(rule()))
    return (name, *("yes" if fact else "no" for fact in facts), plain(_first(rule)))


def _first(rule: type[LearningRule]) -> str:
    return cleandoc(rule.__doc__ or "").partition("\n")[0]


def _parts(docstring: str) -> tuple[str, str, str]:
    """Of a docstring: what stands before its settings, the settings, and what after."""
    before, _, rest = docstring.partition("Attributes\n----------\n")
    settings, _, after = rest.partition("\n\n")
    return before.strip(), settings, after


def _settings(rule: type[LearningRule], told: str) -> str:
    """Every setting with its default, then what it means."""
    from homolog.networks.layered import settings

    default = settings(rule())

    def with_defaults(names: re.Match[str]) -> str:
        return ", ".join(f"{name} = {default[name]!r}" for name in names[0].split(", "))

    return re.sub(r"^\w.*$", with_defaults, told, flags=re.MULTILINE)


def _published(row: Preset) -> tuple[str, ...]:
    published = "" if row.published is None else f"{row.published:.2f} %"
    stds = ("" if std is None else f"{std:g}" for std in (row.published_std, row.test_std))
    sizes = "-".join(map(str, row.sizes))
    return row.dataset, row.variant, row.row, sizes, published, *stds, row.note


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as what stands in them; the last runs on."""
    lines = [heads, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)][:-1]
    return "\n".join(
        "  ".join(
            [*(text.ljust(width) for text, width in zip(line, widths, strict=False)), line[-1]]
        ).rstrip()
        for line in lines
    )

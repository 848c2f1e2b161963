"""The command line: read, call one function, print, write. Only this folder prints."""

from __future__ import annotations

from typing import Annotated

import typer

from homolog.cli._audit import audit
from homolog.cli._balance import balance
from homolog.cli._compare import compare, inspect, matrix
from homolog.cli._gauge import gauge
from homolog.cli._measures import cite_measure, list_measures, show_measure
from homolog.cli._rank import ceiling, rank
from homolog.cli._rules import cite_rule, list_rules, show_rule
from homolog.cli._score import score
from homolog.cli._study import StudyCommand, study
from homolog.cli._train import train
from homolog.cli._train_recurrent import train_recurrent

app = typer.Typer(
    help="Measure how alike neural populations are; train networks that learn as brains might.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Print the version if asked to."""
    if version:
        from homolog import __version__

        typer.echo(__version__)
        raise typer.Exit


for command in (
    compare,
    matrix,
    rank,
    ceiling,
    score,
    inspect,
    study,
    train,
    train_recurrent,
    balance,
    audit,
    gauge,
):
    app.command(cls=StudyCommand if command is study else None)(command)

measures = typer.Typer(help="List, explain and cite the measures.", no_args_is_help=True)
measures.command("list")(list_measures)
measures.command("show")(show_measure)
measures.command("cite")(cite_measure)
app.add_typer(measures, name="measures")

rules = typer.Typer(help="List, explain and cite the learning rules.", no_args_is_help=True)
rules.command("list")(list_rules)
rules.command("show")(show_rule)
rules.command("cite")(cite_rule)
app.add_typer(rules, name="rules")

"""Studies: published claims tested again."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from homolog.cli._shared import FLAGS, Quiet, refusals, shown_progress

STUDY_FLAGS = {**FLAGS, "HM032": "--images for images, --recordings for recordings"}


def study(
    name: Annotated[str | None, typer.Argument(help="Name of a study.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Name every study and stop.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for numbers, figures and page.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="Folder of the idx files of MNIST or Fashion-MNIST.")
    ] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Folder of the recordings. Default: HOMOLOG_DATA.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, to see it run.")] = False,
    workers: Annotated[int, typer.Option(help="Processes that share the work.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Test published claims with planted truth; started again, it goes on where it stopped."""
    with refusals("interrupted: the same command goes on from here", STUDY_FLAGS):
        from homolog import studies

        if listing or name is None:
            for one in studies.names():
                typer.echo(f"{one}  {studies.find(one).title}")
            return
        found = studies.find(name)
        if out is None:
            raise typer.BadParameter("say which folder to write to: -o out", param_hint="--out")
        sources = studies.Sources(images, recordings)
        with shown_progress(quiet, lines=True) as progress:
            outcome = studies.run(
                found,
                out,
                sources=sources,
                quick=quick,
                seed=seed,
                workers=workers,
                progress=progress,
                command=shlex.join(["homolog", *sys.argv[1:]]),
            )
        typer.echo(str(outcome))

"""Studies: published claims tested again."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from homolog.cli._shared import Quiet, refusals, shown_progress, split
from homolog.cli._train import layer_sizes

if TYPE_CHECKING:
    from homolog.studies._study import Study

CHOOSING = {
    "data": "--data",
    "rules": "--rules",
    "replicas": "--replicas",
    "epochs": "--epochs",
    "sizes": "--sizes",
    "fair": "--fair",
    "train": "--no-train",
    "figures": "--figure",
}
"""Options for what a study may leave to whoever runs it."""

STUDY_FLAGS = {"HM032": "--images for images, --recordings for recordings"}


class StudyCommand(TyperCommand):
    """Whose help, asked with the name of a study, is about that study."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Tell of one study, and else read arguments as ever."""
        if args and not args[0].startswith("-") and {"-h", "--help"} & set(args):
            with refusals("interrupted", STUDY_FLAGS):
                from homolog import studies

                typer.echo(described(studies.find(args[0])))
            ctx.exit()
        return super().parse_args(ctx, args)


def described(study: Study) -> str:
    """What a study asks, its parts with how much there is to do, and what may be chosen."""
    lines = [study.title, study.source, "", "Parts, each a number of tasks (with --quick):"]
    for part in study.parts:
        whole, few = (len(part.tasks(quick)) for quick in (False, True))
        lines.append(f"  {part.name}: {part.title}. {whole} tasks ({few})")
    taken = ", ".join(CHOOSING[one] for one in study.takes)
    rest = f"Takes {taken}, too." if taken else "Takes none of the options about networks."
    lines += [
        "",
        f"homolog study {study.name} -o FOLDER [--part NAME] [--quick] [--workers N] [--seed N]",
        f"{rest} homolog study --help tells what each does.",
        "Tasks that are done are kept: interrupted, the same command goes on from there.",
    ]
    return "\n".join(lines)


def study(
    name: Annotated[str | None, typer.Argument(help="Name of a study.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Name every study and stop.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for numbers, figures and page.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="Folder of images. Default for tasks: HOMOLOG_DATA.")
    ] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Folder of the recordings. Default: HOMOLOG_DATA.")
    ] = None,
    trained: Annotated[
        Path | None, typer.Option(help="Folder of a study whose networks are read, not trained.")
    ] = None,
    part: Annotated[
        list[str] | None, typer.Option(help="Parts, as `homolog study NAME --help` names them.")
    ] = None,
    data: Annotated[
        list[str] | None, typer.Option(help="Images, as in mnist,cifar10. Default: the study's.")
    ] = None,
    rules: Annotated[
        list[str] | None, typer.Option(help="Learning rules, as in backprop,corinfomax.")
    ] = None,
    replicas: Annotated[int | None, typer.Option(help="Networks that differ by seed.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes through the images.")] = None,
    figures: Annotated[
        list[str] | None, typer.Option("--figure", help="Figures, as in 4a,4b. Default: all.")
    ] = None,
    fair: Annotated[
        bool, typer.Option("--fair", help="All rules at the same sizes, settings chosen alike.")
    ] = False,
    sizes: Annotated[str | None, typer.Option(help="With --fair, as in 784-500-10.")] = None,
    no_train: Annotated[
        bool, typer.Option("--no-train", help="Show what is there; train nothing.")
    ] = False,
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
        chosen = studies.Choices(
            data=_tuple(data),
            rules=_tuple(rules),
            replicas=replicas,
            epochs=epochs,
            sizes=layer_sizes(sizes) if sizes else None,
            fair=fair or None,
            train=False if no_train else None,
            figures=_tuple(figures),
        )
        found = studies.find(name).choosing(chosen).only(_tuple(part))
        if out is None:
            raise typer.BadParameter("say which folder to write to: -o out", param_hint="--out")
        sources = studies.Sources(images, recordings, trained)
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


def _tuple(names: list[str] | None) -> tuple[str, ...] | None:
    return tuple(split(names) or ()) or None

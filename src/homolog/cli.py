"""The command line: read, call one function, print, write. Only this file prints."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from homolog.representation import NanPolicy, Representation
    from homolog.statistics import Progress

app = typer.Typer(
    help="How alike two neural populations are, with intervals, chance levels and ceilings.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
measures_app = typer.Typer(help="List, explain and cite the measures.", no_args_is_help=True)
app.add_typer(measures_app, name="measures")

MeasureNames = Annotated[
    list[str] | None,
    typer.Option("--measure", "-m", help="Measure, repeated or with commas. Default: four."),
]
Nan = Annotated[
    str,
    typer.Option(help="NaN in the input: stop, drop-units, drop-stimuli or pairwise."),
]


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Print the version if asked to."""
    if version:
        from homolog import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def compare(
    reference: Annotated[str, typer.Argument(help="File with the reference's responses.")],
    candidate: Annotated[str, typer.Argument(help="File with the candidate's responses.")],
    measure: MeasureNames = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for scores, figures and report.")
    ] = None,
    dims: Annotated[
        str | None, typer.Option(help='Axes of both arrays, as in "trial,stimulus,neuron".')
    ] = None,
    permutations: Annotated[int, typer.Option(help="Random pairings; 0 for none.")] = 1000,
    intervals: Annotated[bool, typer.Option(help="95 % jackknife intervals.")] = True,
    align: Annotated[bool, typer.Option("--align", help="Keep the stimuli both have.")] = False,
    nan: Nan = "stop",
    drop_constant: Annotated[
        bool, typer.Option("--drop-constant", help="Leave out neurons that never change.")
    ] = False,
    fold_time: Annotated[
        bool, typer.Option("--fold-time", help="Make every time of a stimulus a row.")
    ] = False,
    groups: Annotated[
        str | None, typer.Option(help='"stimulus" keeps all times of a stimulus together.')
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of intervals and permutations.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Score how alike CANDIDATE and REFERENCE answer the same stimuli.

    Files: .npy .npz .h5 (file.h5::/path) .mat .csv .tsv .parquet .nc
    """
    with refusals():
        import homolog

        x, y = (
            _prepared(
                homolog.load(path, dims=dims, nan=cast("NanPolicy", nan)), drop_constant, fold_time
            )
            for path in (reference, candidate)
        )
        with shown_progress(quiet) as progress:
            comparison = homolog.compare(
                x,
                y,
                _split(measure),
                intervals=intervals,
                permutations=permutations,
                rng=seed,
                align=align,
                groups=groups,  # pyright: ignore[reportArgumentType]
                progress=progress,
            )
        typer.echo(str(comparison))
        if out is not None:
            from homolog import report

            command = shlex.join(["homolog", *sys.argv[1:]])
            comparison.save(out, command)
            typer.echo(f"\nreport: {report.write(comparison, out, command=command)}")


@app.command()
def matrix(
    files: Annotated[list[str], typer.Argument(help="One file for each population.")],
    measure: Annotated[str, typer.Option("--measure", "-m", help="Measure.")] = "unbiased_cka",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the matrix.")] = None,
    dims: Annotated[
        str | None, typer.Option(help='Axes of every array, as in "trial,stimulus,neuron".')
    ] = None,
    align: Annotated[bool, typer.Option("--align", help="Keep the stimuli a pair shares.")] = False,
    nan: Nan = "stop",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Score every population against every other."""
    with refusals():
        import homolog

        populations = {
            name: homolog.load(path, dims=dims, nan=cast("NanPolicy", nan))
            for name, path in zip(_short_names(files), files, strict=True)
        }
        with shown_progress(quiet) as progress:
            result = homolog.matrix(populations, measure, align=align, progress=progress)
        typer.echo(str(result))
        if out is not None:
            typer.echo(f"\nwritten: {result.save(out)}")


@app.command()
def inspect(
    file: Annotated[str, typer.Argument(help="Any file that homolog reads.")],
) -> None:
    """Show arrays, axes, types, missing values, dead neurons and labels of FILE."""
    with refusals():
        from homolog import files

        typer.echo(str(files.inspect(file)))


@measures_app.command("list")
def list_measures() -> None:
    """Name every measure and what it means."""
    from homolog import measures

    width = max(map(len, measures.names()))
    for name in measures.names():
        typer.echo(f"{name.ljust(width)}  {measures.find(name).title}")


@measures_app.command("show")
def show_measure(name: Annotated[str, typer.Argument(help="Name of a measure.")]) -> None:
    """Explain a measure: meaning, range, promises, options."""
    import inspect as inspection

    with refusals():
        from homolog import measures

        found = measures.find(name)
        facts = {
            "range": f"{found.worst:g} to {found.best:g}, best {found.best:g}",
            "kind": found.kind,
            "symmetric": found.symmetric,
            "metric": found.metric,
            "reference may be changed by": ", ".join(sorted(found.invariant_to)),
            "candidate may be changed by": ", ".join(sorted(found.candidate_invariant_to)),
            "biased at few stimuli": found.biased,
            "has gradients": found.smooth,
            "scores held-out stimuli": found.fits,
            "options": ", ".join(f"{k}={v!r}" for k, v in found.defaults.items()) or "none",
            "source": found.source,
        }
        typer.echo(f"{found.name}\n\n{inspection.getdoc(found)}\n")
        for fact, value in facts.items():
            shown = (
                {True: "yes", False: "no"}.get(value, value) if value in (True, False) else value
            )
            typer.echo(f"{fact}: {shown}")


@measures_app.command("cite")
def cite_measure(name: Annotated[str, typer.Argument(help="Name of a measure.")]) -> None:
    """Print the BibTeX entry of a measure."""
    with refusals():
        from homolog import measures

        typer.echo(measures.find(name).citation)


@contextmanager
def refusals() -> Generator[None]:
    """Turn a refused input into one line on standard error and exit status 1."""
    from homolog.errors import HomologError

    try:
        yield
    except HomologError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def shown_progress(quiet: bool) -> Generator[Progress]:
    """A progress line on standard error, where a person is watching."""
    from homolog.statistics import silent

    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, int] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)  # pyright: ignore[reportArgumentType]

        yield show


def _prepared(population: Representation, drop_constant: bool, fold_time: bool) -> Representation:
    population = population.fold_time() if fold_time else population
    return population.drop_constant() if drop_constant else population


def _split(names: list[str] | None) -> list[str] | None:
    return [one for name in names for one in name.split(",")] if names else None


def _short_names(paths: list[str]) -> list[str]:
    """File names without folder and ending, or whole paths where those are not unique."""
    stems = [Path(path.split("::")[0]).stem for path in paths]
    return stems if len(set(stems)) == len(stems) else paths

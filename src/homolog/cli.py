"""The command line: read, call one function, print, write. Only this file prints."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Generator, Mapping
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


Dims = Annotated[
    str | None, typer.Option(help='Axes of the arrays, as in "trial,stimulus,neuron".')
]
Align = Annotated[bool, typer.Option("--align", help="Keep the stimuli that a pair shares.")]
DropConstant = Annotated[
    bool, typer.Option("--drop-constant", help="Leave out neurons that never change.")
]
FoldTime = Annotated[bool, typer.Option("--fold-time", help="Make every time of a stimulus a row.")]
Groups = Annotated[
    str | None, typer.Option(help='"stimulus" holds all times of a stimulus out together.')
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


@app.command()
def compare(
    reference: Annotated[str, typer.Argument(help="File with the reference's responses.")],
    candidate: Annotated[str, typer.Argument(help="File with the candidate's responses.")],
    measure: MeasureNames = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for scores, figures and report.")
    ] = None,
    dims: Dims = None,
    candidate_dims: Annotated[
        str | None, typer.Option(help="Axes of the candidate, where they differ.")
    ] = None,
    permutations: Annotated[int, typer.Option(min=0, help="Random pairings; 0: none.")] = 1000,
    intervals: Annotated[bool, typer.Option(help="95 % jackknife intervals.")] = True,
    align: Align = False,
    nan: Nan = "stop",
    drop_constant: DropConstant = False,
    fold_time: FoldTime = False,
    groups: Groups = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of intervals and permutations.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Score how alike CANDIDATE and REFERENCE answer the same stimuli.

    Files: .npy .npz .h5 (file.h5::/path) .mat .csv .tsv .parquet .nc
    """
    with refusals():
        import homolog
        from homolog import report
        from homolog._write import refuse_unwritable, staged

        if out is not None:
            report.require()
            refuse_unwritable(out)
        x = _loaded(reference, dims, nan, drop_constant, fold_time)
        y = _loaded(candidate, candidate_dims or dims, nan, drop_constant, fold_time)
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
            command = shlex.join(["homolog", *sys.argv[1:]])
            with staged(out) as folder:
                comparison.save(folder, command)
                page = report.write(comparison, folder, command=command)
            typer.echo(f"\nreport: {out / page.name}")


@app.command()
def matrix(
    files: Annotated[list[str], typer.Argument(help="One file for each population.")],
    measure: Annotated[
        list[str] | None, typer.Option("--measure", "-m", help="Measure. Default: unbiased_cka.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the matrix.")] = None,
    dims: Dims = None,
    align: Align = False,
    nan: Nan = "stop",
    drop_constant: DropConstant = False,
    fold_time: FoldTime = False,
    groups: Groups = None,
    quiet: Quiet = False,
) -> None:
    """Score every population against every other by one measure."""
    with refusals():
        import homolog
        from homolog import errors
        from homolog._write import refuse_unwritable

        names = _split(measure) or ["unbiased_cka"]
        if len(names) > 1:
            raise errors.bad_value("--measure", ",".join(names), "one measure for a matrix")
        if len(set(files)) < len(files):
            raise errors.bad_value("files", " ".join(files), "each file once")
        if out is not None:
            refuse_unwritable(out)
        populations = [_loaded(path, dims, nan, drop_constant, fold_time) for path in files]
        with shown_progress(quiet) as progress:
            result = homolog.matrix(
                dict(zip(_short_names(populations, files), populations, strict=True)),
                names[0],
                align=align,
                groups=groups,  # pyright: ignore[reportArgumentType]
                progress=progress,
            )
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
        typer.echo(f"{found.name}\n\n{_plain(inspection.getdoc(found) or '')}\n")
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


@app.command()
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


FLAGS = {
    "HM001": "--align",
    "HM002": "--align",
    "HM003": "--dims or --candidate-dims",
    "HM004": "--nan",
    "HM006": "--drop-constant",
    "HM007": "--dims",
    "HM010": "--no-intervals",
    "HM012": "--groups stimulus",
    "HM028": "--fold-time",
}
"""What does on the command line what a message says for Python."""

STUDY_FLAGS = {**FLAGS, "HM032": "--images for images, --recordings for recordings"}


@contextmanager
def refusals(
    interrupted: str = "interrupted: nothing was written", flags: Mapping[str, str] = FLAGS
) -> Generator[None]:
    """Turn a refused input into one line on standard error and exit status 1."""
    from homolog.errors import HomologError

    try:
        yield
    except HomologError as error:
        flag = f" (On the command line: {flags[error.code]}.)" if error.code in flags else ""
        typer.echo(f"error: {error}{flag}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(interrupted, err=True)
        raise typer.Exit(130) from None


@contextmanager
def shown_progress(quiet: bool, *, lines: bool = False) -> Generator[Progress]:
    """A progress bar on standard error; where no person is watching, nothing, or `lines`."""
    from homolog.statistics import silent

    if quiet or not sys.stderr.isatty():
        yield _told_in_lines if lines and not quiet else silent
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


def _told_in_lines(what: str, done: int, total: int) -> None:
    """A line at the beginning and about every tenth of the way, for a log."""
    if done % max(1, total // 10) == 0 or done == total:
        typer.echo(f"{what}: {done} of {total}", err=True)


def _loaded(
    path: str, dims: str | None, nan: str, drop_constant: bool, fold_time: bool
) -> Representation:
    import homolog

    population = homolog.load(path, dims=dims, nan=cast("NanPolicy", nan))
    population = population.fold_time() if fold_time else population
    return population.drop_constant() if drop_constant else population


def _split(names: list[str] | None) -> list[str] | None:
    return [one for name in names for one in name.split(",") if one] if names else None


def _short_names(populations: list[Representation], paths: list[str]) -> list[str]:
    """The populations' own names, or their paths where those are not unique."""
    names = [population.name for population in populations]
    return names if len(set(names)) == len(names) else paths


def _plain(docstring: str) -> str:
    """A docstring without the marks that only a documentation page shows."""
    docstring = re.sub(r":math:`([^`]*)`", r"\1", docstring)
    return docstring.replace(".. math:: ", "    ").replace("``", "").replace("`", "")

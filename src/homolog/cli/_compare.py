"""Populations in files: how alike they are, and what a file holds."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from homolog.cli._groups import Blocks, Gap, Groups, told_groups
from homolog.cli._shared import FLAGS, Quiet, refusals, shown_progress, split, tell_flags

if TYPE_CHECKING:
    from homolog.representation import NanPolicy, Representation

MeasureNames = Annotated[
    list[str] | None,
    typer.Option("--measure", "-m", help="Measure, repeated or with commas. Default: four."),
]
Nan = Annotated[
    str,
    typer.Option(help="NaN in the input: stop, drop-units, drop-stimuli or pairwise."),
]
Dims = Annotated[
    str | None, typer.Option(help='Axes of the arrays, as in "trial,stimulus,neuron".')
]
Align = Annotated[bool, typer.Option("--align", help="Keep the stimuli that a pair shares.")]
DropConstant = Annotated[
    bool, typer.Option("--drop-constant", help="Leave out neurons that never change.")
]
FoldTime = Annotated[bool, typer.Option("--fold-time", help="Make every time of a stimulus a row.")]


MATRIX_FLAGS = {**FLAGS, "HM006": "--drop-constant"}
COMPARE_FLAGS = {
    **MATRIX_FLAGS,
    "HM003": "--dims or --candidate-dims",
    "HM010": "--no-intervals",
}


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
    blocks: Blocks = None,
    gap: Gap = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of intervals and permutations.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Score how alike CANDIDATE and REFERENCE answer the same stimuli.

    Files: .npy .npz .h5 (file.h5::/path) .mat .csv .tsv .parquet .nc
    """
    with refusals(flags=COMPARE_FLAGS):
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
                split(measure),
                intervals=intervals,
                permutations=permutations,
                rng=seed,
                align=align,
                groups=told_groups(groups, x),
                blocks=blocks,
                gap=gap,
                progress=progress,
            )
        typer.echo(str(comparison))
        tell_flags(comparison.refused, COMPARE_FLAGS)
        if out is not None:
            command = shlex.join(["homolog", *sys.argv[1:]])
            with staged(out) as folder:
                comparison.save(folder, command)
                page = report.write(comparison, folder, command=command)
            typer.echo(f"\nreport: {out / page.name}")


def matrix(
    files: Annotated[list[str], typer.Argument(help="One file for each population.")],
    measure: MeasureNames = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for matrix.csv and figures.")
    ] = None,
    dims: Dims = None,
    align: Align = False,
    nan: Nan = "stop",
    drop_constant: DropConstant = False,
    fold_time: FoldTime = False,
    groups: Groups = None,
    blocks: Blocks = None,
    gap: Gap = 0,
    quiet: Quiet = False,
) -> None:
    """Score every population against every other, by each measure.

    Files: .npy .npz .h5 (file.h5::/path) .mat .csv .tsv .parquet .nc
    """
    with refusals(flags=MATRIX_FLAGS):
        import homolog
        from homolog import errors, report
        from homolog._write import refuse_unwritable, staged

        if len(set(files)) < len(files):
            raise errors.bad_value("files", " ".join(files), "each file once")
        if out is not None:
            refuse_unwritable(out)
        populations = [_loaded(path, dims, nan, drop_constant, fold_time) for path in files]
        with shown_progress(quiet) as progress:
            result = homolog.matrix(
                dict(zip(_short_names(populations, files), populations, strict=True)),
                split(measure),
                align=align,
                groups=told_groups(groups, populations[0]),
                blocks=blocks,
                gap=gap,
                progress=progress,
            )
        typer.echo(str(result))
        tell_flags(result.refused, MATRIX_FLAGS)
        if out is not None:
            with staged(out) as folder:
                result.save(folder)
                report.write_matrices(result, folder)
            typer.echo(f"\nwritten: {out}")


def inspect(
    file: Annotated[str, typer.Argument(help="Any file that homolog reads.")],
) -> None:
    """Show arrays, axes, types, missing values, dead neurons and labels of FILE."""
    with refusals():
        from homolog import files

        typer.echo(str(files.inspect(file)))


def _loaded(
    path: str, dims: str | None, nan: str, drop_constant: bool, fold_time: bool
) -> Representation:
    import homolog

    population = homolog.load(path, dims=dims, nan=cast("NanPolicy", nan))
    population = population.fold_time() if fold_time else population
    return population.drop_constant() if drop_constant else population


def _short_names(populations: list[Representation], paths: list[str]) -> list[str]:
    """The populations' own names, or their paths where those are not unique."""
    names = [population.name for population in populations]
    return names if len(set(names)) == len(names) else paths

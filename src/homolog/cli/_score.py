"""Encoding scores from the command line: layers against the neurons of a recording."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from homolog.cli._compare import Align, FoldTime, Nan
from homolog.cli._groups import Groups, told_groups
from homolog.cli._shared import FLAGS, Quiet, refusals, shown_progress

if TYPE_CHECKING:
    from homolog.representation import Representation

SCORE_FLAGS = {
    **FLAGS,
    "HM003": "--dims or --brain-dims",
    "HM007": "--flatten, --dims or --brain-dims",
    "HM011": "--ceiling none",
    "HM076": "--regions",
}


def score(
    layers: Annotated[
        list[str], typer.Argument(help="Files of layers; one with several arrays is several.")
    ],
    brain: Annotated[str, typer.Argument(help="File of the recording that is predicted.")],
    map: Annotated[str, typer.Option("--map", help="ridge, pls or one-to-one.")] = "ridge",
    components: Annotated[int, typer.Option(min=1, help="Components of pls.")] = 25,
    ceiling: Annotated[
        str, typer.Option(help="split-half, from the trials of BRAIN, or none.")
    ] = "split-half",
    folds: Annotated[int, typer.Option(min=2, help="Parts the stimuli are held out in.")] = 5,
    split: Annotated[
        str, typer.Option(help="random, or blocks of neighbouring rows, for rows in time.")
    ] = "random",
    groups: Groups = None,
    regions: Annotated[
        str | None,
        typer.Option(help="Table of neurons with a column region; else the array beside BRAIN."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for scores, figures and report.")
    ] = None,
    dims: Annotated[str | None, typer.Option(help="Axes of the layers.")] = None,
    brain_dims: Annotated[
        str | None, typer.Option(help='Axes of BRAIN, as in "trial,stimulus,neuron".')
    ] = None,
    flatten: Annotated[
        bool, typer.Option("--flatten", help="Make every entry of a stimulus in a layer a neuron.")
    ] = False,
    align: Align = False,
    nan: Nan = "stop",
    fold_time: FoldTime = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random folds.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Score how well LAYERS predict every neuron of BRAIN, stimuli held out.

    A map is fitted from each layer to each neuron on most of the stimuli and
    judged on the others: correlation and share of variance, as they are and
    relative to what the noise of the trials allows.

    Files: .npy .npz .h5 (file.h5::/path) .mat .csv .tsv .parquet .nc
    """
    with refusals(flags=SCORE_FLAGS):
        from homolog import encoding, report
        from homolog._write import refuse_unwritable, staged

        if out is not None:
            report.require()
            refuse_unwritable(out)
        options: dict[str, Any] = {"dims": dims, "nan": nan, "flatten": flatten}
        read = encoding.unique_names(encoding.layers_in(one, **options) for one in layers)
        recorded, beside = encoding.recording_in(brain, dims=brain_dims, nan=nan)
        recorded = _folded(recorded, fold_time)
        of_table = None if regions is None else encoding.regions_in_table(regions)
        with shown_progress(quiet) as progress:
            found = encoding.score(
                {name: _folded(layer, fold_time) for name, layer in read.items()},
                recorded,
                map=encoding.PartialLeastSquares(components) if map == "pls" else map,
                folds=folds,
                split=cast("Any", split),
                groups=told_groups(groups, recorded),
                ceiling=cast("Any", None if ceiling == "none" else ceiling),
                regions=beside if of_table is None else of_table,
                align=align,
                rng=seed,
                progress=progress,
            )
        typer.echo(str(found))
        if out is not None:
            command = shlex.join(["homolog", *sys.argv[1:]])
            with staged(out) as folder:
                found.save(folder, command)
                page = report.write_encoding(found, folder, command=command)
            typer.echo(f"\nreport: {out / page.name}")


def _folded(population: Representation, fold_time: bool) -> Representation:
    """Every time of a stimulus as a row, where asked."""
    return population.fold_time() if fold_time else population

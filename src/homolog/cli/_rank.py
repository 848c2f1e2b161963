"""Candidates against one recording, and ceilings, from the command line."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from homolog.cli._compare import Align, FoldTime, MeasureNames, Nan
from homolog.cli._groups import Blocks, Gap, Groups, told_groups
from homolog.cli._shared import FLAGS, Quiet, refusals, shown_progress, split, tell_flags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homolog.representation import Representation

RANK_FLAGS = {
    **FLAGS,
    "HM003": "--dims or --candidate-dims",
    "HM007": "--flatten, --dims or --candidate-dims",
    "HM078": "leave --exchange out",
}
CEILING_FLAGS = {**FLAGS, "HM010": "--no-intervals"}


def rank(
    reference: Annotated[str, typer.Argument(help="File with the recording.")],
    candidates: Annotated[
        list[str], typer.Argument(help="Files of candidates; one with several arrays is several.")
    ],
    measure: MeasureNames = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for scores, figure and report.")
    ] = None,
    dims: Annotated[
        str | None, typer.Option(help='Axes of REFERENCE, as in "trial,stimulus,neuron".')
    ] = None,
    candidate_dims: Annotated[str | None, typer.Option(help="Axes of the candidates.")] = None,
    flatten: Annotated[
        bool, typer.Option("--flatten", help="Make every entry of a stimulus a neuron.")
    ] = False,
    pair: Annotated[
        list[str] | None,
        typer.Option(help="Two candidates to compare, A:B, repeated. Default: all pairs."),
    ] = None,
    exchange: Annotated[
        bool,
        typer.Option("--exchange", help="Test by exchanged responses; candidates: same neurons."),
    ] = False,
    permutations: Annotated[
        int, typer.Option(min=1, help="Exchanges at most; pairings of groups.")
    ] = 1000,
    fdr: Annotated[
        str, typer.Option(help="False discoveries: bh, or by under any dependence.")
    ] = "bh",
    splits: Annotated[
        int, typer.Option(min=1, help="Random halves of the trials, for the ceiling.")
    ] = 10,
    align: Align = False,
    nan: Nan = "stop",
    fold_time: FoldTime = False,
    groups: Groups = None,
    blocks: Blocks = None,
    gap: Gap = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of halves and exchanges.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Say which of CANDIDATES is closest to REFERENCE, and which differences are real.

    Scores of all candidates, with intervals; their differences, tested by leaving
    the same stimuli out of both; and which claims the design allows.

    Files: .npy .npz .h5 (file.h5::/path) .mat .csv .tsv .parquet .nc
    """
    with refusals(flags=RANK_FLAGS):
        from homolog import ranking, report
        from homolog._write import refuse_unwritable, staged

        if out is not None:
            report.require()
            refuse_unwritable(out)
        recording = _loaded(reference, dims, nan, fold_time)
        named = _named(candidates, fold_time, dims=candidate_dims, nan=nan, flatten=flatten)
        with shown_progress(quiet) as progress:
            found = ranking.rank(
                recording,
                named,
                split(measure),
                pairs=_pairs(pair, list(named)),
                exchange=exchange,
                permutations=permutations,
                fdr=cast("Any", fdr),
                splits=splits,
                rng=seed,
                align=align,
                groups=told_groups(groups, recording),
                blocks=blocks,
                gap=gap,
                progress=progress,
            )
        typer.echo(str(found))
        tell_flags(found.refused, RANK_FLAGS)
        if out is not None:
            command = shlex.join(["homolog", *sys.argv[1:]])
            with staged(out) as folder:
                found.save(folder, command)
                page = report.write_ranking(found, folder, command=command)
            typer.echo(f"\nreport: {out / page.name}")


def ceiling(
    recordings: Annotated[list[str], typer.Argument(help="A recording, or one of each animal.")],
    measure: MeasureNames = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for ceilings.csv.")
    ] = None,
    dims: Annotated[
        str | None, typer.Option(help='Axes of the arrays, as in "trial,stimulus,neuron".')
    ] = None,
    splits: Annotated[int, typer.Option(min=1, help="Random halves of the trials.")] = 10,
    intervals: Annotated[bool, typer.Option(help="95 % jackknife intervals.")] = True,
    align: Align = False,
    nan: Nan = "stop",
    fold_time: FoldTime = False,
    groups: Groups = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the halves.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Say what noise lets a candidate score, and what another animal scores.

    Of a recording with trials: how well halves of its trials agree. Of several on
    the same stimuli: every animal against another, and against all others together.
    """
    with refusals(flags=CEILING_FLAGS):
        from homolog import ranking
        from homolog._write import refuse_unwritable

        if out is not None:
            refuse_unwritable(out)
        named = _named(recordings, fold_time, dims=dims, nan=nan)
        with shown_progress(quiet) as progress:
            found = ranking.ceilings(
                named if len(named) > 1 else next(iter(named.values())),
                split(measure),
                splits=splits,
                intervals=intervals,
                rng=seed,
                align=align,
                groups=told_groups(groups, next(iter(named.values()))),
                progress=progress,
            )
        typer.echo(str(found))
        tell_flags(found.refused, CEILING_FLAGS)
        if out is not None:
            typer.echo(f"\nwritten: {found.save(out)}")


def _loaded(path: str, dims: str | None, nan: str, fold_time: bool) -> Representation:
    import homolog

    population = homolog.load(path, dims=dims, nan=cast("Any", nan))
    return population.fold_time() if fold_time else population


def _named(paths: list[str], fold_time: bool, **options: Any) -> Mapping[str, Representation]:
    """The populations of all files by name."""
    from homolog import encoding, errors

    if len(set(paths)) < len(paths):
        raise errors.bad_value("files", " ".join(paths), "each file once")
    read = encoding.unique_names(encoding.layers_in(one, **options) for one in paths)
    return {name: one.fold_time() if fold_time else one for name, one in read.items()}


def _pairs(given: list[str] | None, names: list[str]) -> list[tuple[str, str]] | None:
    """What stands before and after the colon between two candidates' names."""
    from homolog import errors

    if not given:
        return None
    spelled = {f"{first}:{second}": (first, second) for first in names for second in names}
    for text in given:
        if text not in spelled:
            allowed = f"two of the candidates with a colon between them ({', '.join(names)})"
            raise errors.bad_value("--pair", text, allowed)
    return [spelled[text] for text in given]

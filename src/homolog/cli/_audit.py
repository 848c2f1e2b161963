"""Audits from the command line: what a score of a recording guarantees."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from homolog.cli._shared import Quiet, refusals, shown_progress, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homolog.representation import NanPolicy, Representation

AUDIT_FLAGS = {
    "HM003": "--dims",
    "HM004": "--nan",
    "HM006": "--drop-constant",
    "HM007": "--dims",
    "HM026": "--dims, or no --blocks",
    "HM028": "--nan drop-stimuli or --nan drop-units",
    "HM046": "--out",
    "HM062": "--labels",
    "HM063": "--folds or --labels, or --blocks for single trials",
    "HM066": "--out",
    "HM067": "--labels or --label-pattern",
}
STIMULUS = "stimulus"
"""What the variable is called that tells the stimuli of blocks apart."""

CLASSES_NAMED = 6
LINES_APART = 15.0  # seconds, where progress is told in lines


def _number(text: str | float) -> float:
    try:
        return float(text)
    except ValueError:
        why = f"{text!r} is no number. Give one with a point, as in 0.9."
        raise typer.BadParameter(why) from None


def audit(
    recording: Annotated[str, typer.Argument(help="File with the responses.")],
    measure: Annotated[
        list[str] | None,
        typer.Option("--measure", "-m", help="Measure, repeated or with commas. Default: four."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for numbers, figures and report.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Table (.csv, .tsv): condition first, then a column for each variable."),
    ] = None,
    label_pattern: Annotated[
        str | None,
        typer.Option(
            help='Labels in the names of conditions: "{context} {direction}°". Each part takes as'
            " little as it can; {} is no variable."
        ),
    ] = None,
    blocks: Annotated[
        int | None,
        typer.Option(
            help="Average trials in so many blocks, each a condition; decode the stimulus."
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Random starts of each measure.")] = 5,
    goal: Annotated[
        float, typer.Option(parser=_number, metavar="FLOAT", help="Score to stop at; 1: the same.")
    ] = 0.99,
    folds: Annotated[int, typer.Option(help="In which conditions are held out.")] = 5,
    guarantee: Annotated[
        str | None,
        typer.Option(help="Search the worst at a score, 0.9, or jointly, cka=0.9,procrustes=0.8."),
    ] = None,
    variance: Annotated[
        float | None,
        typer.Option(
            parser=_number,
            metavar="FLOAT",
            help="Leading components with this share of the variance for neurons: 0.95.",
        ),
    ] = None,
    dims: Annotated[
        str | None, typer.Option(help='Axes of the array, as in "trial,stimulus,neuron".')
    ] = None,
    nan: Annotated[
        str,
        typer.Option(
            help="NaN in the input: stop, drop-units, drop-stimuli or pairwise. Trials that a file"
            " marks as never recorded stop nothing: they are left out of means."
        ),
    ] = "stop",
    drop_constant: Annotated[
        bool, typer.Option("--drop-constant", help="Leave out neurons that never change.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes. Default: one for each core.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Ask what a high similarity to RECORDING shows.

    Random responses are made ever more like the recording, as each measure
    sees it: which variables can be decoded from them, and at which score? With
    --out every part is kept, and the same command goes on where it stopped.

    Files: .npy .npz .h5 (file.h5::/path) .mat .csv .tsv .parquet .nc
    """
    kept = "nothing was written" if out is None else f"the same command goes on from {out}"
    with refusals(f"interrupted: {kept}", AUDIT_FLAGS):
        from homolog import errors, report
        from homolog._write import refuse_unwritable, staged
        from homolog.audit import audit as audited
        from homolog.audit._audit_plan import DEFAULT_MEASURES
        from homolog.audit._audit_tables import remove_stale

        if out is not None:
            report.require()
            refuse_unwritable(out)
        population = _loaded(recording, dims, nan, drop_constant)
        chosen = split(measure)
        told = _labels(population, labels, label_pattern, blocks)
        if guarantee is not None and not told:
            lacking = "a score beside --labels or --label-pattern, whose accuracies it is about"
            raise errors.bad_value("--guarantee", guarantee, lacking)
        if told and not quiet:
            typer.echo(f"labels: {'; '.join(map(_classes, told.items()))}", err=True)
        with shown_progress(quiet, lines=True, often=LINES_APART) as progress:
            found = audited(
                _in_blocks(population, blocks, folds),
                DEFAULT_MEASURES if chosen is None else chosen,
                labels=told or None,
                seeds=seeds,
                goal=goal,
                folds=folds,
                guarantee=_least(guarantee),
                variance=variance,
                folder=out,
                workers=workers or os.cpu_count() or 1,
                progress=progress,
            )
        typer.echo(str(found))
        if out is not None:
            command = shlex.join(["homolog", *sys.argv[1:]])
            with staged(out) as folder:
                found.save(folder, command)
                page = report.write_audit(found, folder, command=command)
            remove_stale(found, out)
            typer.echo(f"\nreport: {out / page.name}")


def _loaded(path: str, dims: str | None, nan: str, drop_constant: bool) -> Representation:
    import homolog

    population = homolog.load(path, dims=dims, nan=cast("NanPolicy", nan))
    return population.drop_constant() if drop_constant else population


def _labels(
    population: Representation, table: Path | None, pattern: str | None, blocks: int | None
) -> dict[str, Any]:
    """What is decoded: labels as given, and the stimulus where each is there several times."""
    from homolog import errors
    from homolog.audit._label_files import labels_by_pattern, labels_in_table

    if table is not None and pattern is not None:
        raise errors.bad_value("--label-pattern", pattern, "none beside --labels")
    found: dict[str, Any] = {}
    if table is not None:
        found |= labels_in_table(table, population.labels)
    if pattern is not None:
        found |= labels_by_pattern(pattern, population.labels)
    if blocks is None:
        return found
    repeated = {
        name: [one for one in given for _ in range(blocks)] for name, given in found.items()
    }
    return {STIMULUS: [one for one in population.labels for _ in range(blocks)], **repeated}


def _classes(told: tuple[str, Sequence[object]]) -> str:
    """A variable with its first classes, for a person who sees whether they are meant."""
    name, given = told
    classes = list(dict.fromkeys(map(str, given)))
    rest = [f"… ({len(classes)} in all)"] if len(classes) > CLASSES_NAMED else []
    return f"{name}: {', '.join([*classes[:CLASSES_NAMED], *rest])}"


def _in_blocks(population: Representation, blocks: int | None, folds: int) -> Representation:
    if blocks is None:
        return population
    from homolog import errors
    from homolog.audit import pseudo_trials

    if population.has_trials and not max(folds, 1) <= blocks <= population.n_trials:
        allowed = (
            f"from {folds}, the number of --folds, to {population.n_trials}, the number of trials"
        )
        raise errors.bad_value("--blocks", blocks, allowed)
    return pseudo_trials(population, blocks)


def _least(text: str | None) -> float | dict[str, float] | None:
    """A score, or scores of measures as in cka=0.9,procrustes=0.8."""
    from homolog import errors
    from homolog.measures._spelling import listed

    if text is None:
        return None
    parts = [part.rpartition("=") for part in listed(text)]
    names = [name.strip() for name, _, _ in parts]
    try:
        if names == [""]:
            return float(text)
        if "" in names or len(set(names)) < len(names):
            raise ValueError
        return {name: float(score) for name, (_, _, score) in zip(names, parts, strict=True)}
    except ValueError:
        allowed = "0.9, or each measure once with its score, cka=0.9,procrustes=0.8"
        raise errors.bad_value("--guarantee", text, allowed) from None

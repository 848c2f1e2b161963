"""Gauge audits from the command line: what scores say of networks that compute the same."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from homolog.cli._networks import read_network, refuse_task, shown_inputs
from homolog.cli._shared import Quiet, refusals, shown_progress, split

if TYPE_CHECKING:
    from homolog.audit._gauge_result import Cost
    from homolog.networks import RecurrentNetwork

GAUGE_FLAGS = {
    "HM009": "--moments",
    "HM046": "--out",
    "HM050": "--cost none",
}
FILES = ("report.html", "gauge.csv", "gauge.png", "gauge.svg", "run.toml", "refs.bib")
"""What a folder of a gauge audit holds."""


def gauge(
    network: Annotated[Path, typer.Argument(metavar="NET", help="A saved recurrent network.")],
    measure: Annotated[
        list[str] | None,
        typer.Option("--measure", "-m", help="Measure, repeated or with commas. Default: eight."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for table, figure and report.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="Task in time whose trials are shown to the network.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="How many of them.")] = 64,
    inputs: Annotated[
        str | None, typer.Option(help="File of (trial, time, input), in place of a task.")
    ] = None,
    step: Annotated[float, typer.Option(help="How long each input of --inputs is held.")] = 1.0,
    dt: Annotated[float, typer.Option(help="Length of an Euler step.")] = 0.1,
    spread: Annotated[
        str, typer.Option(help="How unequally neurons are rescaled: deviation of log-scales.")
    ] = "0.5,1",
    n: Annotated[int, typer.Option("-n", min=1, help="Rescaled networks at each spread.")] = 10,
    moments: Annotated[
        int, typer.Option(min=3, help="Times of trials that are scored, drawn at random.")
    ] = 1000,
    cost: Annotated[
        str, typer.Option(help="Balanced by l2, l1 or robustness; none: not balanced.")
    ] = "l2",
    seed: Annotated[int, typer.Option(min=0, help="Seed of trials, moments and rescaling.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Score NET against networks that compute the same, before and after balancing.

    Every neuron of NET is made louder or softer at random, and its synapses are
    changed to match: the outputs stay what they were. How far do scores of the
    hidden activity move all the same? And do they still, once the networks are
    balanced?

    NET: .npz that homolog saved, of relu, leaky, abs or linear neurons, with
    input weights. Synapses alone (a connectome) have no activity to score.
    """
    with refusals(flags=GAUGE_FLAGS):
        from homolog import errors, report
        from homolog._write import refuse_others, refuse_unwritable, staged
        from homolog.audit import gauge_audit

        if task is None and inputs is None:
            raise errors.bad_value("--task", None, "a task in time, or --inputs FILE in its place")
        if out is not None:
            report.require()
            refuse_unwritable(out)
            refuse_others(out, FILES, "gauge audit")
        shown, held = shown_inputs(task, trials, inputs, step, seed)
        with shown_progress(quiet) as progress:
            read = _read(network)
            refuse_task(task, shown, read.n_inputs)
            found = gauge_audit(
                read,
                shown,
                split(measure),
                spread=_numbers(spread),
                n=n,
                moments=moments,
                rng=seed,
                step=held,
                dt=dt,
                cost=cast("Cost", None if cost == "none" else cost),
                progress=progress,
            )
        found = replace(found, name=network.as_posix())  # its own may be that of a task
        typer.echo(str(found))
        if out is not None:
            command = shlex.join(["homolog", *sys.argv[1:]])
            with staged(out) as folder:
                page = report.write_gauge(found, folder, command=command)
            typer.echo(f"\nreport: {out / page.name}")


def _read(path: Path) -> RecurrentNetwork:
    """The network of a file; what holds other arrays is told what is asked for."""
    from homolog import errors

    try:
        return read_network(path, None)
    except errors.HomologError as error:
        if error.code != "HM022":
            raise
        allowed = "a network that homolog saved, such as run/replica-0/network.npz"
        raise errors.bad_value("NET", str(path), allowed) from None


def _numbers(text: str) -> Any:
    """Spreads as numbers; what is none is refused in the words of the audit."""
    try:
        return [float(one) for one in text.split(",")]
    except ValueError:
        return text

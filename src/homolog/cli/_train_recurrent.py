"""Training recurrent networks from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from homolog.cli._shared import Quiet, refusals, shown_progress
from homolog.cli._train import changed

RECURRENT_FLAGS = {"HM015": "--rate, --clip", "HM046": "--out"}


def train_recurrent(
    task: Annotated[
        str, typer.Argument(help="Task in time, such as context_integration or flip_flop.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for networks and history.")
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="A setting of TASK, as in noise=0.1.")
    ] = None,
    neurons: Annotated[int, typer.Option(min=1, help="Neurons of each network.")] = 256,
    activation: Annotated[str, typer.Option(help="relu, leaky, tanh and others.")] = "relu",
    iterations: Annotated[int, typer.Option(min=1, help="Steps of learning, in all.")] = 6000,
    penalty: Annotated[float, typer.Option(help="Cost of squared recurrent weights.")] = 0.0,
    optimiser: Annotated[str, typer.Option(help="sgd or adam.")] = "sgd",
    rate: Annotated[float, typer.Option(help="Size of a step; for adam 0.001 is usual.")] = 5e-3,
    clip: Annotated[float, typer.Option(help="Longest gradient; 0 for no limit.")] = 10.0,
    dt: Annotated[float, typer.Option(help="Length of an Euler step.")] = 0.1,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Trials of an iteration. Default: the task's.")
    ] = None,
    replicas: Annotated[int, typer.Option(min=1, help="Networks that differ by seed.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share replicas.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random numbers.")] = 0,
    precision: Annotated[str, typer.Option(help="float32 or float64.")] = "float32",
    device: Annotated[str, typer.Option(help="cpu, or cuda.")] = "cpu",
    quiet: Quiet = False,
) -> None:
    """Let recurrent networks learn TASK; started again with the same --out, it goes on.

    What is printed at the end is of the weights before the last step. loss is
    rmse (the error) + penalty x cost (the sum of squared recurrent weights).
    neural_gradient is the norm of in-costs less out-costs of neurons, null what
    it would be by chance, charge the same norm with input and readout weights,
    gradient_norm the length of the gradient before --clip.
    """
    kept = "the same command goes on from the last checkpoint" if out else "nothing was kept"
    with refusals(f"interrupted: {kept}", RECURRENT_FLAGS):
        import homolog
        from homolog import tasks

        settings = changed(tasks.find(task)(), changes or [], f"help(homolog.tasks.find({task!r}))")
        with shown_progress(quiet, lines=True) as progress:
            training = homolog.train_recurrent(
                settings,
                n_neurons=neurons,
                activation=activation,
                iterations=iterations,
                penalty=penalty,
                optimiser=optimiser,  # pyright: ignore[reportArgumentType]
                rate=rate,
                clip=clip or None,
                dt=dt,
                batch=batch,
                replicas=replicas,
                rng=seed,
                dtype=precision,  # pyright: ignore[reportArgumentType]
                device=device,
                folder=out,
                workers=workers,
                progress=progress,
            )
        typer.echo(str(training))
        if out is not None:
            typer.echo(f"\nkept: {out / 'replica-…' / 'network.npz'}, checkpoint.npz")

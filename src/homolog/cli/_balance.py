"""Balancing from the command line: a network in, the same computation at the least cost out."""

from __future__ import annotations

from math import exp, expm1
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from homolog.cli._networks import read_network, refuse_task, shown_inputs
from homolog.cli._shared import refusals

if TYPE_CHECKING:
    from homolog.balancing import Balanced

BALANCE_FLAGS = {
    "HM022": "--key",
    "HM046": "--out",
    "HM050": "--on-reducible components",
}


def balance(
    network: Annotated[
        Path, typer.Argument(metavar="NET", help="A saved network, a connectome, or a matrix.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for network, table and figure.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Which array of NET, where it holds several, as in W_hh.")
    ] = None,
    cost: Annotated[
        str, typer.Option(help="l2, l1, or robustness (needs --task or --inputs).")
    ] = "l2",
    task: Annotated[
        str | None, typer.Option(help="Task in time whose trials give gains and activity.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="How many of them.")] = 64,
    inputs: Annotated[
        str | None, typer.Option(help="File of (trial, time, input), in place of a task.")
    ] = None,
    step: Annotated[float, typer.Option(help="How long each input of --inputs is held.")] = 1.0,
    dt: Annotated[float, typer.Option(help="Length of an Euler step.")] = 0.1,
    method: Annotated[
        str, typer.Option(help="auto, osborne, anderson, newton-cg or newton.")
    ] = "auto",
    on_reducible: Annotated[
        str, typer.Option(help="error, components, ground or floor: see above.")
    ] = "error",
    gauge: Annotated[
        str, typer.Option(help="zero-sum, power-matched (needs --task or --inputs) or grounded.")
    ] = "zero-sum",
    separation: Annotated[
        float, typer.Option(help="With components: rise of h from each to the next.")
    ] = 0.0,
    tolerance: Annotated[float, typer.Option(help="Balanced when ‖g‖/C is no larger.")] = 1e-10,
    check: Annotated[
        str | None, typer.Option(help="outputs: compare both networks on random inputs.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of trials and random inputs.")] = 0,
) -> None:
    """Give NET the synapses of the least total cost with which it computes the same.

    NET: .npz that homolog saved, .npz of a CSR matrix, or any file of a
    (neuron, neuron) matrix whose rows are the neurons that synapses lead to.

    --on-reducible: where some neurons reach others and are not reached back,
    there is no least cost, and error refuses. components balances each strong
    component by itself; the synapses between them may then cost more than
    before, unless --separation pulls the components apart. ground lets input
    and readout weights take part, also where there is a least cost, which is
    then not quite reached. floor, for --cost robustness, takes a gain of 0 for
    that of one active moment.
    """
    with refusals("interrupted: nothing was written", BALANCE_FLAGS):
        from homolog import balancing, errors
        from homolog._write import refuse_others, refuse_unwritable
        from homolog.balancing._balanced_files import FILES

        if check not in (None, "outputs"):
            raise errors.bad_value("--check", check, "outputs")
        if out is not None:
            refuse_unwritable(out)
            refuse_others(out, FILES, "balancing")
        shown, held = shown_inputs(task, trials, inputs, step, seed)
        read = read_network(network, key)
        refuse_task(task, shown, read.n_inputs)
        found = balancing.balance(
            read,
            cost=cost,  # pyright: ignore[reportArgumentType]
            inputs=shown,
            step=held,
            dt=dt,
            method=method,  # pyright: ignore[reportArgumentType]
            on_reducible=on_reducible,  # pyright: ignore[reportArgumentType]
            gauge=gauge,  # pyright: ignore[reportArgumentType]
            separation=separation,
            tolerance=tolerance,
        )
        balanced = cast("Balanced", found)  # other results are of PyTorch modules
        typer.echo(f"{balanced}\n\n{_proved(balanced)}")
        if check is not None:
            apart = balanced.check(seed)
            typer.echo(f"\nlargest difference of an output on random inputs: {apart:.1e}")
        if out is not None:
            _write(balanced, out)
            typer.echo(f"\nwritten: {out}")


def _proved(balanced: Balanced) -> str:
    """What no rescaling can go below, by duality."""
    proof, before = balanced.certificate(), balanced.cost_before
    share = f" ({proof.lower / before:.6f} of C before)" if before > 0 else ""
    return (
        f"proved: no rescaling costs less than {proof.lower:.10g}{share};"
        f"\nC after is {_above(proof.gap)}"
    )


def _above(gap: float) -> str:
    """How far a cost is above what is proved, from the logarithm of their ratio."""
    if gap < 1e-12:
        return "as low, to rounding"
    return f"higher by {expm1(gap):.1e} of that" if gap < 1 else f"{exp(gap):.3g} times as much"


def _write(balanced: Balanced, folder: Path) -> None:
    """Everything that is kept of a balancing, whole or not at all."""
    from matplotlib.figure import Figure

    from homolog import figures
    from homolog._write import staged
    from homolog.balancing._balanced_files import write_into

    picture = Figure(figsize=(9, 4.8), layout="constrained")
    figures.in_and_out_costs(picture.subplots(1, 2), balanced)
    with staged(folder) as temporary:
        write_into(balanced, temporary)
        picture.savefig(temporary / "balance.png", dpi=150)

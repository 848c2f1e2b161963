"""The measures: which there are, what each means, whom to cite."""

from __future__ import annotations

from math import isfinite
from typing import Annotated

import typer

from homolog.cli._shared import plain, refusals


def list_measures() -> None:
    """Name every measure and what it means."""
    from homolog import measures

    width = max(map(len, measures.names()))
    for name in measures.names():
        typer.echo(f"{name.ljust(width)}  {measures.find(name).title}")


def show_measure(
    name: Annotated[str, typer.Argument(help="Name of a measure, ours or another package's.")],
) -> None:
    """Explain a measure: meaning, range, promises, options, what others call it."""
    import inspect as inspection

    with refusals():
        from homolog import measures
        from homolog.measures._aliases import called
        from homolog.measures._measured import agreement, chance

        found = measures.find(name)
        facts = {
            "range": "{:g} to {:g}, ".format(*found.ends)
            + (f"best {found.best:g}" if isfinite(found.best) else "none is best"),
            "kind": found.kind,
            "symmetric": found.symmetric,
            "metric": found.metric,
            "reference may be changed by": ", ".join(sorted(found.invariant_to)),
            "candidate may be changed by": ", ".join(sorted(found.candidate_invariant_to)),
            "biased at few stimuli": found.biased,
            "sees of each stimulus": {"trial": "every trial", "time": "its course in time"}.get(
                found.sees, "its mean response"
            ),
            "has gradients": found.smooth,
            "scores held-out stimuli": found.fits,
            "options": ", ".join(f"{k}={v!r}" for k, v in found.defaults.items()) or "none",
            "source": found.source,
        }
        typer.echo(f"{found.label}\n")
        if found.label != found.name:
            listed = f"the list from 'range' on is of {found.label}"
            typer.echo(f"A variant: the text is of {found.name} and its options, {listed}.\n")
        typer.echo(f"{plain(inspection.getdoc(found) or '')}\n")
        for fact, value in facts.items():
            shown = (
                {True: "yes", False: "no"}.get(value, value) if value in (True, False) else value
            )
            typer.echo(f"{fact}: {shown}")
        for row in chance(found.name):
            sizes = f"{row.n_stimuli} stimuli, {row.n_neurons} neurons"
            scored = f"{row.mean} ± {row.deviation}" if row.mean else "refused"
            typer.echo(f"chance of {row.measure}, {sizes}: {scored}")
        for row in agreement(found.name):
            what = f"{row.ours} ({row.apart})" if row.apart else f"another number: {row.ours}"
            typer.echo(f"{row.implementation} {row.call.replace('`', '')}: {what}")
        for variant, others in called(found.name).items():
            typer.echo("\n  ".join([f"\n{variant} is also called", *others]))


def cite_measure(name: Annotated[str, typer.Argument(help="Name of a measure.")]) -> None:
    """Print the BibTeX entry of a measure."""
    with refusals():
        from homolog import measures

        typer.echo(measures.find(name).citation)

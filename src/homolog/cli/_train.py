"""Training from the command line: published settings where there are any, else the rule's own."""

from __future__ import annotations

from ast import literal_eval
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homolog.cli._shared import Quiet, refusals, shown_progress

if TYPE_CHECKING:
    from homolog.rules._rule import Preset
    from homolog.tasks import Classification

TRAIN_FLAGS = {"HM032": "--folder FOLDER, --download", "HM046": "--out"}
HIDDEN = 100
"""Neurons of the hidden layer, where neither --sizes nor a published row says how many."""


def train(
    rule: Annotated[str, typer.Argument(help="Learning rule: homolog rules list.")],
    data: Annotated[
        str, typer.Option(help="Task: digits, mnist, fashion_mnist, cifar10, cifar10_jpeg.")
    ] = "digits",
    folder: Annotated[
        Path | None, typer.Option(help="Folder of the task's files. Default: HOMOLOG_DATA.")
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch files that are not there.")
    ] = False,
    sizes: Annotated[
        str | None, typer.Option(help="Neurons of every layer, as in 784-500-10.")
    ] = None,
    variant: Annotated[
        str | None, typer.Option(help="Which published row: homolog rules show RULE.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting, as in step_size=0.05 or forward_rates=1.0,0.7."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes through the stimuli, in all.")] = 50,
    batch: Annotated[int, typer.Option(min=1, help="Stimuli of one step of learning.")] = 20,
    replicas: Annotated[int, typer.Option(min=1, help="Networks that differ by seed.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share replicas.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random numbers.")] = 0,
    device: Annotated[str, typer.Option(help="cpu, or cuda for all replicas at once.")] = "cpu",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for networks and history.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Let networks learn a task by RULE; started again with the same --out, it goes on."""
    kept = "the same command goes on from the last epoch" if out else "nothing was kept"
    with refusals(f"interrupted: {kept}", TRAIN_FLAGS):
        import homolog
        from homolog import rules, tasks

        name = rules.find(rule).name
        task = tasks.load(data, folder, download=download)
        row = _row(name, data, variant)
        settings = changed(row.rule if row else rules.find(name)(), changes or [])
        layers = _sizes(sizes, task) if sizes else row.sizes if row else _default_sizes(task)
        typer.echo(_told(name, task, row))
        with shown_progress(quiet, lines=True) as progress:
            training = homolog.train(
                settings,
                task,
                layers,
                epochs=epochs,
                batch=batch,
                replicas=replicas,
                rng=seed,
                device=device,
                folder=out,
                workers=workers,
                progress=progress,
            )
        typer.echo(f"\n{training}")
        if out is not None:
            typer.echo(f"\nkept: {out / 'replica-…' / 'network.safetensors'}, history.jsonl")


def _row(name: str, data: str, variant: str | None) -> Preset | None:
    """The published row for a task, the first of several; None if none is asked for or there."""
    from homolog import rules

    dataset = data.strip().lower().replace("-", "_").replace(" ", "_").removesuffix("_jpeg")
    if variant is not None:
        rules.preset(name, dataset, variant)  # refuses what was not published
    fitting = (
        row
        for row in rules.presets(name)
        if row.dataset == dataset and variant in (None, row.variant)
    )
    return next(fitting, None)


def _told(name: str, task: Classification, row: Preset | None) -> str:
    """Where settings and sizes come from, unless options say otherwise."""
    if row is None:
        return f"{name} on {task.name}: nothing was published; the rule's own settings"
    which = f"{row.row} ({row.variant})" if row.variant else row.row
    said = f"{name} on {task.name}: settings of the published row {which}"
    if row.published is not None:
        said += f", {row.published:.2f} % of the test"
    if row.test_std is not None:
        said += f", with a standard deviation of {row.test_std:g} over seeds"
    return said + _others(row)


def _others(row: Preset) -> str:
    """The other rows of a rule for the same images, which --variant chooses."""
    from homolog import rules

    there = rules.presets(row.rule.name)
    others = [one.variant for one in there if one.dataset == row.dataset and one is not row]
    return f"\n(--variant takes other rows: {'; '.join(others)})" if others else ""


def layer_sizes(text: str) -> tuple[int, ...]:
    """Neurons of every layer from text such as 784-500-10."""
    from homolog import errors

    try:
        return tuple(int(size) for size in text.replace(",", "-").split("-"))
    except ValueError:
        raise errors.bad_value("--sizes", text, "whole numbers, as in 784-500-10") from None


def _sizes(text: str, task: Classification) -> tuple[int, ...]:
    """Neurons of every layer, which begin and end as the task does."""
    from homolog import errors

    sizes = layer_sizes(text)
    ends = task.n_inputs, task.n_classes
    if (sizes[0], sizes[-1]) != ends:
        allowed = (
            f"{ends[0]} first and {ends[1]} last for {task.name}, as in {ends[0]}-50-{ends[1]}"
        )
        raise errors.bad_value("--sizes", text, allowed)
    return sizes


def _default_sizes(task: Classification) -> tuple[int, ...]:
    return task.train.shape[1], HIDDEN, len(task.classes)


def changed(rule: Any, changes: list[str], told_by: str = "") -> Any:
    """A rule, or a task in time, with settings given as text, each as name=value.

    `told_by` says who tells of all settings, where it is not ``homolog rules show``.

    Raises
    ------
    HomologError
        HM023 for a setting that the rule does not have, HM025 for a value of another kind,
        and what the rule itself refuses.
    """
    from homolog import errors
    from homolog.networks.layered import settings

    there = settings(rule)
    values: dict[str, Any] = {}
    for change in changes:
        name, equals, text = change.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise errors.bad_value("--set", change, "name=value, as in step_size=0.05")
        if name not in there:
            near = get_close_matches(name, there, n=3, cutoff=0.4)
            where = f"{told_by or f'homolog rules show {rule.name}'} tells all."
            raise errors.unknown_name(f"setting of {rule.name}", name, near, where)
        values[name] = _value(f"--set {name}", text.strip(), there[name])
    return replace(rule, **values)


def _value(what: str, text: str, before: Any) -> Any:
    """A value of the kind that the setting has now; a setting without one takes any."""
    from homolog import errors

    try:
        value = literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if value is None:  # The rule refuses it where it means nothing.
        return None
    pairs = isinstance(before, tuple) and any(isinstance(one, tuple) for one in before)  # pyright: ignore[reportUnknownVariableType]
    if pairs and not (isinstance(value, tuple) and all(isinstance(one, tuple) for one in value)):  # pyright: ignore[reportUnknownVariableType]
        raise errors.bad_value(what, text, f'pairs in quotation marks, as in "{before}"')
    if isinstance(before, tuple) and not isinstance(value, tuple):
        value = (value,)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(before, float) and not number:
        raise errors.bad_value(what, text, "a number")
    if isinstance(before, int) and not isinstance(value, int):
        raise errors.bad_value(what, text, "a whole number")
    return value

"""The trained networks that figures 4a and 4b are about, one folder for each penalty."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import errors
from homolog.studies._study import Choices, Options, Sources, Teaching

if TYPE_CHECKING:
    from homolog.tasks.context_integration import ContextIntegration
    from homolog.training.through_time import RecurrentTraining

PENALTIES = (0.3, 0.1, 0.0)
"""Cost of squared recurrent weights, those of the paper."""

FULL = {"n_neurons": 256, "iterations": 6000, "n_steps": 50, "replicas": 5}
QUICK = {"n_neurons": 16, "iterations": 60, "n_steps": 10, "replicas": 3}


def of_penalty(penalty: float, quick: bool, choices: Choices) -> dict[str, Any]:
    """What is asked of the networks of one penalty."""
    size = QUICK if quick else FULL
    return {
        "penalty": penalty,
        **size,
        "replicas": choices.replicas or size["replicas"],
        "quick": quick,
        "train": choices.train is not False,
    }


def task_of(options: Options) -> ContextIntegration:
    """What the networks learn."""
    from homolog.tasks.context_integration import ContextIntegration

    return ContextIntegration(n_steps=options["n_steps"])


def folder_of(options: Options, sources: Sources) -> Path:
    """Where networks of one penalty are kept: in ``training/``, or in the folder itself."""
    assert sources.trained is not None
    name = f"{'quick-' if options['quick'] else ''}penalty-{options['penalty']:g}"
    beside = sources.trained / name
    return beside if beside.is_dir() else sources.trained / "training" / name


def learn(options: Options, sources: Sources, teaching: Teaching) -> None:
    """Train the networks of one penalty, or go on with it.

    Raises
    ------
    HomologError
        What `homolog.train_recurrent` refuses: HM046 for a folder of another training.
    """
    if not options["train"]:
        return
    from homolog.training.through_time import train_recurrent

    train_recurrent(
        task_of(options),
        n_neurons=options["n_neurons"],
        iterations=options["iterations"],
        penalty=options["penalty"],
        replicas=options["replicas"],
        rng=teaching.seed,
        folder=folder_of(options, sources),
        workers=min(teaching.workers, options["replicas"]),
        progress=teaching.progress,
    )


def finished(options: Options, sources: Sources) -> RecurrentTraining | None:
    """Those replicas that have learned for as long as was asked; None if there are none."""
    from homolog.training.through_time import RecurrentTraining, read_recurrent

    folder = folder_of(options, sources)
    try:
        found = read_recurrent(folder)
    except errors.HomologError as error:
        if error.code != "HM059":
            raise
        return None
    lengths = found.history.groupby("replica").size()
    asked = range(options["replicas"])
    places = [
        at
        for at, number in enumerate(found.numbers)
        if number in asked and lengths[number] >= options["iterations"]
    ]
    if not places:
        return None
    numbers = tuple(found.numbers[at] for at in places)
    history: Any = found.history[found.history["replica"].isin(numbers)]
    return RecurrentTraining(_chosen(found.networks, places), numbers, history)


def _chosen(networks: Any, places: Sequence[int]) -> Any:
    """Some of the networks side by side."""
    from dataclasses import replace

    parts = ("recurrent", "input_weights", "output_weights", "bias")
    others = ("time_constants", "output_bias")
    return replace(
        networks, **{name: getattr(networks, name)[list(places)] for name in (*parts, *others)}
    )


def files(options: Options, sources: Sources) -> list[Path]:
    """Of the network that a task is about, or of all of a penalty."""
    which = f"replica-{options['replica']}" if "replica" in options else "replica-*"
    return sorted(folder_of(options, sources).glob(f"{which}/network.npz"))


def missing(sources: Sources) -> str | None:
    """What is lacking to train the networks, or to read them."""
    from importlib.util import find_spec

    if find_spec("torch") is None:
        return (
            'it trains networks with PyTorch, which is not installed: pip install "homolog[torch]"'
        )
    if sources.trained is None:
        return None
    named = ("penalty-*", "training/penalty-*", "quick-penalty-*", "training/quick-penalty-*")
    if not any(one.is_dir() for pattern in named for one in sources.trained.glob(pattern)):
        allowed = "the folder of a study of synaptic balancing, or one with penalty-0.3 in it"
        raise errors.bad_value("trained", str(sources.trained), allowed)
    return None

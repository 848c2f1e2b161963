"""Recurrent networks and what is shown to them, as files and names say it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.networks import RecurrentNetwork


def read_network(path: Path, key: str | None) -> RecurrentNetwork:
    """A network that homolog saved, or one of the synapses in a file."""
    from homolog import errors, files
    from homolog.networks import RecurrentNetwork, load_recurrent
    from homolog.networks._recurrent_files import HEADER

    if HEADER not in files.arrays(path):
        return RecurrentNetwork.from_connectome(path, key=key)
    if key is not None:
        allowed = "nothing, for NET is a network that homolog saved, with one matrix of synapses"
        raise errors.bad_value("--key", key, allowed)
    return load_recurrent(path)


def refuse_task(task: str | None, shown: Any, n_inputs: int) -> None:
    """Say which task does not fit a network that takes inputs."""
    from homolog import errors

    if task is not None and n_inputs and shown.shape[2] != n_inputs:
        allowed = f"a task of {n_inputs} inputs, as many as the network takes, not {shown.shape[2]}"
        raise errors.bad_value("--task", task, allowed)


def shown_inputs(
    task: str | None, n_trials: int, path: str | None, step: float, seed: int
) -> tuple[Any, float]:
    """What is shown, and how long each input is held; None where nothing is."""
    from homolog import errors, tasks

    if task is None:
        return (None if path is None else _array(path)), step
    if path is not None:
        raise errors.bad_value("--inputs", path, "nothing, with --task")
    drawn = tasks.find(task)().draw(seed, n_trials)
    return drawn.inputs, drawn.step


def _array(path: str) -> Any:
    """The only array of a file, or the one called inputs or named after ``::``."""
    from homolog import errors, files

    there, (_, _, name) = files.arrays(path), path.partition("::")
    name = name or ("inputs" if "inputs" in there else "")
    if name in there:
        return there[name]
    if name or len(there) != 1:
        raise errors.which_array(path, list(there), "--inputs FILE::inputs")
    return next(iter(there.values()))

"""Recurrent networks and what is shown to them, as files and names say it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.networks import RecurrentNetwork


def read_network(path: Path, key: str | None) -> RecurrentNetwork:
    """A network that homolog saved, or one of the synapses in a file."""
    from homolog import files
    from homolog.networks import RecurrentNetwork, load_recurrent
    from homolog.networks._recurrent_files import HEADER

    if key is None and HEADER in files.arrays(path):
        return load_recurrent(path)
    return RecurrentNetwork.from_connectome(path, key=key)


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

"""Trajectories in files: arrays in an .npz, and a header that says what they are."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from homolog import errors, measures
from homolog._write import replacing
from homolog.audit._trajectory import Trajectory

HEADER = "trajectory"
VERSION = 1
ARRAYS = ("score", "value", "data", "step", "target")
WORDS = ("goal", "optimiser", "steps", "seed")


def write(trajectory: Trajectory, path: str | PathLike[str]) -> None:
    """Write everything to an .npz file, whole or not at all."""
    path = _npz(path)
    measure = trajectory.measure
    said = {
        "version": VERSION,
        "measure": measure.name,
        "options": {key: _plain(value) for key, value in measure.options.items()},
        **{word: getattr(trajectory, word) for word in WORDS},
    }
    arrays = {name: getattr(trajectory, name) for name in ARRAYS}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **{HEADER: np.asarray(json.dumps(said))}, **arrays)


def read(path: str | PathLike[str]) -> Trajectory:
    """Read what `write` wrote, and refuse everything else."""
    from homolog.files import arrays

    path = _npz(path)
    there = arrays(path)
    try:
        said = json.loads(str(there[HEADER]))
        measure = measures.find(said["measure"])
        return Trajectory(
            measure=measure.using(**said["options"]) if said["options"] else measure,
            **{name: there[name] for name in ARRAYS},
            **{word: said[word] for word in WORDS},
        )
    except (KeyError, ValueError) as error:
        raise errors.unreadable(path, "a trajectory", f"it lacks {error}") from error


def _npz(path: str | PathLike[str]) -> Path:
    path = Path(path)
    if path.suffix != ".npz":
        raise errors.unknown_format(path.name, path.suffix, [".npz"])
    return path


def _plain(value: Any) -> Any:
    """A setting as JSON can hold it."""
    return np.asarray(value).tolist() if isinstance(value, np.ndarray | np.generic) else value

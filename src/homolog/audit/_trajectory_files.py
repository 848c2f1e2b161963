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
from homolog.measures._measure import Measure

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
        "conditions": trajectory.conditions and list(map(_plain, trajectory.conditions)),
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
        if said["version"] != VERSION:
            raise _unreadable(path, f"version {said['version']!r}, where {VERSION} can be read")
        found = Trajectory(
            measure=_measure(path, said["measure"], said["options"]),
            **{name: there[name] for name in ARRAYS},
            **{word: said[word] for word in WORDS},
            conditions=said.get("conditions") and tuple(said["conditions"]),
        )
    except errors.HomologError:
        raise
    except KeyError as error:
        raise _unreadable(path, f"it lacks {error}") from error
    except (TypeError, ValueError) as error:
        raise _unreadable(path, "its header does not say what is in it") from error
    _check_shapes(path, found)
    return found


def _measure(path: Path, name: str, options: dict[str, Any]) -> Measure:
    try:
        measure = measures.find(name)
        return measure.using(**options) if options else measure
    except errors.HomologError as error:
        why = f"its measure, {name!r} with options {options!r}, is not among those of homolog"
        raise _unreadable(path, why) from error


def _check_shapes(path: Path, found: Trajectory) -> None:
    n_points = found.score.size
    shapes = {
        **dict.fromkeys(("score", "value", "step"), (n_points,)),
        "data": (n_points, *found.target.shape),
    }
    for name, shape in shapes.items():
        if getattr(found, name).shape != shape:
            why = f"{name} has shape {getattr(found, name).shape}, not {shape}"
            raise _unreadable(path, why)
    if found.conditions is not None and len(found.conditions) != len(found.target):
        why = f"{len(found.conditions)} names of {len(found.target)} conditions"
        raise _unreadable(path, why)
    if n_points == 0 or found.target.ndim not in (2, 3):
        why = f"{n_points} points towards a target of shape {found.target.shape}"
        raise _unreadable(path, why)


def _unreadable(path: Path, why: str) -> errors.HomologError:
    return errors.unreadable(path, "a trajectory", why, "Give a file that Trajectory.save wrote.")


def _npz(path: str | PathLike[str]) -> Path:
    path = Path(path)
    if path.suffix != ".npz":
        raise errors.unknown_format(path.name, path.suffix, [".npz"])
    return path


def _plain(value: Any) -> Any:
    """A setting as JSON can hold it."""
    return np.asarray(value).tolist() if isinstance(value, np.ndarray | np.generic) else value

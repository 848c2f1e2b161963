"""Tasks that networks learn. The folder is the registry: one file, one task, found by its name.

There are two kinds: stimuli with classes, which `load` reads, and tasks in time, whose settings
`find` gives and which draw trials for ever.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from homolog import errors
from homolog.tasks._classification import Classification
from homolog.tasks._environment import EnvironmentTask, from_environment
from homolog.tasks._temporal import TemporalTask
from homolog.tasks._trials import Trials

__all__ = [
    "Classification",
    "EnvironmentTask",
    "TemporalTask",
    "Trials",
    "find",
    "from_environment",
    "load",
    "names",
]

Kind = Literal["classification", "temporal"]


@cache
def names(kind: Kind = "classification") -> tuple[str, ...]:
    """Names of all tasks of a kind, in alphabetical order.

    Parameters
    ----------
    kind
        ``"classification"``: stimuli with classes, which `load` reads; ``"temporal"``: tasks in
        time, which `find` finds.

    Raises
    ------
    HomologError
        HM025 for another kind.
    """
    if kind not in ("classification", "temporal"):
        raise errors.bad_value("kind", kind, '"classification" or "temporal"')
    stems = sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))
    return tuple(stem for stem in stems if hasattr(_module(stem), "TASK") == (kind == "temporal"))


def load(
    name: str, folder: str | PathLike[str] | None = None, *, download: bool = False
) -> Classification:
    """Read a task: stimuli with their classes, for training and for testing.

    Parameters
    ----------
    name
        One of `names`. Case, spaces and hyphens do not matter. ``"digits"`` comes with
        scikit-learn and needs no files; ``"cifar10_jpeg"`` is a lossy copy of CIFAR-10.
    folder
        Folder of the files, or of a folder with the task's name that holds them; by default
        the one named by the environment variable HOMOLOG_DATA.
    download
        Fetch files that are not there from their official address, into a folder with the
        task's name in `folder`. Nothing is ever fetched without being asked for.

    Returns
    -------
    task
        Stimuli scaled as is usual for the task, with labels.

    Raises
    ------
    HomologError
        HM023 for a task that does not exist, HM032 when its files are not there, HM021 for a
        file that is damaged or holds something else than was published, HM013 when a package
        that reads or fetches it is not installed, HM034 when a file cannot be written.

    Notes
    -----
    The content of the files is compared with what was published (SHA-256 of it, uncompressed).
    Nothing is kept on disk beside what `download` fetched.

    Examples
    --------
    >>> from homolog import tasks
    >>> task = tasks.load("digits")
    >>> task.train.shape, task.test.shape, len(task.classes)
    ((1500, 64), (297, 64), 10)
    """
    task: Classification = _known(name, "classification").load(folder, download=download)
    return task


def find(name: str) -> Any:
    """The class of a task in time; its arguments are the task's settings.

    Parameters
    ----------
    name
        One of ``names("temporal")``. Case, spaces and hyphens do not matter.

    Raises
    ------
    HomologError
        HM023 for a task that does not exist, HM025 if it is no text.

    Examples
    --------
    >>> from homolog import tasks
    >>> task = tasks.find("context-integration")(n_steps=20)
    >>> task.draw(rng=0)
    <Trials: trial 8 × time 20, 6 inputs, 2 outputs, labels context, stream_1, stream_2>
    """
    return _known(name, "temporal").TASK


def _known(name: str, kind: Kind) -> ModuleType:
    """The file of a task of this kind; HM023 with what there is if it has none."""
    known = names(kind)
    if not isinstance(name, str):
        asked = "names()" if kind == "classification" else 'names("temporal")'
        raise errors.bad_value("task", name, f"a name, one of homolog.tasks.{asked}")
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    if key not in known:
        near = get_close_matches(key, known, n=3, cutoff=0.4)
        raise errors.unknown_name("task", name, near, _told(key, kind))
    return _module(key)


def _told(key: str, kind: Kind) -> str:
    """Where a task that was not found is, if it is of the other kind; else all of this kind."""
    if kind == "classification" and key in names("temporal"):
        return f"It is a task in time: homolog.tasks.find({key!r})."
    if kind == "temporal" and key in names():
        return f"It has stimuli with classes: homolog.tasks.load({key!r})."
    return f"All: {', '.join(names(kind))}."


def _module(stem: str) -> ModuleType:
    return import_module(f"homolog.tasks.{stem}")

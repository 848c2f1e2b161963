"""Tasks that networks learn. The folder is the registry: one file, one task, found by its name."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from os import PathLike
from pathlib import Path

from homolog import errors
from homolog.tasks._classification import Classification

__all__ = ["Classification", "load", "names"]


@cache
def names() -> tuple[str, ...]:
    """Names of all tasks, in alphabetical order."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return tuple(sorted(file.stem for file in files))


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
    if not isinstance(name, str):
        raise errors.bad_value("task", name, "a name, one of homolog.tasks.names()")
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    if key not in names():
        near = get_close_matches(key, names(), n=3, cutoff=0.4)
        raise errors.unknown_name("task", name, near, f"All: {', '.join(names())}.")
    task: Classification = import_module(f"homolog.tasks.{key}").load(folder, download=download)
    return task

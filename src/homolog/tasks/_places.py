"""Where the files of a task are, and what is in them."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from os import PathLike
from pathlib import Path

from homolog import errors

ANEW = "Download it anew."

Folder = str | PathLike[str] | None


@dataclass(frozen=True)
class Published:
    """The files of a task as they were published.

    Attributes
    ----------
    task
        Name of the task.
    content
        SHA-256 of the content of each file, uncompressed; empty where it is not known.
    inside
        Folder in which the published archive keeps them, if any.
    """

    task: str
    content: dict[str, str]
    inside: str = ""


def looked_in(published: Published, folder: Folder) -> list[Path]:
    """Folders in which files of a task may be, the likeliest first."""
    root = folder if folder is not None else os.environ.get("HOMOLOG_DATA")
    if root is None:
        return []
    places = [Path(root) / published.task, Path(root)]
    return [*places, *(place / published.inside for place in places if published.inside)]


def find(published: Published, folder: Folder) -> dict[str, Path] | None:
    """The files of a task by name, with or without ``.gz``; None if no folder has all."""
    for place in looked_in(published, folder):
        files = {name: stored(place, name) for name in published.content}
        there = {name: file for name, file in files.items() if file is not None}
        if len(there) == len(files):
            return there
    return None


def files(published: Published, folder: Folder, *, download: bool) -> dict[str, Path]:
    """The files of a task by name.

    Raises
    ------
    HomologError
        HM032 when they are not there.
    """
    found = find(published, folder)
    if found is None:
        raise errors.task_absent(
            published.task, lacking(published, folder), looked_in(published, folder), True
        )
    return found


def lacking(published: Published, folder: Folder) -> list[str]:
    """The files that are missing in the folder that has most of them."""
    missing = [
        [name for name in published.content if stored(place, name) is None]
        for place in looked_in(published, folder)
    ]
    return min(missing, key=len, default=list(published.content))


def stored(folder: Path, name: str) -> Path | None:
    """A file under its name or compressed, if it is in the folder."""
    places = (folder / one for one in (name, f"{name}.gz"))
    return next((place for place in places if place.is_file()), None)


def content(file: Path, most: int = -1) -> bytes:
    """What a file holds, uncompressed; only its first bytes if `most` says how many.

    Raises
    ------
    HomologError
        HM021 when it cannot be read.
    """
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            return stream.read(most)
    except (OSError, EOFError, zlib.error) as error:
        form = "gzip" if file.suffix == ".gz" else "a file"
        raise errors.unreadable(file, form, str(error), ANEW) from error


def digest(parts: Iterable[bytes | memoryview]) -> str:
    """SHA-256 of one content after another."""
    hashed = sha256()
    for part in parts:
        hashed.update(part)
    return hashed.hexdigest()


def refuse_others(
    published: Published, file: Path, found: bytes, others: Sequence[Published] = ()
) -> None:
    """Raise HM021 unless a file of a task holds what was published under its name."""
    name = file.name.removesuffix(".gz")
    got, official = digest([found]), published.content[name]
    if got == official:
        return
    known = [
        f"{other} of {one.task}"
        for one in (published, *others)
        for other, known in one.content.items()
        if known == got
    ]
    raise errors.other_content(file, published.task, got, official, "".join(known))

"""Where the files of a task are, and whether they hold what was published."""

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
DAMAGED = (OSError, EOFError, zlib.error)

Folder = str | PathLike[str] | None


@dataclass(frozen=True)
class Published:
    """The files of a task as they were published.

    Attributes
    ----------
    task
        Name of the task.
    content
        SHA-256 of the content of each file, uncompressed.
    mirrors
        Addresses of the folders on the web that hold them, the first to be tried first; none
        where they cannot be downloaded.
    archive
        The tar file in which they are published; empty where each stands alone.
    inside
        Folder in which the archive keeps them.
    """

    task: str
    content: dict[str, str]
    mirrors: tuple[str, ...] = ()
    archive: str = ""
    inside: str = ""


def root_of(folder: Folder) -> Path | None:
    """The folder given, or that of HOMOLOG_DATA."""
    root = folder or os.environ.get("HOMOLOG_DATA")
    return Path(root) if root else None


def looked_in(published: Published, folder: Folder) -> list[Path]:
    """Folders in which the files of a task may be, the likeliest first."""
    root = root_of(folder)
    if root is None:
        return []
    places = [root / published.task, root]
    return [*places, *(place / published.inside for place in places if published.inside)]


def files(published: Published, folder: Folder, *, download: bool) -> dict[str, Path]:
    """The files of a task by name, all from one folder, with or without ``.gz``.

    Raises
    ------
    HomologError
        HM032 when they are not there, HM048 when they could not be downloaded.
    """
    found = _whole(published, folder)
    if found is None and download and published.mirrors:
        found = _downloaded(published, folder)
    if found is None:
        raise errors.task_absent(
            published.task,
            _lacking(published, folder),
            looked_in(published, folder),
            bool(published.mirrors),
        )
    return found


def stored(folder: Path, name: str) -> Path | None:
    """A file under its name or compressed, if it is in the folder."""
    places = (folder / one for one in (name, f"{name}.gz"))
    return next((place for place in places if place.is_file()), None)


def uncompressed(file: Path, most: int = -1) -> bytes:
    """What a file holds, or its first bytes if `most` says how many; may raise `DAMAGED`."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
        return stream.read(most)


def content(file: Path, most: int = -1) -> bytes:
    """What a file holds, or its first bytes, or HM021 if it is damaged."""
    try:
        return uncompressed(file, most)
    except DAMAGED as error:
        form = "gzip" if file.suffix == ".gz" else "a file"
        raise errors.unreadable(file, form, str(error), ANEW) from error


def digest(parts: Iterable[bytes]) -> str:
    """SHA-256 of one content after another."""
    hashed = sha256()
    for part in parts:
        hashed.update(part)
    return hashed.hexdigest()


def refuse_others(
    published: Published, name: str, file: Path, got: str, known: Sequence[Published] = ()
) -> None:
    """Raise HM021 unless the content of a file has the SHA-256 of what was published.

    The message says what it is instead if it is another file of the tasks in `known`.
    """
    if got == published.content[name]:
        return
    others = (
        f"{other} of {one.task}"
        for one in known
        for other, sha256_of_other in one.content.items()
        if sha256_of_other == got
    )
    raise errors.other_content(file, published.task, got, published.content[name], next(others, ""))


def _whole(published: Published, folder: Folder) -> dict[str, Path] | None:
    for place in looked_in(published, folder):
        found = {name: stored(place, name) for name in published.content}
        there = {name: file for name, file in found.items() if file is not None}
        if len(there) == len(found):
            return there
    return None


def _downloaded(published: Published, folder: Folder) -> dict[str, Path] | None:
    from homolog.tasks._download import fetch

    root = root_of(folder)
    if root is not None:
        fetch(published, root / published.task)
    return _whole(published, folder)


def _lacking(published: Published, folder: Folder) -> list[str]:
    """The files that are missing in the folder that has most of them."""
    missing = [
        [name for name in published.content if stored(place, name) is None]
        for place in looked_in(published, folder)
    ]
    return min(missing, key=len, default=list(published.content))

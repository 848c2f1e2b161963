"""A file is written beside its place and then moved there, whole or not at all."""

import os
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from homolog import errors


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Give a path to write to, which takes the place of `path` if all went well.

    Its folder is made if it is not there.

    Raises
    ------
    HomologError
        HM034 when it cannot be written. What stood at `path` is then untouched.
    """
    temporary = path.with_name(f".{uuid4().hex}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise errors.unwritable(path, error.strerror or str(error)) from error
    finally:
        if temporary.exists():
            temporary.unlink()


def refuse_unwritable(folder: Path) -> None:
    """Raise HM034 if `folder` could not be written to, before any work is done for it."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir():
        raise errors.unwritable(folder, f"{there} is a file, not a folder")
    if not os.access(there, os.W_OK):
        raise errors.unwritable(folder, f"no permission to write to {there}")


def refuse_others(folder: Path, own: Collection[str], left_by: str) -> None:
    """HM046 for a folder with files that no work of this kind left there."""
    there = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    others = [name for name in there if name not in own]
    if others:
        raise errors.folder_of_others(folder, others[:3], left_by)


@contextmanager
def staged(folder: Path) -> Generator[Path]:
    """Give a folder whose files move into `folder` once all of them are written.

    Whoever interrupts the writing leaves the files of an earlier run as they were.
    """
    refuse_unwritable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
        temporary = Path(name)
        yield temporary
        for file in sorted(one for one in temporary.rglob("*") if one.is_file()):
            place = folder / file.relative_to(temporary)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file so that nobody ever reads half of it."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path

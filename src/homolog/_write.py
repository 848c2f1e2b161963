"""A file is written beside its place and then moved there, whole or not at all."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
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


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file so that nobody ever reads half of it."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path

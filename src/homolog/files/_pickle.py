"""Files that could run code when opened: told apart and named, never opened."""

from __future__ import annotations

import contextlib
import pickletools
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from homolog import errors

SUFFIXES = (".pt", ".pth", ".pkl", ".pickle", ".joblib")

# What every such file refers to: it says nothing about whose class is inside.
PLUMBING = ("collections", "torch", "numpy", "joblib", "_codecs", "copyreg", "copy_reg")


def refuse(path: Path) -> None:
    """Raise HM014 with the class that the pickle in the file would make."""
    if path.suffix.lower() not in SUFFIXES:
        return
    tensors = path.suffix.lower() in (".pt", ".pth")
    remedy = (
        "Save the responses instead: numpy.savez(path, responses=x.detach().cpu().numpy())."
        if tensors
        else "Save the responses instead: numpy.savez(path, responses=x)."
    )
    raise errors.pickled(path.name, classes_named(_pickle_within(path)), remedy)


def _pickle_within(path: Path) -> bytes:
    """Return the pickle stream, which torch keeps inside a zip."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        inner = [name for name in archive.namelist() if name.endswith("data.pkl")]
        return archive.read(inner[0]) if inner else b""


def classes_named(content: bytes) -> str:
    """Name the class that the pickles in `content` would bring to life, without running them."""
    found: list[str] = []
    stream = BytesIO(content)
    with contextlib.suppress(Exception):  # a damaged pickle is refused like a whole one
        while stream.tell() < len(content):  # torch once wrote several, one after the other
            for one in _imported(stream):
                found.append(one)
    telling = [one for one in found if one.partition(".")[0] not in PLUMBING]
    if telling:
        return f"class {telling[0].rpartition('.')[2]}"
    return "no class but those of libraries" if found else "no class by name"


def _imported(stream: BytesIO) -> Iterator[str]:
    """Yield the full names that one pickle imports, following its memo of words."""
    memo: dict[Any, str] = {}
    words: list[str] = []
    last = ""
    for code, argument, _ in pickletools.genops(stream):
        if code.name == "GLOBAL":
            yield str(argument).replace(" ", ".")
        elif code.name == "STACK_GLOBAL":
            yield ".".join(words[-2:])
        elif code.name == "MEMOIZE":
            memo[len(memo)] = last
        elif code.name.endswith("PUT"):
            memo[argument] = last
        else:
            known = memo.get(argument, "") if code.name.endswith("GET") else argument
            last = known if isinstance(known, str) else ""
            words += [last] if last else []

"""Files that could run code when opened: told apart and named, never opened."""

from __future__ import annotations

import contextlib
import pickletools
import zipfile
from pathlib import Path

from homolog import errors

SUFFIXES = (".pt", ".pth", ".pkl", ".pickle", ".joblib")

# What every such file refers to: it says nothing about whose class is inside.
PLUMBING = ("collections", "torch", "numpy", "joblib", "_codecs", "copyreg")


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


def classes_named(stream: bytes) -> str:
    """Name the classes that a pickle would import, without running it."""
    found: list[str] = []
    words: list[str] = []
    with contextlib.suppress(Exception):  # a damaged pickle is refused like a whole one
        for code, argument, _ in pickletools.genops(stream):
            if code.name == "GLOBAL":
                found.append(str(argument).replace(" ", "."))
            elif code.name == "STACK_GLOBAL" and len(words) >= 2:
                found.append(".".join(words[-2:]))
            elif isinstance(argument, str):
                words.append(argument)
    telling = [one for one in found if one.partition(".")[0] not in PLUMBING]
    if telling:
        return f"class {telling[0].rpartition('.')[2]}"
    return "no class but those of libraries" if found else "no class by name"

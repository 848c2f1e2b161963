"""What the numbers of a folder are of: run.toml, which also marks the folder as a study's own."""

from __future__ import annotations

import json
import platform
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from homolog import __version__, errors
from homolog._write import write_whole
from homolog.studies._study import Sources, Study

FULL, QUICK = "full", "quick: its verdicts are not evidence"

FILE = "run.toml"

_PACKAGES = ("numpy", "scipy", "numba", "POT", "torch")


@dataclass(frozen=True)
class Record:
    """What one must know to get the same numbers again.

    Attributes
    ----------
    study, quick, seed, command
        What was asked for; the command is empty where Python asked.
    sources
        Where images and recordings are.
    inputs
        For each part that reads files, the digest of what it read.
    """

    study: str
    quick: bool
    seed: int
    command: str
    sources: Sources
    inputs: Mapping[str, str]

    @property
    def facts(self) -> dict[str, str]:
        """Each fact under its name, for a person to read."""
        given = {
            "images": self.sources.images,
            "recordings": self.sources.recordings,
            "trained": self.sources.trained,
        }
        return {
            "study": self.study,
            "size": QUICK if self.quick else FULL,
            "seed": str(self.seed),
            **({"command": self.command} if self.command else {}),
            "date": datetime.now(UTC).date().isoformat(),
            **{name: str(folder) for name, folder in given.items() if folder},
            **{f"files read by {part} (blake2b)": one for part, one in self.inputs.items()},
            "versions": ", ".join(f"{name} {one}" for name, one in _versions().items()),
        }

    def write(self, folder: Path) -> None:
        """Write ``run.toml``, before any work: an interrupted study knows its folder again."""
        # JSON writes strings as TOML does but for DEL.
        lines = [
            f"{json.dumps(name)} = {json.dumps(fact, ensure_ascii=False)}"
            for name, fact in self.facts.items()
        ]
        write_whole(folder / FILE, "\n".join([*lines, ""]).replace("\x7f", "\\u007f").encode())


def refuse_files_of_others(study: Study, folder: Path) -> None:
    """Refuse to write over files that no run of this study left.

    Raises
    ------
    HomologError
        HM034 with their names.
    """
    if _study_of(folder) == study.name:
        return
    names = [
        *(f"{part.name}.{form}" for part in study.parts for form in ("csv", "png", "svg")),
        *("claims.csv", "index.html", "tables.md", "rows", FILE),
    ]
    there = [name for name in names if (folder / name).exists()]
    if there:
        shown = ", ".join(there[:3]) + (" and more" if len(there) > 3 else "")
        why = f"it holds {shown}, which no run of this study left there; give another folder"
        raise errors.unwritable(folder, why)


def _study_of(folder: Path) -> str | None:
    try:
        return tomllib.loads((folder / FILE).read_text(encoding="utf-8")).get("study")
    except (OSError, ValueError):
        return None


def _versions() -> dict[str, str]:
    found = {"homolog": __version__, "Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found

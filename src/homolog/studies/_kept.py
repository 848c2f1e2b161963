"""Rows of finished tasks, kept with all that they depend on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from homolog import __version__
from homolog._write import write_whole
from homolog.studies._study import Options, Part, Row, Sources

DAMAGED = "damaged"

_CHANGED = {
    "options": "other sizes",
    "seed": "another seed",
    "inputs": "other images or recordings",
    "homolog": "another version of homolog",
}


@dataclass(frozen=True)
class Job:
    """A task, all that its rows depend on, and where they are kept."""

    part: Part
    task: str
    options: Options
    seed: int
    inputs: str
    sources: Sources
    folder: Path

    @property
    def file(self) -> Path:
        """Where its rows are kept."""
        return self.folder / "rows" / self.part.name / f"{self.task}.json"

    @property
    def asked(self) -> dict[str, object]:
        """What makes rows that were kept the right ones."""
        return {
            "options": dict(self.options),
            "seed": self.seed,
            "inputs": self.inputs,
            "homolog": __version__,
        }


def keep(job: Job, rows: list[Row]) -> None:
    """Write the rows of a finished job, whole or not at all."""
    kept = {"asked": job.asked, "blake2b": _digest(rows), "rows": rows}
    write_whole(job.file, json.dumps(kept, indent=1, allow_nan=False).encode())


def kept(job: Job) -> tuple[list[Row] | None, str]:
    """The rows of an earlier run if it asked for the same; else None and why not.

    Why is empty for a task that was never done, `DAMAGED` for a file that is not as it was
    written, and otherwise what the earlier run asked for.
    """
    if not job.file.is_file():
        return None, ""
    try:
        found = json.loads(job.file.read_bytes())
        asked, digest, rows = found["asked"], found["blake2b"], found["rows"]
        whole = digest == _digest(rows)
    except (ValueError, KeyError, TypeError):
        return None, DAMAGED
    if not whole or not isinstance(asked, dict):
        return None, DAMAGED
    now = json.loads(json.dumps(job.asked))
    changed = [what for key, what in _CHANGED.items() if asked.get(key) != now[key]]
    return (None, " and ".join(changed)) if changed else (rows, "")


def _digest(rows: object) -> str:
    return blake2b(json.dumps(rows, allow_nan=False).encode(), digest_size=16).hexdigest()

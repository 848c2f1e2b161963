"""What a training leaves in its folder, so that it can be killed at any moment and go on.

Every replica has a folder of its own, ``replica-3/``, with its weights after the last epoch and
a line of history for each epoch. The line is written first. Whoever is killed between the two
leaves a line too many, so the weights tell how far the training came, and lines beyond that are
dropped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import errors
from homolog._write import write_whole

if TYPE_CHECKING:
    from homolog.networks import LayeredNetwork

NETWORK, HISTORY = "network.safetensors", "history.jsonl"

Line = dict[str, Any]
"""One epoch of one replica: numbers by name."""


def place(folder: Path, number: int) -> Path:
    """Where a replica is kept."""
    return folder / f"replica-{number}"


def made(folder: Path) -> Path:
    """A folder, made where there was none; HM034 if it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.unwritable(folder, error.strerror or str(error)) from error
    return folder


def keep(folder: Path, number: int, network: LayeredNetwork, line: Line) -> None:
    """Write an epoch of one replica: its line, then its weights."""
    where = made(place(folder, number))
    try:
        with (where / HISTORY).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, allow_nan=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise errors.unwritable(where / HISTORY, error.strerror or str(error)) from error
    network.save(where / NETWORK)


def kept(folder: Path, number: int) -> tuple[LayeredNetwork, list[Line]] | None:
    """A replica with its history, as far as its weights were written; None if it never was.

    What an interruption left over is cleared away.

    Raises
    ------
    HomologError
        HM021 if the history lacks an epoch that the weights have seen.
    """
    from homolog import rules

    where = place(folder, number)
    for torn in where.glob(f".*{Path(NETWORK).suffix}"):
        torn.unlink()
    network = rules.load(where / NETWORK) if (where / NETWORK).exists() else None
    n_epochs = network.epochs if network else 0
    lines = list(whole_lines(where / HISTORY))
    if [line["epoch"] for line in lines[:n_epochs]] != list(range(1, n_epochs + 1)):
        why = f"it does not hold epochs 1 to {n_epochs}, which {NETWORK} has seen"
        raise errors.unreadable(where / HISTORY, "history", why, "Train anew in another folder.")
    if (where / HISTORY).exists():
        _write(where / HISTORY, lines[:n_epochs])
    return (network, lines[:n_epochs]) if network else None


def whole_lines(history: Path) -> Iterable[Line]:
    """Lines up to the first that was not written to its end, or is none of ours."""
    if not history.exists():
        return
    for line in history.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        if not line.endswith("\n"):
            return
        try:
            found = json.loads(line)
        except ValueError:
            return
        if not isinstance(found, dict) or "epoch" not in found:
            return
        yield found


def _write(history: Path, lines: Iterable[Line]) -> None:
    write_whole(history, "".join(json.dumps(line) + "\n" for line in lines).encode())

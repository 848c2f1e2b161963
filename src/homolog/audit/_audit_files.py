"""The folder of an audit: whose it is, what is finished, and the tables at the end.

``run.toml`` says what is audited and marks the folder as an audit's own. ``parts/`` holds a file
for each measure and seed, written whole as soon as it is done. Whoever is killed, at whatever
moment, leaves whole files, and the same call goes on from them.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from homolog import __version__, errors
from homolog._write import refuse_unwritable, write_whole
from homolog.audit._audit_parts import Part, Said

FILE, PARTS = "run.toml", "parts"

Facts = Mapping[str, Mapping[str, Any]]
"""What is audited and how: tables of run.toml."""

SETTINGS = ("variance", "goal", "folds", "variables")
"""What may not be otherwise than before; measures, seeds and guarantees have their own parts."""


def claim(folder: Path, facts: Facts) -> None:
    """Write run.toml where there is none; else it must be of the same audit.

    A folder in which another audit has finished nothing is taken over.

    Raises
    ------
    HomologError
        HM034 for a folder that cannot be written, HM046 for one with files of others, HM066
        for one of another audit.
    """
    refuse_unwritable(folder)
    path = folder / FILE
    for torn in (folder / PARTS).glob(".*.json"):  # of a run that was killed while it wrote
        torn.unlink(missing_ok=True)
    there = sorted(one.name for one in folder.glob("[!.]*")) if folder.exists() else []
    if path.exists():
        differing = _contrasted(_said(path), facts)
        if not differing:
            return
        if there != [FILE]:
            raise errors.other_audit(folder, differing)
    elif there:
        raise errors.folder_of_others(folder, there[:3], "audit")
    write_whole(path, toml(facts).encode())


def is_own(folder: Path) -> bool:
    """Whether an audit was kept or saved there."""
    try:
        _said(folder / FILE)
    except (OSError, errors.HomologError):
        return False
    return True


def _said(path: Path) -> dict[str, Any]:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise errors.unreadable(path, "TOML", str(error), "Give another folder.") from error
    if "audit" not in said or "recording" not in said:
        raise errors.folder_of_others(path.parent, [FILE], "audit")
    return said


def _contrasted(said: Mapping[str, Any], facts: Facts) -> list[str]:
    """What decides about the numbers of a part and was otherwise, in words."""
    now = tomllib.loads(toml(facts))
    both = {key: (_plain(said["audit"].get(key)), _plain(now["audit"][key])) for key in SETTINGS}
    other_axes = len(set(both["variance"])) > 1  # of the same recording, or not: who knows
    return [
        *([] if other_axes else _recordings_contrasted(said["recording"], now["recording"])),
        *(f"{key}: {was}, now {is_now}" for key, (was, is_now) in both.items() if was != is_now),
        *_labels_contrasted(said["audit"], now["audit"]),
    ]


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _recordings_contrasted(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    if before.get("blake2b") == now["blake2b"]:
        return []
    sizes = [f"{one.get('n_rows')} rows × {one.get('n_neurons')} neurons" for one in (before, now)]
    if sizes[0] == sizes[1]:
        return [f"recording: {before.get('name')}, now {now['name']} with other responses"]
    was, is_now = (
        f"{one.get('name')} ({size})" for one, size in zip((before, now), sizes, strict=True)
    )
    return [f"recording: {was}, now {is_now}"]


def _labels_contrasted(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Which of the variables that are the same by name have other labels."""
    were = dict(zip(before.get("variables", []), before.get("labels", []), strict=False))
    are = dict(zip(now["variables"], now["labels"], strict=True))
    other = [name for name in are if name in were and were[name] != are[name]]
    return [f"other labels of {', '.join(other)}"] if other else []


def toml(facts: Facts) -> str:
    """Tables of strings, numbers and lists, which JSON writes as TOML does but for DEL."""
    return "\n".join(_table(name, entries) for name, entries in facts.items())


def _table(name: str, entries: Mapping[str, Any]) -> str:
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
        for key, value in entries.items()
    ]
    return "\n".join([f"[{name}]", *lines, ""])


def keep(folder: Path, recording: str, part: Part, said: Said) -> None:
    """Write what came of a part, whole or not at all."""
    held = {"asked": _asked(part, recording), "blake2b": _digest(said), "said": said}
    write_whole(_place(folder, part), json.dumps(held, indent=1, allow_nan=False).encode())


def kept(folder: Path, recording: str, parts: Sequence[Part]) -> dict[str, Said]:
    """What came of the parts that are finished; of damaged ones and of others nothing."""
    found = {part.name: _kept(_place(folder, part), _asked(part, recording)) for part in parts}
    return {name: said for name, said in found.items() if said is not None}


def _kept(path: Path, asked: Said) -> Said | None:
    try:
        held = json.loads(path.read_bytes())
        whole = held["blake2b"] == _digest(held["said"]) and held["asked"] == asked
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return held["said"] if whole else None


def _asked(part: Part, recording: str) -> Said:
    """What makes a part that was kept the right one, as it is once written and read."""
    asked = {**part.about, "recording": recording, "homolog": __version__}
    return json.loads(json.dumps(asked))


def _place(folder: Path, part: Part) -> Path:
    return folder / PARTS / f"{part.name}.json"


def _digest(said: object) -> str:
    return blake2b(json.dumps(said, allow_nan=False).encode(), digest_size=16).hexdigest()

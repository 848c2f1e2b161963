"""Whose folder it is: run.toml says what is trained there, and a lock who is at it now."""

from __future__ import annotations

import json
import os
import platform
import tomllib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import __version__, errors
from homolog._write import refuse_unwritable, write_whole
from homolog.networks.layered import settings
from homolog.training._checkpoint import made

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule
    from homolog.training._plan import Plan

FILE, LOCK = "run.toml", ".lock"

Facts = Mapping[str, Any]
Unlike = Callable[[Facts], Mapping[str, tuple[object, object]]]
"""What a run.toml says otherwise than a training would: both values, by name."""


@contextmanager
def held(folder: Path, facts: Facts, unlike: Unlike) -> Generator[None]:
    """Keep a folder to this process, once it is known to be of this training.

    Parameters
    ----------
    folder
        Made where there was none.
    facts
        What decides about every number of the training, for a new run.toml.
    unlike
        What one that is there says otherwise.

    Raises
    ------
    HomologError
        HM034 for a folder that cannot be written, HM046 for one of another training, HM047
        while another process is training in it.
    """
    refuse_unwritable(folder)
    made(folder)
    _refuse_files_of_others(folder)
    lock = folder / LOCK
    _take(lock)
    try:
        _claim(folder, facts, unlike)
        yield
    finally:
        lock.unlink(missing_ok=True)


def _refuse_files_of_others(folder: Path) -> None:
    there = sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))
    if there and FILE not in there:
        raise errors.folder_of_others(folder, there[:3])


def _take(lock: Path) -> None:
    """Write who we are, unless a process that lives has done so."""
    me = {"process": os.getpid(), "began": _began(os.getpid())}
    while True:
        try:
            with lock.open("x", encoding="utf-8") as file:
                file.write(json.dumps(me))
            return
        except FileExistsError:
            holder = _holder(lock)
            if holder is not None:
                raise errors.in_use(lock.parent, holder) from None
            lock.unlink(missing_ok=True)
        except OSError as error:
            raise errors.unwritable(lock, error.strerror or str(error)) from error


def _holder(lock: Path) -> int | None:
    """The process that holds a folder, None if it has ended.

    Numbers of processes come round again; when a process began tells it from its namesakes.
    """
    try:
        said = json.loads(lock.read_text(encoding="utf-8"))
        process, began = said["process"], said["began"]
        return process if began is not None and _began(process) == began else None
    except (OSError, ValueError, TypeError, KeyError):  # Damaged, so that nobody holds it.
        return None


def _began(process: int) -> float | None:
    import psutil

    try:
        return psutil.Process(process).create_time()
    except psutil.Error:
        return None


def _claim(folder: Path, facts: Facts, unlike: Unlike) -> None:
    """Write run.toml where there is none; else it must say the same."""
    path = folder / FILE
    if not path.exists():
        write_whole(path, _toml({**facts, "versions": _versions()}).encode())
        return
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise errors.unreadable(path, "TOML", str(error), "Give another folder.") from error
    if found := unlike(said):
        raise errors.other_training(folder, found)


def of_rule(plan: Plan) -> tuple[Facts, Unlike]:
    """What `held` is told of a training by a rule."""
    asked = _facts(plan)

    def unlike(said: Facts) -> dict[str, tuple[object, object]]:
        return differing(said, plan.rule, asked)

    return {**asked, "settings": _written(plan.rule)}, unlike


def contrasted(said: Facts, asked: Facts) -> dict[str, tuple[object, object]]:
    """What a run.toml says otherwise than is asked for; versions may differ.

    Of another task the settings are not compared: they have nothing in common.
    """
    before, now = _flat(said), _read(asked)
    left_out = (
        ["versions."] if before.get("task") == now.get("task") else ["versions.", "settings."]
    )
    names = [name for name in {**before, **now} if not name.startswith(tuple(left_out))]
    return {
        name: (before.get(name), now.get(name))
        for name in names
        if before.get(name) != now.get(name)
    }


def differing(
    said: Mapping[str, Any], rule: LearningRule, asked: Mapping[str, Any]
) -> dict[str, tuple[object, object]]:
    """Settings of a rule, and what else is asked for, that run.toml says otherwise: both values.

    Of another rule the settings are not compared: they have nothing in common.
    """
    # A setting that the rule did not have then was, in effect, at its default.
    default = {"settings": settings(type(rule)())}
    before = {**_read(default), **_flat(said)}
    now = _read({**asked, "settings": settings(rule)})
    names = [name for name in {**before, **now} if name in now or name.startswith("settings.")]
    if before.get("rule") != now.get("rule"):
        names = [name for name in names if not name.startswith("settings.")]
    return {
        name: (before.get(name), now.get(name))
        for name in names
        if before.get(name) != now.get(name)
    }


def _facts(plan: Plan) -> dict[str, Any]:
    """What decides about every number of a training, apart from how long it goes on."""
    return {
        "rule": plan.rule.name,
        "task": plan.task.name,
        "content": plan.task.content,
        "sizes": list(plan.sizes),
        "batch": plan.batch,
        "rng": plan.rng,
    }


def _written(rule: LearningRule) -> dict[str, Any]:
    """Settings without those that are None by default: TOML has no word for it.

    What is not there is taken to be at its default when the file is read.
    """
    default = settings(type(rule)())
    there = settings(rule)
    return {
        name: value
        for name, value in there.items()
        if value is not None or default[name] is not None
    }


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("numpy", "torch")}
    return {"homolog": __version__, "python": platform.python_version(), **packages}


def _read(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they are when they have been written and read."""
    return _flat(tomllib.loads(_toml(facts)))


def _flat(facts: Mapping[str, Any], of: str = "") -> dict[str, Any]:
    """Entries of tables beside all others, as table.entry."""
    flat: dict[str, Any] = {}
    for name, fact in facts.items():
        flat |= _flat(fact, f"{of}{name}.") if isinstance(fact, dict) else {f"{of}{name}": fact}
    return flat


def _toml(facts: Mapping[str, Any]) -> str:
    """Facts as TOML: values first, then a table for each mapping."""
    tables = {name: fact for name, fact in facts.items() if isinstance(fact, Mapping)}
    lines = [f"{name} = {_value(fact)}" for name, fact in facts.items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = {_value(fact)}" for key, fact in table.items())]
    return "\n".join([*lines, ""])


def _value(fact: Any) -> str:
    """A value as TOML writes it; None and what TOML has no word for as text."""
    if isinstance(fact, list | tuple):
        return f"[{', '.join(map(_value, fact))}]"
    if isinstance(fact, bool | str):
        return json.dumps(fact)
    if isinstance(fact, int) or (isinstance(fact, float) and isfinite(fact)):
        return repr(fact)
    return json.dumps(str(fact))

"""The error itself, words for naming, and the refusals that any part may need."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any


class HomologError(ValueError):
    """An input that homolog refuses; `code` is stable, the text says the remedy.

    Parameters
    ----------
    code
        Stable identifier, for example ``"HM004"``; ``docs/errors.md`` explains it.
    text
        What is wrong, where, the value got and what to do about it.
    """

    __module__ = "homolog.errors"  # where a user finds it, and what a traceback shows

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code

    def __reduce__(self) -> tuple[type["HomologError"], tuple[str, str]]:
        """What another process needs to raise it again."""
        return type(self), (self.code, str(self).removeprefix(f"{self.code} "))


def some(items: Collection[object], most: int = 5) -> str:
    """Name the first few of many."""
    shown = ", ".join(map(repr, list(items)[:most]))
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"


def indices(where: Sequence[object], most: int = 5) -> str:
    shown = ", ".join(str(i) for i in list(where)[:most])
    return shown if len(where) <= most else f"{shown}, …"


def bad_value(what: str, got: object, allowed: str) -> HomologError:
    """HM025: an argument outside what is allowed."""
    return HomologError("HM025", f"{what} is {_shown(got)}; allowed: {allowed}.")


def _shown(got: Any, most: int = 5) -> str:
    """A value as it is written, of a long list the first few entries."""
    entries = got.tolist() if hasattr(got, "tolist") and hasattr(got, "shape") else got
    if not isinstance(entries, list | tuple) or len(entries) <= most + 1:
        return repr(got)
    return f"[{', '.join(map(repr, entries[:most]))}, …] ({len(entries)} entries)"


def unknown_name(kind: str, name: str, closest: Sequence[str], where: str) -> HomologError:
    """HM023: a name that does not exist, with the nearest that do: first those spelled like it."""
    closest = list(dict.fromkeys((*get_close_matches(name, closest), *closest)))
    near = f" Closest: {some(closest, 3)}." if closest else ""
    return HomologError("HM023", f"no {kind} '{name}'.{near} {where}")


def ambiguous_name(kind: str, name: str, meant: Mapping[str, str]) -> HomologError:
    """HM075: a name that others give to different things, with what each of them means."""
    which = "; ".join(f"'{theirs}' is {ours}" for theirs, ours in meant.items())
    return HomologError("HM075", f"'{name}' names more than one {kind}: {which}. Say which.")


def missing_extra(what: str, package: str, extra: str) -> HomologError:
    """HM013: an optional dependency is not installed."""
    return HomologError(
        "HM013",
        f'{what} needs {package}: pip install "homolog[{extra}]". Nothing else was changed.',
    )


def memory(what: str, need: int, arithmetic: str, free: int, remedy: str) -> HomologError:
    """HM009: an allocation that would not fit, refused before it is tried."""
    return HomologError(
        "HM009",
        f"{what} needs ≈{need / 1e9:,.0f} GB ({arithmetic}); {free / 1e9:,.0f} GB free. {remedy}",
    )

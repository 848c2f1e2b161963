"""Options of a measure: which there are, and how those that were changed are written."""

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np


@cache
def options_of(half: Callable[..., Any]) -> Mapping[str, Any]:
    """Keyword-only arguments of a function with their defaults."""
    parameters = inspect.signature(half).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}


def named_by(half: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that a function names."""
    return {key: options[key] for key in options_of(half)}


def changed_options(options: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Those that differ from their defaults, as they are written; nothing where none does."""
    changed = {key: value for key, value in options.items() if not same(value, defaults[key])}
    return ", ".join(f"{key}={_told(key, value)}" for key, value in changed.items())


def _told(option: str, value: Any) -> Any:
    if np.ndim(value) == 0:
        return value
    return f"{len(np.unique(value))} given" if option == "folds" else "given"


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same, entry by entry."""
    if isinstance(one, Mapping):
        given = dict(one)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        alike = hasattr(other, "keys") and given.keys() == other.keys()
        return alike and all(same(given[key], other[key]) for key in given)
    return one is other or bool(np.array_equal(one, other))

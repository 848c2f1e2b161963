"""Layers as they are given or read: one population or many, in memory or in files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import Any

from homolog import errors
from homolog.files import load
from homolog.files._choose import candidates
from homolog.files._formats import format_of
from homolog.files._load import arrays_in, located
from homolog.representation import Representation, represent


def layers_in(path: str | PathLike[str], **options: Any) -> dict[str, Representation]:
    """Read every population that a file holds, by the name of its array.

    Parameters
    ----------
    path
        A file as for `homolog.load`. Without ``"::name"`` each array of numbers with two or
        more axes is a layer, unless one is called responses.
    options
        Of `homolog.load`, for every layer.

    Raises
    ------
    HomologError
        What `homolog.load` raises.
    """
    file, inner = located(path)
    names = [] if inner else candidates(arrays_in(file, format_of(file)))
    if len(names) < 2 or "responses" in names:
        population = load(path, **options)
        return {population.called: population}
    return {name: load(f"{file}::{name}", **options) for name in names}


def named_layers(given: Any) -> dict[str, Representation]:
    """Layers by name, whatever they came as.

    Raises
    ------
    HomologError
        HM025 for none, or for two of one name; what `layers_in` and `represent` raise.
    """
    if isinstance(given, Mapping):
        found = [(str(name), _one(layer, str(name))) for name, layer in given.items()]
    elif isinstance(given, str | PathLike):
        found = list(layers_in(given).items())
    elif isinstance(given, list | tuple) and all(map(_is_population, given)):
        found = [pair for one in given for pair in named_layers(one).items()]
    else:
        layer = _one(given, "layer")
        found = [(layer.name, layer)]
    names = [name for name, _ in found]
    if not found or len(set(names)) < len(names):
        raise errors.bad_value("layers", names, "at least one, each with a name of its own")
    return dict(found)


def _is_population(one: object) -> bool:
    return isinstance(one, Representation | str | PathLike)


def _one(layer: Any, name: str) -> Representation:
    """One layer, which keeps a name of its own if it has one."""
    read = load(layer) if isinstance(layer, str | PathLike) else represent(layer)
    return read if read.name else replace(read, name=name)


def unique_names(files: Iterable[Mapping[str, Representation]]) -> dict[str, Representation]:
    """The layers of several files; those of one name are called after their files, too."""
    listed: Sequence[tuple[str, Representation]] = [pair for one in files for pair in one.items()]
    names = [name for name, _ in listed]
    return {layer.called if names.count(name) > 1 else name: layer for name, layer in listed}

"""Other weights, the same computation: moving a network along its task-preserving manifold."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.balancing._equilibrium import Equilibrium, equilibrium

__all__ = [
    "Equilibrium",
    "equilibrium",
]

_HOME = {
    "Equilibrium": "_equilibrium",
    "equilibrium": "_equilibrium",
}
"""The file of every public name, read when the name is first used."""


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"homolog.balancing.{_HOME[name]}"), name)
    raise AttributeError(f"module 'homolog.balancing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

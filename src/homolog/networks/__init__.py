"""Networks: frozen containers of weights, layered ones that learn and recurrent ones that run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.networks.activations import Activation
    from homolog.networks.layered import LayeredNetwork
    from homolog.networks.recurrent import RecurrentNetwork, Run, load_recurrent

__all__ = ["Activation", "LayeredNetwork", "RecurrentNetwork", "Run", "load_recurrent"]

_HOME = {
    "Activation": "activations",
    "LayeredNetwork": "layered",  # the only one that needs PyTorch
    "RecurrentNetwork": "recurrent",
    "Run": "recurrent",
    "load_recurrent": "recurrent",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"homolog.networks.{_HOME[name]}"), name)
    raise AttributeError(f"module 'homolog.networks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

"""Other weights, the same computation: moving a network along its task-preserving manifold."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.balancing._equilibrium import Equilibrium, equilibrium
    from homolog.balancing._flow import Flow, flow
    from homolog.balancing._sensitivity import Gains, gains, sensitivity, sensitivity_by_perturbation
    from homolog.balancing.costs import PowerLaw, costs_at, l1, l2, power_law, robustness
    from homolog.balancing.gradients import in_costs, neural_gradients, out_costs
    from homolog.balancing.transformation import transform, transform_weights

__all__ = [
    "Equilibrium",
    "Flow",
    "Gains",
    "PowerLaw",
    "costs_at",
    "equilibrium",
    "flow",
    "gains",
    "in_costs",
    "l1",
    "l2",
    "neural_gradients",
    "out_costs",
    "power_law",
    "robustness",
    "sensitivity",
    "sensitivity_by_perturbation",
    "transform",
    "transform_weights",
]

_HOME = {
    "Equilibrium": "_equilibrium",
    "Flow": "_flow",
    "Gains": "_sensitivity",
    "PowerLaw": "costs",
    "costs_at": "costs",
    "equilibrium": "_equilibrium",
    "flow": "_flow",
    "gains": "_sensitivity",
    "in_costs": "gradients",
    "l1": "costs",
    "l2": "costs",
    "neural_gradients": "gradients",
    "out_costs": "gradients",
    "power_law": "costs",
    "robustness": "costs",
    "sensitivity": "_sensitivity",
    "sensitivity_by_perturbation": "_sensitivity",
    "transform": "transformation",
    "transform_weights": "transformation",
}
"""The file of every public name, read when the name is first used."""


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"homolog.balancing.{_HOME[name]}"), name)
    raise AttributeError(f"module 'homolog.balancing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

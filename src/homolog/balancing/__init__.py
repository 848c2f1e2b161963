"""Other weights, the same computation: moving a network along its task-preserving manifold."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.balancing._equilibrium import Equilibrium, equilibrium
    from homolog.balancing._flow import Flow, flow
    from homolog.balancing._invariants import Difference, Invariants, invariants
    from homolog.balancing._neighbours import Synapses
    from homolog.balancing._sensitivity import (
        Gains,
        gains,
        sensitivity,
        sensitivity_by_perturbation,
    )
    from homolog.balancing._two_neurons import (
        Lowest,
        TwoNeurons,
        two_neuron_cost,
        two_neuron_flow,
        two_neuron_minimum,
        two_neurons,
    )
    from homolog.balancing.costs import PowerLaw, costs_at, l1, l2, power_law, robustness
    from homolog.balancing.gradients import in_costs, neural_gradients, out_costs
    from homolog.balancing.lax import LaxFlow, isospectral_flow, lax_flow
    from homolog.balancing.local_gradients import (
        firing_rate_gradient,
        max_gradient,
        power_law_gradient,
        product_gradient,
        reversed_gradient,
    )
    from homolog.balancing.transformation import transform, transform_weights

__all__ = [
    "Difference",
    "Equilibrium",
    "Flow",
    "Gains",
    "Invariants",
    "LaxFlow",
    "Lowest",
    "PowerLaw",
    "Synapses",
    "TwoNeurons",
    "costs_at",
    "equilibrium",
    "firing_rate_gradient",
    "flow",
    "gains",
    "in_costs",
    "invariants",
    "isospectral_flow",
    "l1",
    "l2",
    "lax_flow",
    "max_gradient",
    "neural_gradients",
    "out_costs",
    "power_law",
    "power_law_gradient",
    "product_gradient",
    "reversed_gradient",
    "robustness",
    "sensitivity",
    "sensitivity_by_perturbation",
    "transform",
    "transform_weights",
    "two_neuron_cost",
    "two_neuron_flow",
    "two_neuron_minimum",
    "two_neurons",
]

_HOME = {
    "Difference": "_invariants",
    "Equilibrium": "_equilibrium",
    "Flow": "_flow",
    "Gains": "_sensitivity",
    "Invariants": "_invariants",
    "LaxFlow": "lax",
    "Lowest": "_two_neurons",
    "PowerLaw": "costs",
    "Synapses": "_neighbours",
    "TwoNeurons": "_two_neurons",
    "costs_at": "costs",
    "equilibrium": "_equilibrium",
    "firing_rate_gradient": "local_gradients",
    "flow": "_flow",
    "gains": "_sensitivity",
    "in_costs": "gradients",
    "invariants": "_invariants",
    "isospectral_flow": "lax",
    "l1": "costs",
    "l2": "costs",
    "lax_flow": "lax",
    "max_gradient": "local_gradients",
    "neural_gradients": "gradients",
    "out_costs": "gradients",
    "power_law": "costs",
    "power_law_gradient": "local_gradients",
    "product_gradient": "local_gradients",
    "reversed_gradient": "local_gradients",
    "robustness": "costs",
    "sensitivity": "_sensitivity",
    "sensitivity_by_perturbation": "_sensitivity",
    "transform": "transformation",
    "transform_weights": "transformation",
    "two_neuron_cost": "_two_neurons",
    "two_neuron_flow": "_two_neurons",
    "two_neuron_minimum": "_two_neurons",
    "two_neurons": "_two_neurons",
}
"""The file of every public name, read when the name is first used."""


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"homolog.balancing.{_HOME[name]}"), name)
    raise AttributeError(f"module 'homolog.balancing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

"""Other weights, the same computation: moving a network along its task-preserving manifold."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.balancing._activity import Activity
    from homolog.balancing._augmented import ground_costs
    from homolog.balancing._balance import balance
    from homolog.balancing._balanced import Balanced, NeuronCosts
    from homolog.balancing._bounds import Bounds, bounds, reciprocal_means
    from homolog.balancing._certificate import Certificate, certificate
    from homolog.balancing._equal_input import EqualCosts, equal_input, equal_output
    from homolog.balancing._equilibrium import Equilibrium, equilibrium
    from homolog.balancing._flow import Flow, flow
    from homolog.balancing._gauges import power_matched
    from homolog.balancing._invariants import Difference, Invariants, invariants
    from homolog.balancing._modules import ModuleBalanced, balance_module
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
    from homolog.balancing.diffusion import (
        Diffusion,
        asymptotic_rate,
        heat_kernel,
        hessian,
        laplacian,
        quadratic_equilibrium,
    )
    from homolog.balancing.fixed_points import (
        Symmetrization,
        departure_from_normal,
        rank_one_equilibrium,
        symmetrizing_scales,
    )
    from homolog.balancing.gradients import in_costs, neural_gradients, out_costs
    from homolog.balancing.lax import LaxFlow, isospectral_flow, lax_flow
    from homolog.balancing.local_gradients import (
        firing_rate_gradient,
        max_gradient,
        power_law_gradient,
        product_gradient,
        reversed_gradient,
    )
    from homolog.balancing.max_balancing import max_balance
    from homolog.balancing.perturbation import Response, resistance_distance, response
    from homolog.balancing.product import product_balance
    from homolog.balancing.ring import RingEquilibrium, ring_costs, ring_equilibrium
    from homolog.balancing.transformation import transform, transform_weights

__all__ = [
    "Activity",
    "Balanced",
    "Bounds",
    "Certificate",
    "Difference",
    "Diffusion",
    "EqualCosts",
    "Equilibrium",
    "Flow",
    "Gains",
    "Invariants",
    "LaxFlow",
    "Lowest",
    "ModuleBalanced",
    "NeuronCosts",
    "PowerLaw",
    "Response",
    "RingEquilibrium",
    "Symmetrization",
    "Synapses",
    "TwoNeurons",
    "asymptotic_rate",
    "balance",
    "balance_module",
    "bounds",
    "certificate",
    "costs_at",
    "departure_from_normal",
    "equal_input",
    "equal_output",
    "equilibrium",
    "firing_rate_gradient",
    "flow",
    "gains",
    "ground_costs",
    "heat_kernel",
    "hessian",
    "in_costs",
    "invariants",
    "isospectral_flow",
    "l1",
    "l2",
    "laplacian",
    "lax_flow",
    "max_balance",
    "max_gradient",
    "neural_gradients",
    "out_costs",
    "power_law",
    "power_law_gradient",
    "power_matched",
    "product_balance",
    "product_gradient",
    "quadratic_equilibrium",
    "rank_one_equilibrium",
    "reciprocal_means",
    "resistance_distance",
    "response",
    "reversed_gradient",
    "ring_costs",
    "ring_equilibrium",
    "robustness",
    "sensitivity",
    "sensitivity_by_perturbation",
    "symmetrizing_scales",
    "transform",
    "transform_weights",
    "two_neuron_cost",
    "two_neuron_flow",
    "two_neuron_minimum",
    "two_neurons",
]

_HOME = {
    "Activity": "_activity",
    "Balanced": "_balanced",
    "Bounds": "_bounds",
    "Certificate": "_certificate",
    "Difference": "_invariants",
    "Diffusion": "diffusion",
    "EqualCosts": "_equal_input",
    "Equilibrium": "_equilibrium",
    "Flow": "_flow",
    "Gains": "_sensitivity",
    "Invariants": "_invariants",
    "LaxFlow": "lax",
    "Lowest": "_two_neurons",
    "ModuleBalanced": "_modules",
    "NeuronCosts": "_balanced",
    "PowerLaw": "costs",
    "Response": "perturbation",
    "RingEquilibrium": "ring",
    "Symmetrization": "fixed_points",
    "Synapses": "_neighbours",
    "TwoNeurons": "_two_neurons",
    "asymptotic_rate": "diffusion",
    "balance": "_balance",
    "balance_module": "_modules",
    "bounds": "_bounds",
    "certificate": "_certificate",
    "costs_at": "costs",
    "departure_from_normal": "fixed_points",
    "equal_input": "_equal_input",
    "equal_output": "_equal_input",
    "equilibrium": "_equilibrium",
    "firing_rate_gradient": "local_gradients",
    "flow": "_flow",
    "gains": "_sensitivity",
    "ground_costs": "_augmented",
    "heat_kernel": "diffusion",
    "hessian": "diffusion",
    "in_costs": "gradients",
    "invariants": "_invariants",
    "isospectral_flow": "lax",
    "l1": "costs",
    "l2": "costs",
    "laplacian": "diffusion",
    "lax_flow": "lax",
    "max_balance": "max_balancing",
    "max_gradient": "local_gradients",
    "neural_gradients": "gradients",
    "out_costs": "gradients",
    "power_law": "costs",
    "power_law_gradient": "local_gradients",
    "power_matched": "_gauges",
    "product_balance": "product",
    "product_gradient": "local_gradients",
    "quadratic_equilibrium": "diffusion",
    "rank_one_equilibrium": "fixed_points",
    "reciprocal_means": "_bounds",
    "resistance_distance": "perturbation",
    "response": "perturbation",
    "reversed_gradient": "local_gradients",
    "ring_costs": "ring",
    "ring_equilibrium": "ring",
    "robustness": "costs",
    "sensitivity": "_sensitivity",
    "sensitivity_by_perturbation": "_sensitivity",
    "symmetrizing_scales": "fixed_points",
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

"""The steps of a module, as PyTorch's symbolic tracing finds them."""

from __future__ import annotations

from typing import Any

from torch import fx, nn

from homolog import errors
from homolog.balancing._modules._homogeneity import attribute
from homolog.balancing._modules._layers import is_layer, synapses
from homolog.balancing._modules._steps import through
from homolog.balancing._modules._walk import Walk

NO_BRANCHES = "The steps of forward must be the same for every input, whatever its values."
OWN_WEIGHTS = "Give the layer weights of its own."


class Steps(fx.Tracer):
    """A tracer that does not look into layers, nor into subclasses that compute the same."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Whether a module is a step of its own."""
        return is_layer(m) or super().is_leaf_module(m, module_qualified_name)


def steps(module: nn.Module) -> fx.Graph:
    """Every step of a module, in order; HM057 where they depend on values."""
    try:
        return Steps().trace(module)
    except Exception as error:  # whatever a forward may raise when it is given no tensor
        reason = f"its steps cannot be traced ({error})"
        raise errors.cannot_rescale(type(module).__name__, reason, NO_BRANCHES) from error


def walked(module: nn.Module, graph: fx.Graph) -> Walk:
    """Follow all steps, number the units on the way and note which must be scaled alike."""
    walk = Walk(module)
    for node in graph.nodes:
        walk.states[node] = through(walk, node)
    _refuse_used_elsewhere(walk, graph)
    return walk


def _refuse_used_elsewhere(walk: Walk, graph: fx.Graph) -> None:
    """Refuse weights of a layer that some other step uses as well."""
    used = {id(one) for node in graph.nodes for one in _used(walk.root, node)}
    for one in synapses(walk.layers):
        if id(one.values) in used:
            reason = "it is used by a step that is no layer, too"
            raise errors.cannot_rescale(one.name, reason, OWN_WEIGHTS)


def _used(root: nn.Module, node: fx.Node) -> list[Any]:
    """Parameters that a step which is no layer uses."""
    if node.op == "get_attr":
        return [attribute(root, str(node.target))]
    module = root.get_submodule(str(node.target)) if node.op == "call_module" else None
    return [] if module is None or is_layer(module) else list(module.parameters())

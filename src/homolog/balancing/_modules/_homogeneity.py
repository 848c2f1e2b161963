"""How far a step is from answering twice the value with twice its answer."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.node import map_arg

from homolog import errors
from homolog.balancing._modules._walk import Units, Walk
from homolog.networks.activations import Floats, homogeneity_error

N_POSITIONS = 8
"""Along each axis of space of the values by which a step is tried."""


def departure(walk: Walk, node: fx.Node, units: Units) -> float | None:
    """Measured error of homogeneity of a step; None where it cannot be called alone.

    Neighbouring channels are given opposite currents, or else a step that compares channels
    would see nothing.
    """
    shape = (len(units.ids), *[N_POSITIONS] * units.n_spatial)
    signs = 1 - 2 * (torch.arange(shape[0]) % 2).reshape(-1, *[1] * units.n_spatial)

    def curve(currents: Floats) -> Any:
        trials = torch.from_numpy(currents).reshape(-1, *[1] * len(shape))
        return _called(walk, node, (trials * signs).expand(-1, *shape)).numpy()

    try:
        with torch.no_grad():
            return homogeneity_error(curve)
    except (RuntimeError, TypeError, ValueError, AttributeError, IndexError, errors.HomologError):
        return None


def _called(walk: Walk, node: fx.Node, values: Tensor) -> Tensor:
    """The answer of one step, in double precision, when every scaled value is this one."""

    def given(one: fx.Node) -> Any:
        if one.op == "get_attr":
            return attribute(walk.root, str(one.target)).double()
        return values.clone() if walk.states[one] is not None else None  # what it is, is not known

    args = map_arg(node.args, given)
    kwargs = map_arg(node.kwargs, given)
    if node.op == "call_module":
        return deepcopy(walk.root.get_submodule(str(node.target))).double()(*args, **kwargs)
    if node.op == "call_method":
        return getattr(args[0], str(node.target))(*args[1:], **kwargs)
    return node.target(*args, **kwargs)  # pyright: ignore[reportCallIssue]


def attribute(root: nn.Module, path: str) -> Any:
    """A parameter or buffer by its dotted name."""
    owner, _, name = path.rpartition(".")
    return getattr(root.get_submodule(owner), name)

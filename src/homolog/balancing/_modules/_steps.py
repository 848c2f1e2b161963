"""What each kind of step does to the scale of its units: keep it, move it, join it, or refuse."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import fx, nn
from torch.nn import functional

from homolog import errors
from homolog.balancing._modules._homogeneity import departure
from homolog.balancing._modules._layers import is_layer
from homolog.balancing._modules._walk import State, Units, Walk, through_layer, together
from homolog.networks.activations import EXACT

KEEPING = (
    *("relu", "relu_", "leaky_relu", "leaky_relu_", "prelu", "rrelu", "abs"),
    *("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"),
    *(f"{kind}_pool{n}d" for n in (1, 2, 3) for kind in ("max", "avg")),
    *(f"adaptive_{kind}_pool{n}d" for n in (1, 2, 3) for kind in ("max", "avg")),
    *("interpolate", "neg", "clone", "detach", "contiguous"),
    *("to", "float", "double", "half", "bfloat16"),
)
"""Functions and methods of PyTorch through which any positive factor of a channel goes."""

KEEPING_MODULES = (
    *(nn.Identity, nn.ReLU, nn.LeakyReLU, nn.PReLU, nn.RReLU),
    *(nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d),
    *(nn.AlphaDropout, nn.FeatureAlphaDropout),
    *(nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
    *(nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
    *(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
    *(nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d),
    *(nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReflectionPad3d),
    *(nn.ReplicationPad1d, nn.ReplicationPad2d, nn.ReplicationPad3d),
    *(nn.Upsample, nn.UpsamplingNearest2d, nn.UpsamplingBilinear2d),
)

COUNTING = ("size", "dim", "numel")
ATTRIBUTES = ("shape", "ndim", "dtype", "device")
"""Methods and attributes that tell of a value's shape, not of the value."""

FLAT = "A value may be flattened to (trial, all channels and positions), by flatten(1)."
CHANNELS = "Write it with ReLU, pooling, flatten(1), sums and concatenation of channels."

Rule = Callable[[Walk, fx.Node, Sequence[State]], State]


def through(walk: Walk, node: fx.Node) -> State:
    """What the value of a step is scaled with, given the values before it."""
    states = [walk.states[one] for one in node.all_input_nodes]
    if node.op in ("placeholder", "get_attr"):
        return None
    if node.op == "output":
        for state in states:
            walk.pin(state)
        return None
    if node.op == "call_module":
        return _through_module(walk, node, states)
    rule = RULES.get(called(node))
    return rule(walk, node, states) if rule else _unknown(walk, node, states)


def called(node: fx.Node) -> str:
    """Name of a method, or of a function of PyTorch or Python; of others nothing."""
    if node.op == "call_method":
        return str(node.target)
    return NAMES.get(node.target, "")


def _through_module(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    name = str(node.target)
    module = walk.root.get_submodule(name)
    if is_layer(module):
        return through_layer(walk, name, module, states[0])
    if type(module) in KEEPING_MODULES and not getattr(module, "return_indices", False):
        return _kept(walk, node, states, type(module).__name__)
    if type(module) is nn.Flatten:
        return _flattened(node, states[0], module.start_dim, module.end_dim)
    return _unknown(walk, node, states)


def _keep(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    if node.kwargs.get("return_indices"):
        return _unknown(walk, node, states)
    return _kept(walk, node, states, called(node))


def _kept(walk: Walk, node: fx.Node, states: Sequence[State], name: str) -> State:
    """The scale of before, unless what pools along axes of space would pool channels."""
    along = re.search(r"(?i)(?:pool|pad)(\d)d$", name)
    if states[0] is not None and along and int(along[1]) != states[0].n_spatial:
        return _unknown(walk, node, states)
    return states[0]


def _count(_walk: Walk, _node: fx.Node, _states: Sequence[State]) -> State:
    return None


def _attribute(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    return None if node.args[1] in ATTRIBUTES else _unknown(walk, node, states)


def _add(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """A sum: both sides must be scaled alike, and a number is not scaled at all."""
    other = node.kwargs.get("other", 0)
    shifted = any(isinstance(one, Real) and one != 0 for one in (*node.args, other))
    return together(walk, named(node), states, pinned=shifted)


def _multiply(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """A number may multiply; two values that are scaled may not."""
    numbers = [isinstance(one, Real) for one in node.args]
    orders = ([False, True], [True, False]) if "mul" in called(node) else ([False, True],)
    known = numbers in orders and not node.kwargs  # which may ask for rounding
    return states[0] if known else _unknown(walk, node, states)


def _clamp(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """A bound at zero is one that every scale keeps."""
    given = _arguments(node, "input", "min", "max")
    bounds = [given.get(name) for name in ("min", "max")]
    known = all(one is None or (isinstance(one, Real) and one == 0) for one in bounds)
    return states[0] if known else _unknown(walk, node, states)


def _pad(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """Zeros or copies around the positions; not beside the channels."""
    given = _arguments(node, "input", "pad", "mode", "value")
    state, sides = states[0], given["pad"]
    if state is None or given.get("value") or len(sides) > 2 * state.n_spatial:
        return _unknown(walk, node, states)
    return state


def _flatten(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    given = _arguments(node, "input", "start_dim", "end_dim")
    return _flattened(node, states[0], given.get("start_dim", 0), given.get("end_dim", -1))


def _view(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """A view of (trial, everything else) is a flattening; no other view is known."""
    shape = node.args[1:]
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    return _flattened(node, states[0], 1 if len(shape) == 2 else 0, -1)


def _flattened(node: fx.Node, state: State, start: int, end: int) -> State:
    if state is None:
        return None
    if end != -1 or start not in (1, 2):
        raise errors.cannot_rescale(named(node), "it moves the axis of the channels", FLAT)
    if start == 2:
        return replace(state, n_spatial=min(state.n_spatial, 1))
    return Units(state.ids, 0, state.flattened or state.n_spatial > 0)


def _mean(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """A mean, sum or largest value over positions."""
    given, state = _arguments(node, "input", "dim", "keepdim"), states[0]
    dim = given.get("dim")
    if state is None or dim is None:
        return _unknown(walk, node, states)
    axes = {_axis(one, state) for one in (dim if isinstance(dim, tuple | list) else (dim,))}
    if min(axes) < 2 or max(axes) > state.n_spatial + 1 or len(states) > 1:
        return _unknown(walk, node, states)
    left = state.n_spatial - (0 if given.get("keepdim") else len(axes))
    return replace(state, n_spatial=left)


def _squeeze(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """Positions of which there is one are left out."""
    state = states[0]
    if state is None:
        return None
    if len(node.args) == 1 and not node.kwargs:
        return _flattened(node, state, 1, -1)
    return _mean(walk, node, states)


def _concatenate(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """Channels after channels; along any other axis they must be scaled alike."""
    given = _arguments(node, "tensors", "dim")
    parts = [walk.states[one] for one in given["tensors"]]
    known = [state for state in parts if state is not None]
    if not known:
        return None
    alike = len({(state.n_spatial, state.flattened) for state in known}) == 1
    if _axis(given.get("dim", 0), known[0]) != 1:
        return together(walk, named(node), parts)
    if len(known) < len(parts) or known[0].flattened or not alike:
        reason = "it joins inputs, or flattened channels, to channels"
        raise errors.cannot_rescale(named(node), reason, "Join channels before they are flattened.")
    return replace(known[0], ids=np.concatenate([state.ids for state in known]))


def _axis(dim: int, state: Units) -> int:
    """An axis counted from the first, which is that of trials."""
    return dim if dim >= 0 else dim + state.n_spatial + 2


def _unknown(walk: Walk, node: fx.Node, states: Sequence[State]) -> State:
    """Anything may stand before the first layer or behind the last; between them it is refused."""
    scaled = [state for state in states if state is not None]
    if scaled and _leads_to_a_layer(walk, node):
        error = departure(walk, node, scaled[0])
        if error is None or error < EXACT:
            reason = "what it does to the scale of a single unit is not known"
            raise errors.cannot_rescale(named(node), reason, CHANNELS)
        raise errors.not_homogeneous(named(node, walk.root), error)
    for state in scaled:
        walk.pin(state)
    return None


def _leads_to_a_layer(walk: Walk, node: fx.Node) -> bool:
    """Whether any later step that needs this one has weights."""
    ahead, seen = list(node.users), set[fx.Node]()
    while ahead:
        one = ahead.pop()
        if one.op == "call_module" and is_layer(walk.root.get_submodule(str(one.target))):
            return True
        if one not in seen:
            seen.add(one)
            ahead.extend(one.users)
    return False


def named(node: fx.Node, root: nn.Module | None = None) -> str:
    """What a step is called in the module or its `forward`."""
    if node.op == "call_module":
        kind = f" ({type(root.get_submodule(str(node.target))).__name__})" if root else ""
        return f"{node.target}{kind}"
    return f"{getattr(node.target, '__name__', node.target)} in forward"


def _arguments(node: fx.Node, *names: str) -> dict[str, Any]:
    """Arguments of a step by name, those given by position as well."""
    return {**dict(zip(names, node.args, strict=False)), **node.kwargs}


RULES: dict[str, Rule] = {
    **dict.fromkeys(KEEPING, _keep),
    **dict.fromkeys(COUNTING, _count),
    **dict.fromkeys(("add", "add_", "iadd", "sub", "sub_", "isub"), _add),
    **dict.fromkeys(("mul", "mul_", "imul", "div", "div_", "truediv", "itruediv"), _multiply),
    **dict.fromkeys(("mean", "sum", "amax", "amin"), _mean),
    **dict.fromkeys(("view", "reshape"), _view),
    **dict.fromkeys(("cat", "concat"), _concatenate),
    **dict.fromkeys(("clamp", "clamp_", "clip", "clip_"), _clamp),
    "getattr": _attribute,
    "flatten": _flatten,
    "squeeze": _squeeze,
    "pad": _pad,
}

PLACES = (torch, functional, operator)
NAMES: dict[Any, str] = {
    getattr(place, name): name for place in PLACES for name in RULES if hasattr(place, name)
} | {getattr: "getattr"}

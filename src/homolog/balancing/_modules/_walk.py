"""What is known of a module's units while its steps are followed from input to output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import fx, nn

from homolog import errors
from homolog.balancing._modules._layers import (
    GROUND,
    Ids,
    Layer,
    check_parameters,
    is_transposed,
    n_read,
    n_spatial,
    n_written,
)

ALIGN = "Units can be tied only one to one."


@dataclass(frozen=True, eq=False)
class Units:
    """Which unit every channel of a value is scaled with.

    Attributes
    ----------
    ids
        Numbers of the units, one for each channel.
    n_spatial
        Axes after that of the channels.
    flattened
        Whether each channel stands for a block of as many values as there were positions.
    """

    ids: Ids
    n_spatial: int = 0
    flattened: bool = False


State = Units | None
"""What a value is scaled with; None for what is never scaled, such as an input."""


@dataclass(eq=False)
class Walk:
    """Units, layers and ties found so far.

    Attributes
    ----------
    root
        The module whose steps are followed.
    states
        What the value of each step is scaled with.
    layers
        Those with weights, in the order in which they were met.
    ties
        Pairs of lists of units that must be scaled alike, one to one.
    n_units
        How many units have been numbered, the ground among them.
    """

    root: nn.Module
    states: dict[fx.Node, State] = field(default_factory=dict)
    layers: list[Layer] = field(default_factory=list)
    ties: list[tuple[Ids, Ids]] = field(default_factory=list)
    n_units: int = 1

    def born(self, count: int) -> Ids:
        """Number new units."""
        self.n_units += count
        return np.arange(self.n_units - count, self.n_units)

    def tie(self, where: object, one: Ids, other: Ids) -> None:
        """Have two lists of units scaled alike."""
        if len(one) != len(other):
            reason = f"{len(one)} channels meet {len(other)}"
            raise errors.cannot_rescale(where, reason, ALIGN)
        self.ties.append((one, other))

    def pin(self, state: State) -> None:
        """Have units scaled like the inputs, which is not at all."""
        if state is not None:
            self.ties.append((state.ids, np.full_like(state.ids, GROUND)))


def through_layer(walk: Walk, name: str, module: Any, state: State) -> Units:
    """What a layer writes; a layer met before, or one that shares its parameters, is tied."""
    check_parameters(name, module)
    pre = _read(name, module, state)
    post = walk.born(n_written(module))
    for met in walk.layers:
        if met.module.weight is module.weight:
            if is_transposed(met.module) != is_transposed(module):
                reason = f"it turns round the weights of {met.name}"
                raise errors.cannot_rescale(name, reason, "Give it weights of its own.")
            walk.tie(name, pre, met.pre)
            walk.tie(name, post, met.post)
        elif module.bias is not None and met.module.bias is module.bias:
            walk.tie(name, post, met.post)
    walk.layers.append(Layer(name, module, pre, post))
    return Units(post, n_spatial(module))


def _read(name: str, module: nn.Module, state: State) -> Ids:
    """The units that a layer reads, one for each block of its columns."""
    if state is None:
        return np.full(n_read(module), GROUND)
    blocks, left = divmod(n_read(module), len(state.ids))
    if state.n_spatial != n_spatial(module) or left or (blocks != 1 and not state.flattened):
        reason = f"it takes {n_read(module)} values along another axis than the {len(state.ids)}"
        raise errors.cannot_rescale(name, f"{reason} channels before it", "Flatten them first.")
    return state.ids


def settled(walk: Walk) -> tuple[Ids, int]:
    """Number of the set of units that each unit is tied with, the ground's 0, and their count."""
    pairs = [np.zeros((2, 0), dtype=np.intp), *map(np.stack, walk.ties)]
    ends = np.concatenate(pairs, axis=1)
    shape = (walk.n_units, walk.n_units)
    graph = coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=shape)
    count, labels = connected_components(graph, directed=False)
    return labels.astype(np.intp), int(count)


def together(walk: Walk, where: object, states: Sequence[State], *, pinned: bool = False) -> State:
    """What values are scaled with that are added up, and so must be scaled alike."""
    scaled = [state for state in states if state is not None]
    if not scaled:
        return None
    first = scaled[0]
    for state in scaled[1:]:
        if (state.n_spatial, state.flattened) != (first.n_spatial, first.flattened):
            reason = "values with channels along different axes are added"
            raise errors.cannot_rescale(where, reason, ALIGN)
        walk.tie(where, first.ids, state.ids)
    if pinned or len(scaled) < len(states):
        walk.pin(first)
    return first

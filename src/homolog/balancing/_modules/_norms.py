"""Batch norms, which in evaluation are part of the layer before them, put into that layer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch import Tensor, fx, nn

from homolog import errors
from homolog.balancing._modules._layers import (
    check_parameters,
    is_layer,
    is_transposed,
    n_written,
)

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
BEFORE = "Only a batch norm right behind a linear or convolutional layer of its own can be folded."


def fold_norms(module: nn.Module, graph: fx.Graph) -> tuple[str, ...]:
    """Put every batch norm into the layer before it, in place; an identity stays behind.

    Returns
    -------
    names
        Of the batch norms that were folded.

    Raises
    ------
    HomologError
        HM057 for a batch norm that has no layer of its own before it, or no running statistics.
    """
    called = Counter(str(node.target) for node in graph.nodes)
    folded: list[str] = []
    normed = [node for node in graph.nodes if isinstance(_at(module, node), NORMS)]
    for node in normed:
        layer = node.all_input_nodes[0]
        once = called[str(node.target)] == called[str(layer.target)] == len(layer.users) == 1
        if not once or not _fit(_at(module, layer), _at(module, node)):
            raise errors.cannot_rescale(node.target, "what it normalises is not one layer", BEFORE)
        _fold(str(layer.target), _at(module, layer), str(node.target), _at(module, node))
        module.set_submodule(str(node.target), nn.Identity())
        folded.append(str(node.target))
    return tuple(folded)


def _at(module: nn.Module, node: fx.Node) -> Any:
    return module.get_submodule(str(node.target)) if node.op == "call_module" else None


def _fit(layer: Any, norm: Any) -> bool:
    return is_layer(layer) and norm.num_features == n_written(layer)


def _fold(layer_name: str, layer: Any, name: str, norm: Any) -> None:
    if norm.running_mean is None or norm.running_var is None:
        reason = "it keeps no running statistics, so that no layer is equal to it"
        raise errors.cannot_rescale(name, reason, "Use track_running_stats=True.")
    check_parameters(layer_name, layer)
    ones = torch.ones_like(norm.running_var)
    gain = ones if norm.weight is None else norm.weight
    shift = 0 * ones if norm.bias is None else norm.bias
    scale = gain.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    bias = 0 * scale if layer.bias is None else layer.bias.double()
    _replace(layer, "weight", _along_outputs(layer, scale) * layer.weight.double())
    _replace(layer, "bias", (bias - norm.running_mean.double()) * scale + shift.double())


def _along_outputs(layer: Any, scale: Tensor) -> Tensor:
    """One factor for each written channel, broadcast along the weights."""
    if not is_transposed(layer):
        return scale.reshape(-1, *[1] * (layer.weight.ndim - 1))
    by_group = scale.reshape(layer.groups, 1, -1).repeat(1, layer.in_channels // layer.groups, 1)
    return by_group.reshape(layer.in_channels, -1, *[1] * (layer.weight.ndim - 2))


def _replace(layer: Any, key: str, values: Tensor) -> None:
    weight = layer.weight
    values = values.detach().to(weight.dtype)
    setattr(layer, key, nn.Parameter(values, requires_grad=weight.requires_grad))

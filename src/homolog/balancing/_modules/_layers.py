"""Layers with weights: which synapse joins which units, and what rescaling does to it.

Convolutions have many taps for a pair of channels. So has a linear layer behind a flattened
picture: every position of a channel is a tap. All weights are therefore seen as
(row, column, tap).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from torch import Tensor, nn

from homolog import errors

Ids = NDArray[np.intp]
Floats = NDArray[np.float64]

GROUND = 0
"""Number of the unit that stands for inputs, outputs and biases, which are never scaled."""

TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
KINDS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, *TRANSPOSED)

UNPARAMETRISED = "torch.nn.utils.parametrize.remove_parametrizations makes it one of its own."


@dataclass(frozen=True, eq=False)
class Layer:
    """A linear or convolutional layer between numbered units.

    Attributes
    ----------
    name
        Where it is in the module, as `torch.nn.Module.named_modules` has it.
    module
        The layer itself.
    pre, post
        Numbers of the units it reads and of those it writes, channel by channel.
    """

    name: str
    module: Any
    pre: Ids
    post: Ids


@dataclass(frozen=True, eq=False)
class Synapses:
    """The weights or the biases of a layer as (row, column, tap), with the units they join.

    Attributes
    ----------
    name
        Of the layer, and which of its parameters.
    values
        The parameter itself.
    shape
        (row, column, tap), as which it is seen.
    pre, post
        Numbers of units, which broadcast to (row, column).
    """

    name: str
    values: Tensor
    shape: tuple[int, int, int]
    pre: Ids
    post: Ids

    def weights(self) -> Floats:
        """A copy in double precision, (row, column, tap)."""
        return self.values.detach().to("cpu", torch.float64, copy=True).numpy().reshape(self.shape)


def is_layer(module: nn.Module) -> bool:
    """Whether a module is one of `KINDS`, and computes nothing else than these."""
    kind = next((kind for kind in KINDS if isinstance(module, kind)), None)
    steps = [name for name in ("forward", "_conv_forward") if hasattr(kind, name)]
    return kind is not None and all(
        getattr(type(module), name) is getattr(kind, name) for name in steps
    )


def is_transposed(module: nn.Module) -> bool:
    """Whether weights are (read, written) instead of (written, read)."""
    return isinstance(module, TRANSPOSED)


def n_written(module: Any) -> int:
    """How many units or channels a layer has."""
    return int(module.out_features if isinstance(module, nn.Linear) else module.out_channels)


def n_read(module: Any) -> int:
    """How many values, or channels, a layer takes."""
    return int(module.in_features if isinstance(module, nn.Linear) else module.in_channels)


def n_spatial(module: Any) -> int:
    """How many axes of space follow the channels of what a layer writes."""
    return 0 if isinstance(module, nn.Linear) else len(module.kernel_size)


def check_parameters(name: str, module: nn.Module) -> None:
    """Refuse weights and biases that are not finite real numbers of the layer's own."""
    for key, values in ((key, getattr(module, key)) for key in ("weight", "bias")):
        if values is None:
            continue
        if key not in dict(module.named_parameters(recurse=False)):
            reason = f"its {key} is computed from other parameters"
            raise errors.cannot_rescale(name, reason, UNPARAMETRISED)
        if isinstance(values, nn.parameter.UninitializedParameter) or values.is_meta:
            raise errors.cannot_rescale(name, f"its {key} has no values yet", "Give it some.")
        if not values.is_floating_point():
            raise errors.cannot_rescale(name, f"its {key} is {values.dtype}", "Make it real.")
        if not torch.isfinite(values).all():
            reason = f"its {key} has values that are NaN or infinite"
            raise errors.cannot_rescale(name, reason, "Replace them.")


def cost_matrix(layers: Sequence[Layer], power: float, n_units: int) -> csr_array:
    """Costs |w|^power of all synapses, (post, pre), summed over taps and biases."""
    none = np.zeros(0, dtype=np.intp)
    entries: list[tuple[Floats, Ids, Ids]] = [(np.zeros(0), none, none)]
    for each in synapses(layers):
        costs = (np.abs(each.weights()) ** power).sum(axis=2)
        post, pre = (np.broadcast_to(ids, costs.shape) for ids in (each.post, each.pre))
        entries.append((costs.ravel(), post.ravel(), pre.ravel()))
    costs, posts, pres = map(np.concatenate, zip(*entries, strict=True))
    matrix = coo_array((costs, (posts, pres)), shape=(n_units, n_units)).tocsr()
    matrix.eliminate_zeros()
    return matrix


def rescale(layers: Sequence[Layer], h: Floats) -> None:
    """Change every weight and bias in place, by e^(h_pre - h_post)."""
    for each in synapses(layers):
        factors = np.exp(h[each.pre] - h[each.post])
        scaled = torch.from_numpy(each.weights() * factors[..., None]).to(each.values.dtype)
        vanished = int(torch.count_nonzero(each.values) - torch.count_nonzero(scaled))
        if vanished or not torch.isfinite(scaled).all():
            reason = f"balanced, it exceeds the range of {each.values.dtype}"
            raise errors.cannot_rescale(each.name, reason, "Balance module.double() instead.")
        with torch.no_grad():
            each.values.copy_(scaled.reshape(each.values.shape))


def synapses(layers: Sequence[Layer]) -> Iterator[Synapses]:
    """Weights and biases of layers; what several layers share comes once."""
    seen: set[int] = set()
    for layer in layers:
        for each in (_weights(layer), _biases(layer)):
            if each is not None and id(each.values) not in seen:
                seen.add(id(each.values))
                yield each


def _weights(layer: Layer) -> Synapses:
    module, pre, post = layer.module, layer.pre, layer.post
    groups = getattr(module, "groups", 1)
    if is_transposed(module):
        pre, post = pre[:, None], _by_group(post, groups, len(pre))
        shape = (len(pre), post.shape[1])
    else:
        pre, post = _by_group(pre, groups, len(post)), post[:, None]
        shape = (len(post), pre.shape[1])
    taps = module.weight.numel() // (shape[0] * shape[1])
    return Synapses(f"{layer.name}.weight", module.weight, (*shape, taps), pre, post)


def _by_group(ids: Ids, groups: int, n_rows: int) -> Ids:
    """The units that stand in the columns of each row; one row for all where there is one group."""
    columns = ids.reshape(groups, -1)
    return columns if groups == 1 else columns.repeat(n_rows // groups, axis=0)


def _biases(layer: Layer) -> Synapses | None:
    if layer.module.bias is None:
        return None
    shape, ground = (len(layer.post), 1, 1), np.array([[GROUND]])
    return Synapses(f"{layer.name}.bias", layer.module.bias, shape, ground, layer.post[:, None])

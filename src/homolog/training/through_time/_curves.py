"""Activations on tensors: rates into a buffer, and gains in place of currents."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from homolog.networks import Activation

CURVES: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
}
"""Activations that are not homogeneous, whose slope autograd finds."""


def rates_into(activation: Activation, like: Tensor) -> Callable[[Tensor, Tensor], object]:
    """What writes the rates of currents, its first argument, into its second."""
    if activation.name == "relu":
        return lambda x, out: torch.clamp_min(x, 0, out=out)
    if activation.name in CURVES:
        curve = CURVES[activation.name]
        return lambda x, out: out.copy_(curve(x))
    below = _below(activation, like)
    return lambda x, out: torch.mul(x, torch.where(x > 0, 1, below), out=out)


def into_gains(activation: Activation, currents: Tensor) -> None:
    """Replace currents by the slope of the activation there."""
    if activation.name == "relu":
        torch.gt(currents, 0, out=currents)
    elif activation.name in CURVES:
        with torch.enable_grad():
            x = currents.detach().clone().requires_grad_()
            (slope,) = torch.autograd.grad(CURVES[activation.name](x).sum(), x)
        currents.copy_(slope)
    else:
        currents.copy_(torch.where(currents > 0, 1, _below(activation, currents)))


def _below(activation: Activation, like: Tensor) -> Tensor:
    """Slope below zero, of all neurons or of each."""
    return torch.tensor(activation.below, dtype=like.dtype, device=like.device)

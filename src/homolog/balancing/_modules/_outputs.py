"""Whether two modules answer alike."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from homolog import errors


def output_difference(before: nn.Module, after: nn.Module, example: Any) -> float | None:
    """Largest difference of outputs in evaluation over the largest output; None for no example."""
    if example is None:
        return None
    inputs = example if isinstance(example, tuple) else (example,)
    pairs = zip(*(_outputs(one, inputs) for one in (before, after)), strict=True)
    differences = [_difference(one, other) for one, other in pairs]
    return max(differences, default=0.0)


def _difference(one: Tensor, other: Tensor) -> float:
    largest = one.abs().max()
    return float((one - other).abs().max() / largest) if largest > 0 else float(other.abs().max())


def _outputs(module: nn.Module, inputs: tuple[Any, ...]) -> list[Tensor]:
    # A copy, for evaluation sets flags, and the module is the user's.
    try:
        with torch.no_grad():
            return [one.double() for one in _tensors(deepcopy(module).eval()(*inputs))]
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        allowed = "tensors that the module takes, a tuple for several (inputs= of homolog.balance)"
        raise errors.bad_value("example", str(error).partition("\n")[0], allowed) from error


def _tensors(value: Any) -> list[Tensor]:
    """Every tensor of what a module returns."""
    if isinstance(value, Tensor):
        return [value]
    parts = value.values() if isinstance(value, Mapping) else value
    return [tensor for part in parts for tensor in _tensors(part)] if _many(value) else []


def _many(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple)

"""Which settings of each rule are tried before rules are compared; the only place to change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule


@dataclass(frozen=True)
class Grid:
    """Learning rates around those of a published row.

    Attributes
    ----------
    rates
        Settings that are learning rates, all multiplied alike.
    factors
        By which, each tried once.
    """

    rates: tuple[str, ...]
    factors: tuple[float, ...] = (0.3, 1.0, 3.0)


# Adam and plain gradients bear wide steps; the rates of rules that settle are close to where
# they stop to learn at all, so that what is tried lies closer together.
GRIDS: Mapping[str, Grid] = {
    "corinfomax": Grid(("forward_rates", "feedback_rates"), (0.5, 1.0, 1.5)),
    "equilibrium_propagation": Grid(("forward_rates",), (0.5, 1.0, 2.0)),
    "similarity_matching": Grid(("forward_rates",), (0.5, 1.0, 2.0)),
    "predictive_coding": Grid(("rate",)),
    "predictive_coding_nudge": Grid(("rate",)),
    "feedback_alignment": Grid(("rate",)),
    "backprop": Grid(("rate",)),
}

PER_LAYER = ("forward_rates", "interneuron_rates")
"""Settings with a value for each layer, the output last."""


def scaled(rule: LearningRule, factor: float, n_layers: int) -> LearningRule:
    """The rule with its learning rates multiplied, for a network of so many layers.

    Hidden layers that the published row has not take the rates of its first; feedback to each
    of them likewise.
    """
    changes = {
        name: _per_layer(name, value, n_layers)
        for name in (*PER_LAYER, "feedback_rates")
        if isinstance(value := getattr(rule, name, None), tuple)
    }
    for name in GRIDS[rule.name].rates:
        changes[name] = _times(changes.get(name, getattr(rule, name)), factor)
    return replace(rule, **changes)  # pyright: ignore[reportArgumentType]


def _per_layer(name: str, values: tuple[float, ...], n_layers: int) -> tuple[float, ...]:
    if len(values) == 1:
        return values
    if name not in PER_LAYER:
        return values if len(values) == n_layers - 1 else values[:1]
    return values if len(values) == n_layers else (values[0],) * (n_layers - 1) + values[-1:]


def _times(value: Any, factor: float) -> Any:
    return tuple(factor * one for one in value) if isinstance(value, tuple) else factor * value

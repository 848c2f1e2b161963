"""Measures that compare one number of each population, and never pair their stimuli."""

from dataclasses import dataclass
from typing import Any

from homolog._arrays import Array, namespace


@dataclass(frozen=True)
class Statistic:
    """One number that a population has, in whatever order its stimuli come."""

    value: Array


def difference(x: Statistic, y: Statistic) -> Array:
    """How far apart two populations' numbers are."""
    return namespace(x.value, y.value).abs(x.value - y.value)


def caution(_x: Any, _y: Any) -> str:
    """Say what no reader would expect of a similarity."""
    return "stimuli are not paired: in any order the score is this one, and no level is its chance"

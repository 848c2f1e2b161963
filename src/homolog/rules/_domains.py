"""Where the rates of a layer may lie, and the interneuron that keeps their sum in bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from homolog.rules._rule import one_of, tupled


@dataclass(frozen=True)
class Domain:
    """The set that a layer's rates lie in.

    Attributes
    ----------
    low, high
        Of every rate.
    total
        Most that the sizes of a layer's rates may sum to; None: anything.
    exactly
        Whether they must sum to `total`.
    """

    low: float
    high: float
    total: float | None = None
    exactly: bool = False


INFINITY = float("inf")

DOMAINS = {
    "box": Domain(0.0, 1.0),
    "signed_box": Domain(-1.0, 1.0),
    "nonnegative_l1": Domain(0.0, INFINITY, total=1.0),
    "l1": Domain(-INFINITY, INFINITY, total=1.0),
    "simplex": Domain(0.0, INFINITY, total=1.0, exactly=True),
    "relu": Domain(0.0, INFINITY),
}


def checked_domains(given: object) -> str | tuple[str, ...]:
    """The name of a domain, or one for each layer; refused if there is no such domain."""
    names = tupled(given)
    for name in names if isinstance(names, tuple) and names else (names,):
        one_of("domain", name, tuple(DOMAINS))
    return names


@dataclass
class Interneuron:
    """Inhibits a layer, for each trial as strongly as its rates sum to too much.

    The Lagrange multiplier of the sum's bound, by dual ascent. `rate` is how much of the
    excess it takes up in an iteration; None for one that is always in equilibrium, which is
    the projection onto the domain.
    """

    rate: float | None
    inhibition: Tensor
    drive: Tensor

    @classmethod
    def at_rest(cls, rate: float | None, like: Tensor) -> Interneuron:
        """One for each trial, silent."""
        silent = like.new_zeros((*like.shape[:-1], 1))
        return cls(rate, silent, silent.clone())

    def wake(self) -> None:
        """Begin a phase: what it gives goes on, what it takes in begins anew."""
        self.drive.copy_(self.inhibition)

    def follow(self, domain: Domain, rates: Tensor) -> None:
        """Take in by how much the rates sum to too much."""
        assert self.rate is not None
        self.drive.lerp_(self.inhibition + excess(domain, rates), self.rate)
        if domain.exactly:
            self.inhibition.copy_(self.drive)
        else:
            torch.clamp(self.drive, min=0, out=self.inhibition)


def excess(domain: Domain, rates: Tensor) -> Tensor:
    """By how much rates sum to more than they may, (replica, trial, 1)."""
    assert domain.total is not None
    sizes = rates.abs() if domain.low < 0 else rates
    return sizes.sum(-1, keepdim=True) - domain.total


def worst_excess(domains: Sequence[Domain], rates: Sequence[Tensor]) -> Tensor | None:
    """Of the layer that exceeds its bound most, mean over trials; None where nothing is bound."""
    bound = [
        excess(domain, r).clamp(min=0).mean((1, 2))
        for domain, r in zip(domains, rates, strict=True)
        if domain.total is not None
    ]
    return torch.stack(bound).amax(0) if bound else None


def confine(
    domain: Domain, interneuron: Interneuron | None, membranes: Tensor, leak: float, rates: Tensor
) -> None:
    """Write into `rates` what membranes give in a domain.

    Where rates have no sign, the inhibition of an interneuron that is on its way has been
    taken off the membrane as it moved; where they have, it shrinks them.
    """
    if interneuron is None:
        torch.clamp(membranes, domain.low, domain.high, out=rates)
    elif interneuron.rate is None:
        rates.copy_(_shrunk(domain, membranes, _threshold(domain, membranes)))
    else:
        if domain.low < 0:
            rates.copy_(_shrunk(domain, membranes, interneuron.inhibition / leak))
        else:
            torch.clamp(membranes, min=0, out=rates)
        interneuron.follow(domain, rates)


def _shrunk(domain: Domain, membranes: Tensor, by: Tensor) -> Tensor:
    if domain.low < 0:
        return membranes.sign() * (membranes.abs() - by).clamp_(min=0)
    return (membranes - by).clamp_(min=0)


def _threshold(domain: Domain, membranes: Tensor) -> Tensor:
    """By how much every rate must shrink for the nearest point of the domain."""
    assert domain.total is not None
    sizes = membranes.abs() if domain.low < 0 else membranes
    ordered = sizes.sort(-1, descending=True).values
    counts = torch.arange(1, sizes.shape[-1] + 1, dtype=sizes.dtype, device=sizes.device)
    means = (ordered.cumsum(-1) - domain.total) / counts
    last = (ordered > means).sum(-1, keepdim=True).clamp_(min=1) - 1
    threshold = means.gather(-1, last)
    return threshold if domain.exactly else threshold.clamp_(min=0)

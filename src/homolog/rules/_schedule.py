"""Learning rates that fall by a factor at regular times, and counts of times."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

from homolog import errors
from homolog.rules._rule import positive


def checked_schedule(rate: float, rate_decay: float, **period: int) -> None:
    """Refuse a schedule that is none; `period` is named as the rule names it."""
    positive(rate=rate)
    whole(**period)
    if not 0 < rate_decay <= 1:
        raise errors.bad_value("rate_decay", rate_decay, "above 0, at most 1")


def whole(**settings: int) -> None:
    """Refuse a setting that is no count from 1 up."""
    for what, value in settings.items():
        if not isinstance(value, Integral) or value < 1:
            raise errors.bad_value(what, value, "a whole number from 1 up")


def scheduled(rate: float, rate_decay: float, so_far: int, period: int) -> float:
    """The rate after `so_far` epochs or steps, if it falls every `period` of them."""
    return rate * rate_decay ** (so_far // period)


def checked_compounding(decays: Sequence[tuple[int, float]]) -> None:
    """Refuse decays whose epochs do not follow each other, or whose factors are none."""
    begins = [begin for begin, _ in decays]
    if begins != sorted(set(begins)) or not all(0 < factor <= 1 for _, factor in decays):
        allowed = "(epoch, factor) pairs, epochs rising, factors above 0 and at most 1"
        raise errors.bad_value("rate_decays", decays, allowed)


def compounded(decays: Sequence[tuple[int, float]], epochs: int) -> float:
    """By which rates have shrunk: the factor now in force, to the power of all epochs so far."""
    in_force = [factor for begin, factor in decays if epochs >= begin]
    return in_force[-1] ** epochs if in_force else 1.0

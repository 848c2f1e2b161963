"""Learning rates that fall by a factor at regular times, and counts of times."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

from homolog import errors
from homolog.rules._rule import is_number, positive, tupled


def checked_schedule(rate: float, rate_decay: float, **period: int) -> None:
    """Refuse a schedule that is none; `period` is named as the rule names it."""
    positive(rate=rate)
    whole(**period)
    if not is_number(rate_decay) or not 0 < rate_decay <= 1:
        raise errors.bad_value("rate_decay", rate_decay, "above 0, at most 1")


def whole(**settings: int) -> None:
    """Refuse a setting that is no count from 1 up."""
    for what, value in settings.items():
        if not isinstance(value, Integral) or value < 1:
            raise errors.bad_value(what, value, "a whole number from 1 up")


def scheduled(rate: float, rate_decay: float, so_far: int, period: int) -> float:
    """The rate after `so_far` epochs or steps, if it falls every `period` of them."""
    return rate * rate_decay ** (so_far // period)


def checked_compounding(decays: object) -> tuple[tuple[int, float], ...]:
    """Decays as they are; refused if epochs do not follow each other, or factors are none."""
    pairs = tupled(decays)
    fine = isinstance(pairs, tuple) and all(map(_is_decay, pairs))
    begins = [begin for begin, _ in pairs] if fine else []
    if not fine or begins != sorted(set(begins)):
        allowed = "(epoch, factor) pairs, epochs rising, factors above 0 and at most 1"
        raise errors.bad_value("rate_decays", decays, allowed)
    return pairs


def _is_decay(pair: object) -> bool:
    if not isinstance(pair, tuple) or len(pair) != 2:
        return False
    begin, factor = pair
    return isinstance(begin, Integral) and is_number(factor) and 0 < factor <= 1


def compounded(decays: Sequence[tuple[int, float]], epochs: int) -> float:
    """By which rates have shrunk: the factor now in force, to the power of all epochs so far."""
    in_force = [factor for begin, factor in decays if epochs >= begin]
    return in_force[-1] ** epochs if in_force else 1.0

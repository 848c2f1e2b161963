"""Learning rates that fall by a factor at regular times."""

from __future__ import annotations

from homolog import errors
from homolog.rules._rule import positive


def checked_schedule(rate: float, rate_decay: float, **period: int) -> None:
    """Refuse a schedule that is none; `period` is named as the rule names it."""
    positive(rate=rate, **period)
    if not 0 < rate_decay <= 1:
        raise errors.bad_value("rate_decay", rate_decay, "above 0, at most 1")


def scheduled(rate: float, rate_decay: float, so_far: int, period: int) -> float:
    """The rate after `so_far` epochs or steps, if it falls every `period` of them."""
    return rate * rate_decay ** (so_far // period)

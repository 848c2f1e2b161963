"""Measures that are judged by other stimuli than those that they were fitted to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homolog._arrays import Array

FOLDS: Mapping[str, Any] = {"folds": None, "rng": 0}
"""The options by which such measures are asked for: None holds nothing out."""


@dataclass(frozen=True)
class HeldOut:
    """What a measure is where folds of stimuli are held out of what it fits.

    Attributes
    ----------
    summary, score
        Its halves then, which take ``folds`` and ``rng`` beside the options that they name.
    promises
        Takes options, gives what is promised then, beside what `always` is; HM025 for options
        that have no meaning then.
    """

    summary: Callable[..., Any]
    score: Callable[..., Array]
    promises: Callable[..., Mapping[str, Any]]

    def always(self, title: str) -> Mapping[str, Any]:
        """What changes whatever the measure: no formula of the measure of that title holds."""
        return {
            "title": f"{title}, at stimuli held out",
            "halves": (self.summary, self.score),
            "fits": True,
            "metric": False,
            "of_products": False,
            "chance_level": None,
            "together": None,
            "gradient": None,
            "cautioned": None,
        }

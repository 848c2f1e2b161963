"""Measures that are judged by other stimuli than those that they were fitted to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homolog import errors
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
        Takes all options, gives what else is promised then.
    only
        Options that have a meaning at one value only then.
    """

    summary: Callable[..., Any]
    score: Callable[..., Array]
    promises: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    only: Mapping[str, Any] = field(default_factory=dict)

    def promised(self, plain: Mapping[str, Any], chosen: Mapping[str, Any]) -> Mapping[str, Any]:
        """What changes of what is promised where nothing is held out: none of its formulas holds.

        Raises
        ------
        HomologError
            HM025 for options that have no meaning.
        """
        for option, value in self.only.items():
            if chosen[option] != value:
                allowed = f"{value} where folds are held out"
                raise errors.bad_value(option, chosen[option], allowed)
        return {
            **{key: None for key, promised in plain.items() if callable(promised)},
            "title": f"{plain['title']}, at stimuli held out",
            "halves": (self.summary, self.score),
            "fits": True,
            "metric": False,
            "of_products": False,
            **self.promises(chosen),
        }

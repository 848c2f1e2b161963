"""What a score guarantees, as an audit reports it: the lowest accuracies that were found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homolog.audit._course import FOLDS_SEED

if TYPE_CHECKING:
    from homolog.audit._course import Labels
    from homolog.audit._targets import Target
    from homolog.measures._measure import Measure


SEEDS, STEPS = 5, 200
"""Gaussian starts of each search, and about how many steps it makes."""


@dataclass(frozen=True)
class Guaranteed:
    """How badly a variable may be decodable although scores are high.

    Attributes
    ----------
    scores
        Label of each measure -> least score, all held together.
    accuracy
        Variable -> lowest accuracy found among responses with these scores. The true minimum
        may be lower: the search ends where it finds no worse.
    above_chance
        Variable -> whether even this is above chance.
    erased
        Variable -> label of each measure -> score of the recording with the class means of
        the variable moved together: so much scores without the variable at all.
    """

    scores: Mapping[str, float]
    accuracy: Mapping[str, float]
    above_chance: Mapping[str, bool]
    erased: Mapping[str, Mapping[str, float]]

    @property
    def called(self) -> str:
        """The scores in words."""
        return " and ".join(f"{name} {score:g}" for name, score in self.scores.items())


def guaranteed(
    target: Target,
    least: Sequence[tuple[Measure, float]],
    labels: Labels,
    folds: int,
    tell: Callable[[float], None],
) -> Guaranteed:
    """Search for responses with these scores from which each variable is decoded worst."""
    from homolog.audit import guarantee

    found = guarantee(
        target,
        [measure for measure, _ in least],
        [score for _, score in least],
        labels,
        folds=folds,
        rng=FOLDS_SEED,
        seeds=SEEDS,
        steps=STEPS,
        progress=lambda what, done, total: tell(done / total),
    )
    above = {name: found.above_chance(name) for name in found.accuracy}
    erased = {name: dict(scores) for name, scores in found.erased.items()}
    return Guaranteed(dict(found.asked), dict(found.accuracy), above, erased)


def written(one: Guaranteed) -> dict[str, Any]:
    """As JSON has it."""
    return dict(vars(one))


def read(said: Mapping[str, Any]) -> Guaranteed:
    """As it was before it was written."""
    return Guaranteed(**said)

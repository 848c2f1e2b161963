"""What a score guarantees, as an audit reports it: the lowest accuracies that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homolog.audit._course import Labels
    from homolog.audit._targets import Target
    from homolog.measures._measure import Measure


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
    """

    scores: Mapping[str, float]
    accuracy: Mapping[str, float]

    @property
    def called(self) -> str:
        """The scores in words."""
        return " and ".join(f"{name} {score:g}" for name, score in self.scores.items())


def guaranteed(
    target: Target, least: Sequence[tuple[Measure, float]], labels: Labels, folds: int
) -> Guaranteed:
    """Search for responses with these scores from which each variable is decoded worst."""
    from homolog.audit import guarantee

    measures, scores = zip(*least, strict=True)
    named = {measure.label: score for measure, score in least}
    found = guarantee(target, measures, scores, labels)
    return Guaranteed(named, {name: float(value) for name, value in found.accuracy.items()})


def written(one: Guaranteed) -> dict[str, Any]:
    """As JSON has it."""
    return {"scores": dict(one.scores), "accuracy": dict(one.accuracy)}


def read(said: Mapping[str, Any]) -> Guaranteed:
    """As it was before it was written."""
    return Guaranteed(said["scores"], said["accuracy"])

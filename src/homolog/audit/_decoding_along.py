"""What can be read out of synthetic responses as their score rises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from homolog import errors
from homolog.audit._crossing import first_reach
from homolog.audit._decoding import Decoding, accuracies, decoding
from homolog.audit._labels import Labels, labels_of
from homolog.audit._targets import Reals
from homolog.audit._trajectory import Trajectory
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class DecodingAlong:
    """Decoding accuracy against the score of a measure.

    Attributes
    ----------
    score
        (point,) of the trajectory, 1 is the same as the target.
    accuracy
        Variable -> (point,) accuracy, on the same folds as the recording's.
    recording
        Decoding of the target itself.
    needed
        Variable -> score at which the accuracy first comes up to the lower end of the interval
        of the recording's own, between two points by linear interpolation. None where it never
        does, or where the recording itself is not above chance.
    """

    score: Reals
    accuracy: Mapping[str, Reals]
    recording: Decoding
    needed: Mapping[str, float | None]

    def frame(self) -> pd.DataFrame:
        """One row for each point and variable."""
        import pandas as pd

        columns = ("score", "variable", "accuracy", "recording", "low", "chance")
        rows = [
            (score, variable, accuracy, *self._levels(variable))
            for variable, values in self.accuracy.items()
            for score, accuracy in zip(self.score.tolist(), values.tolist(), strict=True)
        ]
        return pd.DataFrame(rows, columns=list(columns))

    def _levels(self, variable: str) -> tuple[float, float, float]:
        recording = self.recording
        return recording.accuracy[variable], recording.low[variable], recording.chance[variable]

    def __repr__(self) -> str:
        """The score that each variable needs."""
        said = (
            f"{name} {'never' if score is None else f'{score:.3f}'}"
            for name, score in self.needed.items()
        )
        return f"<DecodingAlong, score needed: {', '.join(said)}>"


def decoding_along(
    trajectory: Trajectory,
    labels: Labels,
    *,
    folds: int = 5,
    rng: int = 0,
    progress: Progress = silent,
) -> DecodingAlong:
    """Decode every variable from each point of a trajectory.

    Points are brought to the total variance of the target before they are decoded, for most
    measures leave the scale of responses free, and the penalty on weights does not.

    Parameters
    ----------
    trajectory
        What `maximise` returned.
    labels, folds, rng
        As `decoding` takes them.
    progress
        Told how many populations are done: points, times and variables.

    Returns
    -------
    along
        Accuracies, and the score that each variable needs.

    Raises
    ------
    HomologError
        HM025 for what is no trajectory; else as `decoding` does.
    """
    if not isinstance(trajectory, Trajectory):  # pyright: ignore[reportUnnecessaryIsInstance]
        allowed = "a Trajectory, as maximise returns it; responses are for decoding"
        raise errors.bad_value("trajectory", type(trajectory).__name__, allowed)
    told = labels_of(labels, trajectory.target.shape[0], trajectory.conditions)
    recording = decoding(trajectory.target, told, folds=folds, rng=rng)
    alike = evenly_strong(trajectory.data, trajectory.target.shape[-1])
    found = accuracies(alike, told, folds, rng, progress)
    accuracy = {variable: values.mean(1) for variable, values in found.items()}
    needed = {
        variable: first_reach(trajectory.score, values, recording.low[variable])
        if recording.above_chance(variable)
        else None
        for variable, values in accuracy.items()
    }
    return DecodingAlong(trajectory.score, accuracy, recording, needed)


def evenly_strong(responses: Reals, n_neurons: int) -> Reals:
    """Give (population, condition, [time,] neuron) responses all the same total variance.

    That of `n_neurons` neurons of variance 1, which is what `decoding` makes of a target.
    """
    rows = responses.reshape(len(responses), -1, responses.shape[-1])
    centred = rows - rows.mean(1, keepdims=True)
    strength = np.sqrt(np.square(centred).sum((1, 2)) / (rows.shape[1] * n_neurons))
    return responses / strength.reshape(-1, *[1] * (responses.ndim - 1))

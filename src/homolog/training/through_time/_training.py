"""What a training in time leaves: the networks, and how they came to be what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from homolog import errors
from homolog.networks import Activation, RecurrentNetwork
from homolog.training.through_time._kept import CHECKPOINT, NETWORK, Replica, kept
from homolog.training.through_time._observed import COLUMNS
from homolog.training.through_time._weights import joined, network

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd


@dataclass(frozen=True, eq=False)
class RecurrentTraining:
    """Recurrent networks that have learned a task, and the history of their learning.

    Attributes
    ----------
    networks
        All replicas, side by side, after the last iteration; ``networks.replicas`` are single.
    numbers
        Which replicas they are.
    history
        A row for each replica and iteration: ``replica``; ``iteration``, from 1; then, of the
        weights before the iteration's step and its trials: ``loss``, what is made small:
        ``rmse``, root of the mean squared error, plus the penalty times ``cost``, the sum of
        all squared recurrent weights; ``neural_gradient``, norm of every neuron's in-cost
        minus its out-cost; ``null``, the root mean square of that norm over all orders of the
        in-costs; ``charge``, norm of what learning would conserve in infinitely small steps
        without a penalty; ``gradient_norm``, before it is limited.
    """

    networks: RecurrentNetwork
    numbers: tuple[int, ...]
    history: pd.DataFrame

    @property
    def last(self) -> pd.DataFrame:
        """The last iteration of every replica."""
        return self.history.groupby("replica").tail(1).set_index("replica")

    def __str__(self) -> str:
        """Who learned and for how long, then the last iteration of each."""
        head = f"{self.networks!r} after {len(self.history) // len(self.numbers)} iterations"
        table = self.last.drop(columns="iteration").to_string(float_format="{:.4g}".format)
        return f"{head}\n\n{table}"

    __repr__ = __str__


def outcome(replicas: Sequence[Replica], activation: Activation, name: str) -> RecurrentTraining:
    """Replicas of equal length of training as one result."""
    import pandas as pd

    parts = [
        pd.DataFrame(one.history, columns=list(COLUMNS)).assign(
            replica=one.number, iteration=np.arange(1, len(one.history) + 1)
        )
        for one in replicas
    ]
    history = pd.concat(parts, ignore_index=True).loc[:, ["replica", "iteration", *COLUMNS]]
    weights = joined([one.learner.weights.each(lambda part: part.cpu()) for one in replicas])
    numbers = tuple(one.number for one in replicas)
    return RecurrentTraining(network(weights, activation, name), numbers, history)


def read_recurrent(folder: str | PathLike[str]) -> RecurrentTraining:
    """Read what `homolog.train_recurrent` has kept in a folder so far, which is left as it is.

    A training may be going on there: what is read is as it was when last kept, and replicas may
    have come to different iterations.

    Raises
    ------
    HomologError
        HM059 for a folder in which nothing has been kept, HM021 for a damaged file.
    """
    folder = Path(folder)
    numbers = sorted(
        int(one.parent.name.rpartition("-")[2]) for one in folder.glob(f"replica-*/{CHECKPOINT}")
    )
    found = [one for number in numbers if (one := kept(folder, number))]
    if not found:
        raise errors.no_training_there(folder)
    from homolog.networks import load_recurrent

    first = load_recurrent(folder / f"replica-{found[0].number}" / NETWORK)
    return outcome(found, first.phi, first.name)

"""What a training in time leaves in its folder: for each replica one file that is always whole.

``replica-3/checkpoint.npz`` has the weights, the optimiser's moments and every row of history so
far, so that none of them can be ahead of the others; ``replica-3/network.npz`` is the network for
whoever wants to use it.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from homolog import errors
from homolog._write import write_whole
from homolog.networks import Activation
from homolog.training._checkpoint import made, place
from homolog.training.through_time._descent import Learner
from homolog.training.through_time._observed import COLUMNS
from homolog.training.through_time._weights import PARTS, Weights, network

CHECKPOINT, NETWORK = "checkpoint.npz", "network.npz"


@dataclass(frozen=True, eq=False)
class Replica:
    """One network as it learns, and what was observed of it.

    Attributes
    ----------
    number
        Which it is.
    learner
        It alone, still with an axis of replicas.
    history
        (iteration, column) of `COLUMNS`.
    """

    number: int
    learner: Learner
    history: NDArray[np.float64]


def keep(folder: Path, replica: Replica, activation: Activation, name: str) -> None:
    """Write a replica as it is now: the network first, so that no checkpoint is without one."""
    where = made(place(folder, replica.number))
    learner = replica.learner
    arrays = _arrays("", learner.weights)
    for k, moment in enumerate(learner.moments):
        arrays |= _arrays(f"moment_{k}_", moment)
    content = BytesIO()
    np.savez(content, history=replica.history, **arrays)
    network(learner.weights, activation, name).replica(0).save(where / NETWORK)
    write_whole(where / CHECKPOINT, content.getvalue())


def kept(folder: Path, number: int) -> Replica | None:
    """A replica as it was last kept; None if it never was.

    Raises
    ------
    HomologError
        HM021 for a file that is damaged, or holds something else.
    """
    path = place(folder, number) / CHECKPOINT
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            history = arrays["history"]
            weights = _weights("", arrays)
            prefixes = [f"moment_{k}_" for k in (0, 1) if f"moment_{k}_bias" in arrays]
            moments = tuple(_weights(prefix, arrays) for prefix in prefixes)
        if history.shape[1:] != (len(COLUMNS),):
            raise ValueError(f"a history of shape {history.shape}")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        anew = "Train anew in another folder."
        raise errors.unreadable(path, "checkpoint", str(error), anew) from error
    return Replica(number, Learner(weights, moments, len(history)), history)


def clear(folder: Path, number: int) -> None:
    """Take away what an interruption left half written; for the one who trains there alone."""
    for torn in place(folder, number).glob(f".*{Path(CHECKPOINT).suffix}"):
        torn.unlink()


def _arrays(prefix: str, weights: Weights) -> dict[str, Any]:
    parts = zip(PARTS, weights, strict=True)
    return {f"{prefix}{name}": part.detach().cpu().numpy() for name, part in parts}


def _weights(prefix: str, arrays: Any) -> Weights:
    return Weights(*(torch.from_numpy(arrays[f"{prefix}{name}"]) for name in PARTS))

"""Whether memory grows while networks learn."""

from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.rules.cases import BATCH, Case, labels, stimuli
from homolog.tasks import Classification
from homolog.training import train

EPOCHS = 8
N_TRAIN, N_TEST = 400, 100


@dataclass(frozen=True)
class Grown:
    """Resident memory of the whole process, in megabytes.

    Attributes
    ----------
    title
        Whose training.
    first, last
        After the first epoch, and after the last.
    """

    title: str
    first: float
    last: float


def grown(case: Case) -> Grown:
    """Train for some epochs, and look at the process after each."""
    print(f"memory of {case.title}", flush=True)
    seen: list[float] = []

    def look(*_: Any) -> None:
        seen.append(psutil.Process().memory_info().rss / 1e6)

    task = _task(case)
    train(case.rule, task, case.sizes, epochs=EPOCHS, batch=BATCH, progress=look)
    return Grown(f"{case.title}, {case.layers}", seen[0], seen[-1])


def _task(case: Case) -> Classification:
    """Stimuli with classes that have nothing to do with them."""
    n_classes = case.sizes[-1]
    shown = [stimuli(n, case.sizes[0]).numpy() for n in (N_TRAIN, N_TEST)]
    told = [labels(n, n_classes).numpy() for n in (N_TRAIN, N_TEST)]
    classes = tuple(map(str, range(n_classes)))
    return Classification(shown[0], told[0], shown[1], told[1], classes, "noise")

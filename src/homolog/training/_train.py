"""Training: a rule, a task and sizes go in; networks with their history come out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from homolog import errors
from homolog._processes import refuse_unguarded
from homolog.statistics import Progress, silent
from homolog.training._course import Replica, begun, course, joined
from homolog.training._folder import held, of_rule
from homolog.training._plan import Plan, numbers, planned, whole
from homolog.training._training import Training
from homolog.training._workers import one_thread, spread

if TYPE_CHECKING:
    import numpy as np
    import torch

    from homolog.rules._rule import LearningRule
    from homolog.tasks import Classification


def train(
    rule: LearningRule | str,
    task: Classification | str,
    sizes: Sequence[int],
    *,
    epochs: int,
    batch: int = 20,
    replicas: int | Sequence[int] = 1,
    rng: int | np.random.Generator = 0,
    device: str | torch.device = "cpu",
    folder: str | PathLike[str] | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> Training:
    """Let networks learn a task by a rule, or go on with what a folder holds.

    Parameters
    ----------
    rule
        A learning rule with its settings, or the name of one: its defaults.
    task
        Stimuli with labels, or a name that `homolog.tasks.load` knows.
    sizes
        Neurons of every layer, the stimulus first and the classes last: (784, 500, 10).
    epochs
        Passes through the training stimuli in all, those of earlier runs in `folder` included.
    batch
        Stimuli that a step learns from. A last batch that is not full is learned from, too.
    replicas
        How many networks, or which ones: replica 3 is the same alone and among others.
    rng
        Number that first weights, orders of stimuli and signs of nudges all come from, for
        each replica by itself.
    device
        Where networks are: on a CPU replicas learn one after the other, each on one thread;
        elsewhere, for example on ``"cuda"``, all at once.
    folder
        Kept there after every epoch, a training can be killed at any moment. The same call
        goes on from the last epoch, with the weights of a training that was never stopped, and
        may ask for more epochs and other replicas than before.
    workers
        Processes that share the replicas, on a CPU. Results do not depend on it. More than one
        need the caller's own script to stand under ``if __name__ == "__main__":``.
    progress
        Told of every epoch.

    Returns
    -------
    training
        The network with all replicas, and the history.

    Raises
    ------
    HomologError
        HM013 without PyTorch; HM015 when weights are no longer finite; HM023 for a rule or task
        that does not exist; HM025 for an argument outside what is allowed; HM034, HM046 and
        HM047 for a folder that cannot be written, is of another training, or is in use; HM049
        for a worker that ended, or a script that does not stand under the line above.

    Notes
    -----
    A folder holds ``run.toml`` (rule, settings, task, versions) and, for every replica, its
    ``replica-0/network.safetensors``, which `homolog.rules.load` reads, and
    ``replica-0/history.jsonl``.

    Examples
    --------
    >>> import homolog
    >>> training = homolog.train("backprop", "digits", (64, 30, 10), epochs=2)
    >>> training.network.sizes, len(training.history)
    ((64, 30, 10), 2)
    """
    which, workers = numbers(replicas), whole("workers", workers, 1)
    if workers > 1:
        refuse_unguarded("homolog.train")
    plan = planned(
        rule, task, sizes, epochs=epochs, batch=batch, rng=rng, device=device, folder=folder
    )
    if workers > 1 and not plan.on_cpu:
        raise errors.bad_value("workers", workers, f"1 on {plan.device}, where all learn at once")
    with held(plan.folder, *of_rule(plan)) if plan.folder else nullcontext():
        return _outcome(_trained(plan, which, workers, progress))


def _trained(plan: Plan, which: Sequence[int], workers: int, progress: Progress) -> list[Replica]:
    if not plan.on_cpu:
        return course(plan, which, progress)
    if workers > 1 and len(which) > 1:
        return _by_workers(plan, which, workers, progress)
    with one_thread():
        return [one for number in which for one in course(plan, [number], progress)]


def _by_workers(
    plan: Plan, which: Sequence[int], workers: int, progress: Progress
) -> list[Replica]:
    """Train in other processes, which leave what they did in a folder."""
    with nullcontext(plan.folder) if plan.folder else TemporaryDirectory() as folder:
        plan = replace(plan, folder=Path(folder))
        spread(course, plan, which, workers, progress)
        return [begun(plan, number) for number in which]


def _outcome(replicas: Sequence[Replica]) -> Training:
    import pandas as pd

    lines = [line for one in replicas for line in one.lines]
    return Training(joined([one.network for one in replicas]), pd.DataFrame(lines))

"""Training in time: a task goes in; recurrent networks with their history come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from homolog import errors
from homolog._processes import refuse_unguarded
from homolog.statistics import Progress, silent
from homolog.training._folder import contrasted, held
from homolog.training._plan import numbers, whole
from homolog.training._workers import spread
from homolog.training.through_time._course import begun, course
from homolog.training.through_time._kept import Replica
from homolog.training.through_time._plan import Optimiser, Plan, facts, planned
from homolog.training.through_time._training import RecurrentTraining, outcome

if TYPE_CHECKING:
    import numpy as np
    import torch

    from homolog.networks import Activation
    from homolog.tasks import TemporalTask


def train_recurrent(
    task: TemporalTask | str,
    *,
    n_neurons: int = 256,
    activation: Activation | str | Callable[..., Any] = "relu",
    iterations: int = 6000,
    penalty: float = 0.0,
    optimiser: Optimiser = "sgd",
    rate: float = 5e-3,
    clip: float | None = 10.0,
    dt: float = 0.1,
    batch: int | None = None,
    replicas: int | Sequence[int] = 1,
    rng: int | np.random.Generator = 0,
    dtype: Literal["float32", "float64"] = "float32",
    device: str | torch.device = "cpu",
    folder: str | PathLike[str] | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> RecurrentTraining:
    r"""Let recurrent networks learn a task by backpropagation through time, or go on with it.

    .. math:: \sqrt{\langle (y - target)^2 \rangle} + \lambda \sum_{ij} J_{ij}^2

    falls, with the mean over trials, times and outputs. Everything is learned: recurrent, input
    and output weights, which begin normal with variance 1 / `n_neurons`, and biases, which begin
    at 0. States begin at 0 in every trial, and every iteration has new trials. The defaults are
    those of the networks of Stock et al. (2022), whose text says otherwise: with the rate and the
    summed squares told there, and no limit of the gradient, learning diverges.

    Parameters
    ----------
    task
        A task in time with its settings, or a name that `homolog.tasks.find` knows.
    n_neurons
        Neurons of each network; all have time constant 1.
    activation
        A name, a function or a `homolog.networks.Activation`. Only networks of homogeneous ones
        can be balanced.
    iterations
        Steps of learning in all, those of earlier runs in `folder` included.
    penalty
        :math:`\lambda`, cost of the squared recurrent weights; input and output weights cost
        nothing.
    optimiser
        ``"sgd"``: straight down the gradient; ``"adam"``: with running means of it.
    rate
        Size of a step. For ``"adam"`` 1e-3 is usual.
    clip
        Longest gradient, norm over all weights, penalty included; longer ones are shortened.
        None: as long as it is.
    dt
        Length of an Euler step; an input lasts a whole number of them.
    batch
        Trials of an iteration; by default what the task says.
    replicas
        How many networks, or which ones: replica 3 is the same alone and among others.
    rng
        Number that first weights and trials come from, for each replica by itself. Trainings
        that differ in other settings alone begin with the same weights and see the same trials.
    dtype
        Precision of everything but the history, which is in double precision.
    device
        Where networks learn, side by side.
    folder
        Kept there every 100 iterations, a training can be killed at any moment. The same call
        goes on from what was kept, with the weights of a training that was never stopped, and
        may ask for more iterations and other replicas than before.
    workers
        Processes that share the replicas, on a CPU. Results do not depend on it. More than one
        need the caller's own script to stand under ``if __name__ == "__main__":``.
    progress
        Told every 100 iterations.

    Returns
    -------
    training
        All networks, and the history.

    Raises
    ------
    HomologError
        HM013 without PyTorch; HM015 when a loss or gradient is no longer finite; HM023 for a
        task or activation that does not exist; HM025 for an argument outside what is allowed,
        HM053 for an activation of another number of neurons; HM034, HM046 and HM047 for a folder
        that cannot be written, is of another training, or is in use; HM049 for a worker that
        ended, or a script that does not stand under the line above.

    Notes
    -----
    A folder holds ``run.toml`` (task, settings, versions) and, for every replica, its
    ``replica-0/network.npz``, which `homolog.networks.load_recurrent` reads, and
    ``replica-0/checkpoint.npz``. `homolog.training.read_recurrent` reads all of it, at any time.
    Weights are the same to the last bit on the same computer with the same packages, for tasks
    whose trials are all of one length.

    Examples
    --------
    >>> import homolog
    >>> task = homolog.tasks.find("context_integration")(n_steps=5)
    >>> training = homolog.train_recurrent(task, n_neurons=16, iterations=3, replicas=2)
    >>> training.networks.n_replicas, training.networks.n_neurons, len(training.history)
    (2, 16, 6)
    """
    which, workers = numbers(replicas), whole("workers", workers, 1)
    if workers > 1:
        refuse_unguarded("homolog.train")
    asked = {"n_neurons": n_neurons, "iterations": iterations, "penalty": penalty, "batch": batch}
    asked |= {"optimiser": optimiser, "rate": rate, "clip": clip, "rng": rng, "dtype": dtype}
    plan = planned(task, activation, dt, device=device, folder=folder, **asked)
    if workers > 1 and plan.device != "cpu":
        raise errors.bad_value("workers", workers, f"1 on {plan.device}, where all learn at once")
    said = facts(plan)
    with held(plan.folder, said, partial(contrasted, asked=said)) if plan.folder else nullcontext():
        replicas_after = _trained(plan, which, workers, progress)
    return outcome(replicas_after, plan.course.activation, plan.task.name)


def _trained(plan: Plan, which: Sequence[int], workers: int, progress: Progress) -> list[Replica]:
    if workers == 1 or len(which) == 1:
        return course(plan, which, progress)
    with nullcontext(plan.folder) if plan.folder else TemporaryDirectory() as folder:
        plan = replace(plan, folder=Path(folder))
        spread(course, plan, which, workers, progress)
        return [begun(plan, number) for number in which]

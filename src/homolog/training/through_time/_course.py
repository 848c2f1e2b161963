"""Iteration after iteration, of replicas that learn side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from homolog import errors
from homolog.training.through_time._buffers import Buffers
from homolog.training.through_time._descent import Learner, descend, newborn, norms, penalise
from homolog.training.through_time._kept import Replica, clear, keep, kept
from homolog.training.through_time._observed import COLUMNS, observed
from homolog.training.through_time._plan import Plan
from homolog.training.through_time._products import quiet_thread
from homolog.training.through_time._unrolled import Shown, error_and_gradient, memory_for
from homolog.training.through_time._weights import born, joined

if TYPE_CHECKING:
    from homolog.statistics import Progress

KEEP_EVERY = 100
"""Iterations from one checkpoint to the next, and from one word of progress to the next."""

DRAWS = 0xD_4A_35
"""Sets the seeds of trials apart from other random numbers that come from the same seed."""


def course(plan: Plan, numbers: Sequence[int], progress: Progress) -> list[Replica]:
    """Train replicas side by side to the last iteration, each from where it stands.

    Those that an interruption left behind catch up first.
    """
    replicas = [begun(plan, number) for number in numbers]
    stages = sorted({one.learner.iterations for one in replicas} | {plan.iterations})
    with quiet_thread(), torch.no_grad():
        for begin, end in pairwise(stages):
            behind = [one for one in replicas if one.learner.iterations == begin]
            caught_up = {one.number: one for one in _taught(plan, behind, end, progress)}
            replicas = [caught_up.get(one.number, one) for one in replicas]
    return replicas


def begun(plan: Plan, number: int) -> Replica:
    """A replica as its folder has it, or newborn.

    Raises
    ------
    HomologError
        HM025 if it has learned for longer than is asked for.
    """
    if plan.folder:
        clear(plan.folder, number)
    there = kept(plan.folder, number) if plan.folder else None
    if there is None:
        sizes = plan.n_neurons, plan.task.n_inputs, plan.task.n_outputs
        weights = born(*sizes, plan.rng, number, plan.precision)
        there = Replica(number, newborn(weights, plan), np.empty((0, len(COLUMNS))))
    iterations = there.learner.iterations
    if iterations > plan.iterations:
        longer = f"{iterations} or more: replica {number} in {plan.folder} has learned so long"
        raise errors.bad_value("iterations", plan.iterations, longer)
    return replace(there, learner=_moved(there.learner, plan.device))


def _taught(plan: Plan, replicas: list[Replica], end: int, progress: Progress) -> list[Replica]:
    """Replicas that have learned for as long, up to another iteration."""
    numbers = [one.number for one in replicas]
    together = _together([one.learner for one in replicas])
    memory = _Memory(plan)
    while together.iterations < end:
        upto = min(end, together.iterations - together.iterations % KEEP_EVERY + KEEP_EVERY)
        rows: list[Tensor] = []
        while together.iterations < upto:
            shown = drawn(plan, numbers, together.iterations)
            together, row = iterated(plan, numbers, together, shown, memory.of(together, shown))
            rows.append(row)
        histories = torch.stack(rows, 1).cpu().numpy()
        replicas = [_after(one, together, at, histories[at]) for at, one in enumerate(replicas)]
        for one in replicas if plan.folder else ():
            keep(plan.folder, one, plan.course.activation, plan.task.name)  # pyright: ignore[reportArgumentType]
        progress(_news(plan, numbers, histories), upto, plan.iterations)
    return replicas


def iterated(
    plan: Plan, numbers: Sequence[int], learner: Learner, shown: Shown, memory: Buffers
) -> tuple[Learner, Tensor]:
    """Learn from trials once, changing the weights in place.

    Returns
    -------
    learner
        One iteration older.
    row
        (replica, column) of `COLUMNS`, as the weights were before the step.

    Raises
    ------
    HomologError
        HM015 for a loss or gradient that is not finite; the weights are then as they were.
    """
    error, gradient = error_and_gradient(learner.weights, shown, plan.course, memory)
    penalise(gradient, learner.weights, plan.penalty)
    norm = norms(gradient)
    row = observed(learner.weights, error, plan.penalty, norm)
    broken = ~torch.isfinite(row).all(1)
    if broken.any():
        number = numbers[int(broken.nonzero()[0])]
        raise errors.diverged_in_time(number, learner.iterations + 1, plan.told)
    return descend(learner, gradient, norm, plan), row


def drawn(plan: Plan, numbers: Sequence[int], iteration: int) -> Shown:
    """Fresh trials for every replica, which depend on the seed, its number and the iteration.

    Shorter ones are filled up with steps that do not count.
    """
    trials = [plan.task.draw(_seed(plan.rng, number, iteration), plan.batch) for number in numbers]
    masks = [np.ones(one.inputs.shape[:2]) if one.mask is None else one.mask for one in trials]
    return Shown(
        _laid([one.inputs for one in trials], plan),
        _laid([one.targets for one in trials], plan),
        _laid([mask[..., None] for mask in masks], plan),
    )


def _laid(arrays: list[Any], plan: Plan) -> Tensor:
    """(replica, time, trial, …) of (trial, time, …) arrays of each replica, on the device."""
    longest = max(one.shape[1] for one in arrays)
    filled = [np.pad(one, ((0, 0), (0, longest - one.shape[1]), (0, 0))) for one in arrays]
    stacked = np.stack([one.swapaxes(0, 1) for one in filled])
    return torch.from_numpy(stacked).to(plan.device, plan.precision)


def _seed(rng: int, number: int, iteration: int) -> int:
    words = np.random.SeedSequence(rng, spawn_key=(DRAWS, number, iteration)).generate_state(4)
    return int.from_bytes(words.tobytes(), "little")


class _Memory:
    """Buffers, made anew only for trials of another length."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.made: tuple[Any, Buffers] | None = None

    def of(self, learner: Learner, shown: Shown) -> Buffers:
        if self.made is None or self.made[0] != shown.inputs.shape:
            self.made = shown.inputs.shape, memory_for(learner.weights, shown, self.plan.course)
        return self.made[1]


def _together(learners: list[Learner]) -> Learner:
    """Replicas after as many iterations as one learner, with memory of its own."""
    moments = zip(*(one.moments for one in learners), strict=True)
    return Learner(
        joined([one.weights for one in learners]),
        tuple(joined(list(each)) for each in moments),
        learners[0].iterations,
    )


def _after(before: Replica, together: Learner, at: int, rows: Any) -> Replica:
    """A replica as it is now among others, with its rows of history."""
    learner = Learner(
        together.weights.replica(at).each(torch.clone),
        tuple(one.replica(at).each(torch.clone) for one in together.moments),
        together.iterations,
    )
    return Replica(before.number, learner, np.concatenate([before.history, rows]))


def _moved(learner: Learner, device: str) -> Learner:
    def there(part: Tensor) -> Tensor:
        return part.to(device)

    moments = tuple(one.each(there) for one in learner.moments)
    return Learner(learner.weights.each(there), moments, learner.iterations)


def _news(plan: Plan, numbers: Sequence[int], rows: Any) -> str:
    """Who is learning and how well; what changes from time to time stands last."""
    who = f"replica {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} replicas"
    return f"{plan.title}, {who} — error {rows[:, -1, COLUMNS.index('rmse')].mean():.4g}"

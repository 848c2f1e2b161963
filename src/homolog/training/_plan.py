"""What a training is asked for, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from homolog import errors, rules, tasks
from homolog.networks._device import present
from homolog.tasks._settings import whole

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule
    from homolog.tasks import Classification


@dataclass(frozen=True)
class Plan:
    """A training that can be carried out, here or in another process.

    Attributes
    ----------
    rule, task, sizes, batch, rng, device
        As `homolog.train` was given them; `rng` as the number that all streams come from.
    epochs
        Passes through the training stimuli in all, those of earlier runs included.
    folder
        Where it is kept; None for nowhere.
    """

    rule: LearningRule
    task: Classification
    sizes: tuple[int, ...]
    epochs: int
    batch: int
    rng: int
    device: str
    folder: Path | None

    @property
    def on_cpu(self) -> bool:
        """Whether replicas learn one after the other."""
        return torch.device(self.device).type == "cpu"

    @property
    def title(self) -> str:
        """Rule and task, in words."""
        return f"{self.rule.name} on {self.task.name}"


def planned(
    rule: Any,
    task: Any,
    sizes: Sequence[int],
    *,
    epochs: int,
    batch: int,
    rng: int | np.random.Generator,
    device: Any,
    folder: Any,
) -> Plan:
    """Check everything that a training is given.

    Raises
    ------
    HomologError
        HM013, HM023 and HM025, see `homolog.train`.
    """
    if find_spec("safetensors") is None:
        raise errors.missing_extra("keeping networks", "safetensors", "torch")
    rule = rules.find(rule)() if isinstance(rule, str) else rule
    if isinstance(rule, type) or not hasattr(rule, "learn"):
        raise errors.bad_value("rule", rule, 'a rule with its settings, or a name: "corinfomax"')
    task = tasks.load(task) if isinstance(task, str) else task
    if not isinstance(task, tasks.Classification):
        raise errors.bad_value("task", type(task).__name__, "a Classification, or a name: 'digits'")
    seed = int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else rng
    return Plan(
        rule,
        task,
        fitting_sizes(sizes, task),
        whole("epochs", epochs, 1),
        whole("batch", batch, 1),
        whole("rng", seed, 0),
        str(present(device)),
        None if folder is None else Path(folder),
    )


def fitting_sizes(sizes: Sequence[int], task: Classification) -> tuple[int, ...]:
    """Sizes of layers if they begin and end as the task does."""
    n_inputs, n_classes = task.train.shape[1], len(task.classes)
    allowed = (
        f"whole numbers, {n_inputs} first and {n_classes} last, for {task.name} has {n_inputs}"
        f" inputs and {n_classes} classes; for example ({n_inputs}, 100, {n_classes})"
    )
    try:
        given = tuple(sizes)
    except TypeError:
        raise errors.bad_value("sizes", sizes, allowed) from None
    whole_numbers = all(isinstance(n, int | np.integer) and n > 0 for n in given)
    if len(given) < 2 or not whole_numbers or (given[0], given[-1]) != (n_inputs, n_classes):
        raise errors.bad_value("sizes", given, allowed)
    return tuple(map(int, given))


def numbers(replicas: int | Sequence[int]) -> tuple[int, ...]:
    """Which replicas are meant: the first so many, or those with these numbers."""
    allowed = "how many, 1 or more, or their numbers from 0, each once"
    if isinstance(replicas, int | np.integer) and not isinstance(replicas, bool):
        which = tuple(range(int(replicas)))
    else:
        try:
            which = tuple(replicas)  # pyright: ignore[reportArgumentType]
        except TypeError:
            raise errors.bad_value("replicas", replicas, allowed) from None
    fine = all(isinstance(n, int | np.integer) and n >= 0 for n in which)
    if not which or not fine or len(set(which)) < len(which):
        raise errors.bad_value("replicas", replicas, allowed)
    return tuple(map(int, which))

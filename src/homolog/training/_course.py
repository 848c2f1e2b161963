"""Epoch after epoch, of replicas that learn side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING

import torch

from homolog import errors
from homolog.networks.layered import TENSORS, LayeredNetwork
from homolog.training._checkpoint import Line, keep, kept
from homolog.training._epoch import learned, told
from homolog.training._evaluate import Row, evaluated
from homolog.training._shown import Shown, shown

if TYPE_CHECKING:
    from homolog.statistics import Progress
    from homolog.training._plan import Plan


@dataclass(frozen=True, eq=False)
class Replica:
    """One network and what its history holds so far."""

    number: int
    network: LayeredNetwork
    lines: tuple[Line, ...] = ()


def course(plan: Plan, numbers: Sequence[int], progress: Progress) -> list[Replica]:
    """Train replicas together to the last epoch, each from where it stands.

    Those that an interruption left behind catch up first.
    """
    replicas = [begun(plan, number) for number in numbers]
    seen = shown(plan.task, plan.device)
    stages = sorted({one.network.epochs for one in replicas} | {plan.epochs})
    for begin, end in pairwise(stages):
        behind = [one for one in replicas if one.network.epochs == begin]
        caught_up = _taught(plan, behind, seen, end, progress)
        replicas = [caught_up.get(one.number, one) for one in replicas]
    return replicas


def begun(plan: Plan, number: int) -> Replica:
    """A replica as its folder has it, or newborn.

    Raises
    ------
    HomologError
        HM025 if it has learned for longer than is asked for, HM046 if its file holds a network
        of another rule or of other sizes.
    """
    there = kept(plan.folder, number) if plan.folder else None
    if there is None:
        newborn = plan.rule.wire(plan.sizes, plan.rng, replicas=[number], device=plan.device)
        return Replica(number, newborn)
    network, lines = there
    _refuse_foreign(plan, number, network)
    if network.epochs > plan.epochs:
        longer = f"{network.epochs} or more: replica {number} in {plan.folder} has learned so long"
        raise errors.bad_value("epochs", plan.epochs, longer)
    return Replica(number, network.to(plan.device), tuple(lines))


def _refuse_foreign(plan: Plan, number: int, network: LayeredNetwork) -> None:
    name = network.rule.name if network.rule else None
    facts = {"rule": (name, plan.rule.name), "sizes": (network.sizes, plan.sizes)}
    unlike = {what: both for what, both in facts.items() if both[0] != both[1]}
    if unlike:
        raise errors.other_training(f"replica {number} in {plan.folder}", unlike)


def _taught(
    plan: Plan, replicas: list[Replica], seen: Shown, end: int, progress: Progress
) -> dict[int, Replica]:
    """Replicas that have seen as many epochs, up to another epoch, by their numbers."""
    together = joined([one.network for one in replicas])
    lines = {one.number: one.lines for one in replicas}
    for epoch in range(together.epochs + 1, end + 1):
        together, seconds = learned(plan.rule, together, seen, plan.batch)
        row = evaluated(plan.rule, together, seen)
        _refuse_not_finite(plan, epoch, row)
        for at, number in enumerate(lines):
            line = _line(number, epoch, row, at, seconds / len(lines))
            lines[number] += (line,)
            if plan.folder:
                keep(plan.folder, number, together.replica(at), line)
        progress(_news(plan, list(lines), row), epoch, plan.epochs)
    return {
        number: Replica(number, together.replica(at), lines[number])
        for at, number in enumerate(lines)
    }


def joined(networks: Sequence[LayeredNetwork]) -> LayeredNetwork:
    """Networks of one rule, of the same sizes and epochs, as replicas of one."""
    first = networks[0]
    weights = {
        name: tuple(map(torch.cat, zip(*(getattr(one, name) for one in networks), strict=True)))
        for name in TENSORS
    }
    return replace(first, **weights, seeds=tuple(seed for one in networks for seed in one.seeds))


def _line(number: int, epoch: int, row: Row, at: int, seconds: float) -> Line:
    values = {name: value[at].item() for name, value in row.items()}
    return {"replica": number, "epoch": epoch, **values, "seconds": seconds}


def _refuse_not_finite(plan: Plan, epoch: int, row: Row) -> None:
    for name, values in row.items():
        if not all(isfinite(value) for value in values.tolist()):
            raise errors.diverged(epoch, name, told(plan.rule))


def _news(plan: Plan, numbers: list[int], row: Row) -> str:
    """Who is learning and how well; what changes from epoch to epoch stands last."""
    who = f"replica {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} replicas"
    return f"{plan.title}, {who} — {row['test_accuracy'].mean():.2%} of the test right"

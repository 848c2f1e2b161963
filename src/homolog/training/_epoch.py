"""One epoch: every stimulus once, in batches, by the rule of the network."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import torch

from homolog import errors
from homolog.networks.layered import TENSORS, settings
from homolog.training._order import orders

if TYPE_CHECKING:
    from homolog.networks import LayeredNetwork
    from homolog.rules._rule import LearningRule
    from homolog.training._shown import Shown


def learned(
    rule: LearningRule, network: LayeredNetwork, shown: Shown, batch: int
) -> tuple[LayeredNetwork, float]:
    """Take `network` through one epoch, changing its weights in place.

    Returns
    -------
    network
        With one more epoch.
    seconds
        What learning took: of CPU time on a CPU, by the clock elsewhere.

    Raises
    ------
    HomologError
        HM015 if weights are no longer finite.
    """
    n_stimuli, n_replicas = len(shown.train), network.n_replicas
    seen = torch.from_numpy(orders(network.seeds, network.epochs, n_stimuli)).to(network.device)
    began = _now(network.device)
    for chosen in seen.split(batch, dim=1):
        rows = chosen.flatten()
        stimuli = shown.train.index_select(0, rows).view(n_replicas, -1, shown.train.shape[1])
        targets = shown.train_targets.index_select(0, rows)
        network = rule.learn(network, stimuli, targets.view(n_replicas, -1, targets.shape[1]))
    seconds = _now(network.device) - began
    network = replace(network, epochs=network.epochs + 1)
    refuse_diverged(rule, network)
    return network, seconds


def _now(device: torch.device) -> float:
    """Seconds spent so far by this process, or on the clock once an accelerator is done."""
    if device.type == "cpu":
        return process_time()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return perf_counter()


def refuse_diverged(rule: LearningRule, network: LayeredNetwork) -> None:
    """Raise HM015 with the first layer whose weights are not finite."""
    for name in TENSORS:
        for k, weights in enumerate(getattr(network, name)):
            if not torch.isfinite(weights).all():
                raise errors.diverged(network.epochs, f"{name}[{k}]", told(rule))


def told(rule: LearningRule) -> str:
    """A rule and the settings that are numbers, in a line."""
    numbers = {
        name: value
        for name, value in settings(rule).items()
        if isinstance(value, float) or (isinstance(value, tuple) and "rate" in name)
    }
    return f"{rule.name}: " + ", ".join(f"{name} {value}" for name, value in numbers.items())

"""What networks have learned: how often they are right, and how their weights lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from homolog.networks import LayeredNetwork
    from homolog.rules._rule import LearningRule
    from homolog.training._shown import Shown

CHUNK = 500
"""Stimuli that settle at a time: more do not settle faster."""

MOST_TRAINING = 10_000
"""So many of the training stimuli tell the accuracy in training."""

MOST_OBSERVED = 1_000
"""So many of the test stimuli are enough for energies and residuals."""

Row = dict[str, Tensor]
"""(replica,) values, each under its name."""


def evaluated(rule: LearningRule, network: LayeredNetwork, shown: Shown) -> Row:
    """What the history tells of every replica after an epoch.

    ``train_accuracy`` (on the first 10,000 training stimuli) and ``test_accuracy`` are shares
    of stimuli whose class has the largest output; of equal outputs the first is taken, as
    argmax does. ``ties`` counts test stimuli on which the largest output is not one alone, and
    ``dead_outputs`` classes that are the answer to no test stimulus.
    """
    train = outputs(rule, network, shown.train[:MOST_TRAINING])
    test = outputs(rule, network, shown.test)
    answers = test.argmax(-1)
    observed = rule.observe(
        network, shown.test[None, :MOST_OBSERVED], shown.test_targets[None, :MOST_OBSERVED]
    )
    right = shown.train_labels[:MOST_TRAINING]
    return {
        "train_accuracy": (train.argmax(-1) == right).double().mean(-1),
        "test_accuracy": (answers == shown.test_labels).double().mean(-1),
        "ties": ties(test),
        "dead_outputs": dead_outputs(answers, test.shape[-1]),
        **angles(network),
        **observed,
    }


def outputs(rule: LearningRule, network: LayeredNetwork, stimuli: Tensor) -> Tensor:
    """(replica, stimulus, class) rates of the last layer."""
    settled = (rule.settle(network, chunk[None])[-1] for chunk in stimuli.split(CHUNK))
    return torch.cat(list(settled), dim=1)


def ties(outputs: Tensor) -> Tensor:
    """Stimuli on which several outputs are the largest, all of them silent for instance."""
    largest = outputs.amax(-1, keepdim=True)
    return ((outputs == largest).sum(-1) > 1).sum(-1)


def dead_outputs(answers: Tensor, n_classes: int) -> Tensor:
    """Classes that are never the answer."""
    given = torch.zeros(len(answers), n_classes, dtype=torch.bool, device=answers.device)
    return n_classes - given.scatter(-1, answers, True).sum(-1)


def angles(network: LayeredNetwork) -> Row:
    """Degrees between synapses up and, turned round, those down between the same layers.

    90 is what random weights have in common, 0 where feedback is the transpose. ``angle_1`` is
    between the first and the second layer of neurons; without feedback of its own a network
    has none.
    """
    pairs = zip(network.forward[1:], network.feedback, strict=False)
    return {f"angle_{k}": angle(up, down.mT) for k, (up, down) in enumerate(pairs, 1)}


def angle(x: Tensor, y: Tensor) -> Tensor:
    """Degrees between the weights of each replica, exact also where they are nearly parallel."""
    x, y = (one.double().flatten(1) for one in (x, y))
    x, y = (one / one.norm(dim=-1, keepdim=True) for one in (x, y))
    return torch.rad2deg(2 * torch.atan2((x - y).norm(dim=-1), (x + y).norm(dim=-1)))

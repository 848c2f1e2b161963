"""Small trainings in time, and the same equations by autograd."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from homolog.networks import Activation
from homolog.tasks.context_integration import ContextIntegration
from homolog.training.through_time._course import drawn
from homolog.training.through_time._plan import planned
from homolog.training.through_time._products import quiet_thread
from homolog.training.through_time._unrolled import error_and_gradient, memory_for
from homolog.training.through_time._weights import born, joined

SMALL = ContextIntegration(n_steps=6)
DEFAULTS = {
    "n_neurons": 12,
    "iterations": 5,
    "penalty": 0.0,
    "batch": None,
    "optimiser": "sgd",
    "rate": 5e-3,
    "clip": 10.0,
    "rng": 0,
    "dtype": "float64",
    "device": "cpu",
    "folder": None,
}
CURVES = {
    "relu": torch.relu,
    "linear": lambda x: x,
    "abs": torch.abs,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
}


def plan_of(task=SMALL, activation="relu", dt=0.25, **asked):
    return planned(task, activation, dt, **{**DEFAULTS, **asked})


def weights_of(plan, numbers=(0, 1), shift=0.1):
    """Newborn, with weights that are all a little off what they are born with."""
    sizes = plan.n_neurons, plan.task.n_inputs, plan.task.n_outputs
    weights = joined([born(*sizes, plan.rng, number, plan.precision) for number in numbers])
    rng = np.random.default_rng(1)
    return weights.each(lambda part: part + shift * torch.from_numpy(rng.normal(size=part.shape)))


def ours(plan, weights, shown):
    with quiet_thread(), torch.no_grad():
        return error_and_gradient(
            weights, shown, plan.course, memory_for(weights, shown, plan.course)
        )


def shown_of(plan, numbers=(0, 1), iteration=0):
    return drawn(plan, numbers, iteration)


def curve_of(activation: Activation):
    if activation.name == "leaky":
        below = torch.tensor(activation.below, dtype=torch.float64)
        return lambda x: torch.where(x > 0, x, below * x)
    return CURVES[activation.name]


def error_by_autograd(plan, weights, shown):
    """(replica,) error, written as the equations are, one Euler step after the other."""
    recurrent, inputs, outputs, bias = weights
    phi, dt = curve_of(plan.course.activation), plan.course.dt
    n_replicas, n_times, n_trials, _ = shown.inputs.shape
    x = torch.zeros(n_replicas, n_trials, plan.n_neurons, dtype=recurrent.dtype)
    answers = []
    for t in range(n_times):
        for _ in range(plan.course.substeps):
            drive = phi(x) @ recurrent.mT + shown.inputs[:, t] @ inputs.mT + bias[:, None]
            x = x + dt * (drive - x)
        answers.append(x @ outputs.mT)
    squares = shown.weights * (torch.stack(answers, 1) - shown.targets) ** 2
    count = shown.weights.sum((1, 2, 3)) * shown.targets.shape[3]
    return (squares.sum((1, 2, 3)) / count).sqrt()


def by_autograd(plan, weights, shown):
    parts = [part.clone().requires_grad_() for part in weights]
    error = error_by_autograd(plan, parts, shown)
    loss = error.sum() + plan.penalty * (parts[0] ** 2).sum()
    return error.detach(), torch.autograd.grad(loss, parts)

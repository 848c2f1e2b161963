r"""A recurrent network in time: run forward, then back again, in buffers that are made once.

Euler steps of length dt, with drive :math:`W_{in} u + b` and the row of states of one trial as x:

.. math:: x_{s+1} = (1 - dt) x_s + dt (J \phi(x_s) + W_{in} u + b)

Back from the last step, with :math:`\lambda_s` what the error loses or gains by :math:`x_s`, and
:math:`e_s` the part of it that the output at s has:

.. math:: \lambda_s = (1 - dt) \lambda_{s+1}
          + \phi'(x_s) \circ dt \, J^\top \lambda_{s+1} + e_s

and so :math:`\partial_J = dt \sum_s \lambda_{s+1} \phi(x_s)^\top`. The place of x becomes that of
its gain and then that of λ: no other memory is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from homolog.networks import Activation
from homolog.training.through_time._curves import into_gains, rates_into
from homolog.training.through_time._products import Product, operand, product
from homolog.training.through_time._weights import Weights


@dataclass(frozen=True)
class Course:
    """How time is cut up, and what neurons make of their currents.

    Attributes
    ----------
    substeps
        Euler steps for each input.
    dt
        Length of one of them, in time constants.
    activation
        Of all neurons.
    """

    substeps: int
    dt: float
    activation: Activation


@dataclass(frozen=True, eq=False)
class Shown:
    """Trials of all replicas, on their device, time before trial.

    Attributes
    ----------
    inputs, targets
        (replica, time, trial, input) and (replica, time, trial, output).
    weights
        (replica, time, trial, 1), how much each answer counts.
    """

    inputs: Tensor
    targets: Tensor
    weights: Tensor


@dataclass(frozen=True, eq=False)
class Buffers:
    """Memory of one run, forward and back.

    Attributes
    ----------
    states
        (replica, substep + 1, trial, neuron): states, then gains, then λ.
    rates
        (replica, substep, trial, neuron).
    onward
        (replica, trial, neuron): what synapses bring in one step.
    steps, rate_steps
        A view of `states` and of `rates` for each substep; ``…_operands``, as products take them.
    """

    states: Tensor
    rates: Tensor
    onward: Tensor
    steps: tuple[Tensor, ...]
    rate_steps: tuple[Tensor, ...]
    step_operands: tuple[Any, ...]
    rate_operands: tuple[Any, ...]
    multiply: Product


def buffers(weights: Weights, shown: Shown, course: Course) -> Buffers:
    """Memory for trials of these sizes."""
    _, n_times, n_trials, _ = shown.inputs.shape
    n_replicas, n_neurons, n_steps = *weights.bias.shape, n_times * course.substeps
    empty = weights.bias.new_empty
    states = empty(n_replicas, n_steps + 1, n_trials, n_neurons)
    rates = empty(n_replicas, n_steps, n_trials, n_neurons)
    steps, rate_steps = states.unbind(1), rates.unbind(1)
    return Buffers(
        states,
        rates,
        empty(n_replicas, n_trials, n_neurons),
        steps,
        rate_steps,
        tuple(map(operand, steps)),
        tuple(map(operand, rate_steps)),
        product(states.device),
    )


def error_and_gradient(
    weights: Weights, shown: Shown, course: Course, memory: Buffers
) -> tuple[Tensor, Weights]:
    """Root mean squared error of the outputs, and how it changes with every weight.

    Returns
    -------
    error
        (replica,) in double precision.
    gradient
        Of each replica's error.
    """
    _run(weights, shown, course, memory)
    # The one moment at which states are there: λ takes their place.
    read = memory.states[:, course.substeps :: course.substeps].flatten(1, 2)
    error, slopes = _error(_multiplied(read, weights.output_weights.mT), shown)
    onto_outputs = _multiplied(slopes.mT, read)
    _back(weights, _multiplied(slopes, weights.output_weights), course, memory)
    return error, _gradient(shown, onto_outputs, course, memory)


def _run(weights: Weights, shown: Shown, course: Course, memory: Buffers) -> None:
    """Fill the buffers with states and rates."""
    synapses = operand((course.dt * weights.recurrent).mT.contiguous())
    onward, into = operand(memory.onward), rates_into(course.activation, memory.states)
    keep, multiply = 1 - course.dt, memory.multiply
    steps = memory.steps
    steps[0].zero_()
    for s, drive in enumerate(_drives(weights, shown, course)):
        into(steps[s], memory.rate_steps[s])
        multiply(memory.rate_operands[s], synapses, out=onward)
        torch.add(memory.onward, steps[s], alpha=keep, out=steps[s + 1])
        steps[s + 1].add_(drive)


def _drives(weights: Weights, shown: Shown, course: Course) -> list[Tensor]:
    """What input and bias bring in each substep, (replica, trial, neuron)."""
    n_times = shown.inputs.shape[1]
    driven = _multiplied(shown.inputs.flatten(1, 2), weights.input_weights.mT)
    driven = course.dt * (driven + weights.bias[:, None])
    by_time = driven.unflatten(1, (n_times, -1)).unbind(1)
    return [drive for drive in by_time for _ in range(course.substeps)]


def _error(outputs: Tensor, shown: Shown) -> tuple[Tensor, Tensor]:
    """Root mean squared error of each replica, and its slope with every output."""
    counted = shown.weights.flatten(1, 2)
    missed = outputs - shown.targets.flatten(1, 2)
    count = missed.shape[2] * _sums(counted)
    error = (_sums(counted * missed**2) / count).sqrt()
    # An error of exactly zero is at its minimum: no direction leads further down.
    per_output = (1 / (count * error)).where(error > 0, 0).to(outputs.dtype)
    return error, per_output[:, None, None] * counted * missed


def _back(weights: Weights, onto_states: Tensor, course: Course, memory: Buffers) -> None:
    """Turn states into λ, from the last to the first."""
    into_gains(course.activation, memory.states[:, 1:-1])
    synapses = operand((course.dt * weights.recurrent).contiguous())
    onward, keep, multiply = operand(memory.onward), 1 - course.dt, memory.multiply
    steps, n_steps = memory.steps, len(memory.rate_steps)
    errors = onto_states.unflatten(1, (n_steps // course.substeps, -1)).unbind(1)
    steps[n_steps].copy_(errors[-1])
    for s in range(n_steps - 1, 0, -1):
        multiply(memory.step_operands[s + 1], synapses, out=onward)
        steps[s].mul_(memory.onward).add_(steps[s + 1], alpha=keep)
        if s % course.substeps == 0:
            steps[s].add_(errors[s // course.substeps - 1])


def _gradient(shown: Shown, onto_outputs: Tensor, course: Course, memory: Buffers) -> Weights:
    later = memory.states[:, 1:]
    each = course.dt * later.unflatten(1, (-1, course.substeps)).sum(2).flatten(1, 2)
    return Weights(
        course.dt * _multiplied(later.flatten(1, 2).mT, memory.rates.flatten(1, 2)),
        _multiplied(each.mT, shown.inputs.flatten(1, 2)),
        onto_outputs,
        torch.stack([one.sum(0) for one in each]),
    )


def _multiplied(a: Tensor, b: Tensor) -> Tensor:
    """The product of two stacks of matrices."""
    out = a.new_empty(a.shape[0], a.shape[1], b.shape[2])
    product(a.device)(operand(a), operand(b), out=operand(out))
    return out


def _sums(numbers: Tensor) -> Tensor:
    """Sum of each replica in double precision, one by one: alone or beside others the same."""
    return torch.stack([one.double().sum() for one in numbers])

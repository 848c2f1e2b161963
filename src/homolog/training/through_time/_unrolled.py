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

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from homolog.training.through_time import _tensor_loops
from homolog.training.through_time._buffers import Buffers, Course, buffers
from homolog.training.through_time._products import by_numpy, operand, product
from homolog.training.through_time._weights import Weights

Loop = Callable[[Tensor, Tensor, Course, Buffers], None]


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


def loops(course: Course, device: torch.device) -> tuple[Loop, Loop]:
    """Forward and back through time: compiled where they can be, else for tensors."""
    if course.activation.homogeneous and by_numpy(device):
        try:
            from homolog.training.through_time import _compiled_loops
        except ImportError:  # numba cannot be had everywhere
            pass
        else:
            return _compiled_loops.run, _compiled_loops.back
    return _tensor_loops.run, _tensor_loops.back


def memory_for(weights: Weights, shown: Shown, course: Course) -> Buffers:
    """Memory for trials of these sizes."""
    n_replicas, n_neurons = weights.bias.shape
    _, n_times, n_trials, _ = shown.inputs.shape
    shape = n_replicas, n_times * course.substeps, n_trials, n_neurons
    return buffers(weights.bias, shape)


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
    run, back = loops(course, weights.bias.device)
    synapses = course.dt * weights.recurrent
    run(synapses.mT.contiguous(), _drives(weights, shown, course), course, memory)
    # The one moment at which states are there: what the error gains by them takes their place.
    read = memory.states[:, course.substeps :: course.substeps].flatten(1, 2)
    error, slopes = _error(_multiplied(read, weights.output_weights.mT), shown)
    onto_outputs = _multiplied(slopes.mT, read)
    onto_states = _multiplied(slopes, weights.output_weights)
    back(synapses, onto_states.unflatten(1, shown.inputs.shape[1:3]), course, memory)
    return error, _gradient(shown, onto_outputs, course, memory)


def _drives(weights: Weights, shown: Shown, course: Course) -> Tensor:
    """What inputs and bias bring in a substep, (replica, time, trial, neuron)."""
    driven = _multiplied(shown.inputs.flatten(1, 2), weights.input_weights.mT)
    driven = course.dt * (driven + weights.bias[:, None])
    return driven.unflatten(1, shown.inputs.shape[1:3])


def _error(outputs: Tensor, shown: Shown) -> tuple[Tensor, Tensor]:
    """Root mean squared error of each replica, and its slope with every output."""
    counted = shown.weights.flatten(1, 2)
    missed = outputs - shown.targets.flatten(1, 2)
    count = missed.shape[2] * _sums(counted)
    error = (_sums(counted * missed**2) / count).sqrt()
    # An error of exactly zero is at its minimum: no direction leads further down.
    per_output = (1 / (count * error)).where(error > 0, 0).to(outputs.dtype)
    return error, per_output[:, None, None] * counted * missed


def _gradient(shown: Shown, onto_outputs: Tensor, course: Course, memory: Buffers) -> Weights:
    later = memory.states[:, 1:]
    each = course.dt * later.unflatten(1, (-1, course.substeps)).sum(2).flatten(1, 2)
    return Weights(
        course.dt * _multiplied(later.flatten(1, 2).mT, memory.rates[:, :-1].flatten(1, 2)),
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

"""The loops over time for tensors on any device and for any activation."""

from __future__ import annotations

import torch
from torch import Tensor

from homolog.training.through_time._buffers import Buffers, Course
from homolog.training.through_time._curves import into_gains, rates_into
from homolog.training.through_time._products import operand, product


def run(synapses: Tensor, drives: Tensor, course: Course, memory: Buffers) -> None:
    """Fill the buffers with states and rates.

    Parameters
    ----------
    synapses
        dt times the recurrent weights, (replica, neuron from, neuron to).
    drives
        dt times what inputs and bias bring, (replica, time, trial, neuron).
    """
    states, rates, by_time = memory.states.unbind(1), memory.rates.unbind(1), drives.unbind(1)
    read, brought = tuple(map(operand, rates)), operand(memory.brought)
    into, multiply = rates_into(course.activation, memory.states), product(drives.device)
    brings, keep = operand(synapses), course.keep
    states[0].zero_()
    for s in range(memory.n_substeps):
        into(states[s], rates[s])
        multiply(read[s], brings, out=brought)
        torch.add(memory.brought, states[s], alpha=keep, out=states[s + 1])
        states[s + 1].add_(by_time[s // course.substeps])


def back(synapses: Tensor, onto_states: Tensor, course: Course, memory: Buffers) -> None:
    """Turn states into what the error gains by them, from the last to the first.

    Parameters
    ----------
    synapses
        dt times the recurrent weights, (replica, neuron to, neuron from).
    onto_states
        What it gains by the states that the outputs read, (replica, time, trial, neuron).
    """
    into_gains(course.activation, memory.states[:, 1:-1])
    states, errors = memory.states.unbind(1), onto_states.unbind(1)
    later, brought = tuple(map(operand, states)), operand(memory.brought)
    brings, keep, multiply = operand(synapses), course.keep, product(synapses.device)
    states[-1].copy_(errors[-1])
    for s in range(memory.n_substeps - 1, 0, -1):
        multiply(later[s + 1], brings, out=brought)
        states[s].mul_(memory.brought).add_(states[s + 1], alpha=keep)
        if s % course.substeps == 0:
            states[s].add_(errors[s // course.substeps - 1])

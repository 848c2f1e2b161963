"""The loops over time, compiled: as those for tensors, for homogeneous activations on a CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from homolog._compiled import running
from homolog.training.through_time._buffers import Buffers, Course
from homolog.training.through_time._kernels import backward, forward

Array = NDArray[Any]


def run(synapses: Tensor, drives: Tensor, course: Course, memory: Buffers) -> None:
    """As `homolog.training.through_time._tensor_loops.run`."""
    states, rates, brought = (each.numpy() for each in vars(memory).values())
    numbers = _numbers(course, states)
    with running():
        for r, (onward, drive) in enumerate(zip(synapses.numpy(), drives.numpy(), strict=True)):
            forward(onward, drive, *numbers, states[r], rates[r], brought[r])


def back(synapses: Tensor, onto_states: Tensor, course: Course, memory: Buffers) -> None:
    """As `homolog.training.through_time._tensor_loops.back`."""
    states, brought = memory.states.numpy(), memory.brought.numpy()
    numbers = _numbers(course, states)
    with running():
        for r, (onward, error) in enumerate(
            zip(synapses.numpy(), onto_states.numpy(), strict=True)
        ):
            backward(onward, error, *numbers, states[r], brought[r])


def _numbers(course: Course, states: Array) -> tuple[int, Any, Array]:
    """Substeps, what is left of a state, and the slope of every neuron below zero."""
    kind = states.dtype.type
    below = np.full(states.shape[-1], course.activation.below, kind)
    return course.substeps, kind(course.keep), below

"""Memory of one run through time and back, and how time is cut up."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from homolog.networks import Activation


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

    @property
    def keep(self) -> float:
        """What is left of a state after one Euler step."""
        return 1 - self.dt


@dataclass(frozen=True, eq=False)
class Buffers:
    """Memory of one run, forward and back.

    Attributes
    ----------
    states
        (replica, substep + 1, trial, neuron): states, then gains, then what the error gains by
        a state.
    rates
        Of the same shape.
    brought
        (replica, trial, neuron): what synapses bring in one step.
    """

    states: Tensor
    rates: Tensor
    brought: Tensor

    @property
    def n_substeps(self) -> int:
        """Euler steps in all."""
        return self.states.shape[1] - 1


def buffers(like: Tensor, shape: tuple[int, int, int, int]) -> Buffers:
    """Memory for (replica, substep, trial, neuron), of the precision and device of a tensor."""
    n_replicas, n_substeps, n_trials, n_neurons = shape
    states, rates = (
        like.new_empty(n_replicas, n_substeps + 1, n_trials, n_neurons) for _ in range(2)
    )
    return Buffers(states, rates, like.new_empty(n_replicas, n_trials, n_neurons))

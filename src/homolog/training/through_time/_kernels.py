"""The loops over time for homogeneous activations on a CPU, compiled: one replica at a time.

Between two products there is one pass over the neurons, and no call from Python. The product is
that of SciPy's BLAS.
"""

from __future__ import annotations

import numpy as np

from homolog._compiled import Reals, compiled


@compiled
def forward(
    synapses: Reals,
    drives: Reals,
    substeps: int,
    keep: float,
    below: Reals,
    states: Reals,
    rates: Reals,
    brought: Reals,
) -> None:
    """Fill `states` and `rates` from zero on.

    ``below[k]`` is the slope of neuron k's activation below zero; above it is 1. `keep`, too,
    has the precision of the arrays.
    """
    n_trials, n_neurons = brought.shape
    states[0] = 0
    rates[0] = 0
    for s in range(len(drives) * substeps):
        drive = drives[s // substeps]
        np.dot(rates[s], synapses, brought)
        for b in range(n_trials):
            for k in range(n_neurons):
                x = keep * states[s, b, k] + brought[b, k] + drive[b, k]
                states[s + 1, b, k] = x
                rates[s + 1, b, k] = x if x > 0 else below[k] * x


@compiled
def backward(
    synapses: Reals,
    onto_states: Reals,
    substeps: int,
    keep: float,
    below: Reals,
    states: Reals,
    brought: Reals,
) -> None:
    """Turn `states` into what the error gains by them, from the last to the first."""
    n_trials, n_neurons = brought.shape
    n_substeps = len(onto_states) * substeps
    states[n_substeps] = onto_states[-1]
    for s in range(n_substeps - 1, 0, -1):
        np.dot(states[s + 1], synapses, brought)
        for b in range(n_trials):
            for k in range(n_neurons):
                gained = brought[b, k] if states[s, b, k] > 0 else below[k] * brought[b, k]
                states[s, b, k] = gained + keep * states[s + 1, b, k]
        if s % substeps == 0:
            states[s] += onto_states[s // substeps - 1]

"""What a network does before and after balancing: power, spread, and whether it is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors

if TYPE_CHECKING:
    from homolog.networks._run import Run
    from homolog.networks.recurrent import RecurrentNetwork

SPEED = 0.1
"""Part of a state's own time scale that one Euler step of a check may take."""


@dataclass(frozen=True, eq=False)
class Activity:
    """Activity on the same inputs, without noise, of a network and of the balanced one.

    Attributes
    ----------
    power_before, power_after
        (neuron,) mean square of each state over trials and times.
    deviation_before, deviation_after
        Standard deviation of all states of all neurons together, the unit in which noise of
        the states is best given.
    output_difference
        Largest difference of an output over the largest output; of a network without outputs,
        of the states, scaled back. Rounding (1e-15, or 1e-6 in float32) if all went well.
    """

    power_before: NDArray[np.float64]
    power_after: NDArray[np.float64]
    deviation_before: float
    deviation_after: float
    output_difference: float


def compared(before: Run, after: Run, h: NDArray[np.float64]) -> Activity:
    """Two runs of the same inputs, of a network and of the same one transformed by `h`."""
    return Activity(
        power_before=before.activity_power,
        power_after=after.activity_power,
        deviation_before=float(before.states.std(dtype=np.float64)),
        deviation_after=float(after.states.std(dtype=np.float64)),
        output_difference=difference(before, after, h),
    )


def difference(before: Run, after: Run, h: NDArray[np.float64]) -> float:
    """Largest difference of outputs, or of states scaled back, over the largest of them."""
    if before.outputs.shape[-1]:
        expected, found = before.outputs.astype(np.float64), after.outputs.astype(np.float64)
    else:
        expected, found = before.states.astype(np.float64), after.states * np.exp(h)
    largest = np.abs(expected).max()
    return float(np.abs(found - expected).max() / largest) if largest > 0 else 0.0


def random_difference(
    network: RecurrentNetwork,
    other: RecurrentNetwork,
    h: NDArray[np.float64],
    rng: int | np.random.Generator,
    n_trials: int = 3,
    n_times: int = 5,
) -> float:
    """`difference` on random inputs, or from random states where there are no inputs.

    Steps are as short as the strongest synapses ask for, since weights of a connectome are in
    no unit of time.
    """
    rng = np.random.default_rng(rng)
    inputs = rng.standard_normal((n_trials, n_times, network.n_inputs))
    start = np.zeros(network.n_neurons)
    if not network.n_inputs:
        start = rng.standard_normal((n_trials, network.n_neurons))
    strength = float(np.max(abs(network.recurrent).sum(axis=1)))
    dt = SPEED * float(network.time_constants.min()) / (1 + strength)
    before = network.run(inputs, step=10 * dt, dt=dt, start=start)
    after = other.run(inputs, step=10 * dt, dt=dt, start=start * np.exp(-h))
    return difference(before, after, h)


def measured(network: RecurrentNetwork, inputs: Any, step: float, dt: float) -> Run | None:
    """What the network does without noise; None without inputs, HM025 for a silent one."""
    if inputs is None:
        return None
    run = network.run(inputs, step=step, dt=dt)
    if not run.states.any():
        raise errors.bad_value("inputs", "such that no neuron moves", "inputs that reach neurons")
    return run

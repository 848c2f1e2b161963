"""What a recurrent network does with inputs: Euler steps with noise, many trials at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog import errors
from homolog.networks._recurrent_parts import real
from homolog.networks.activations import Activation
from homolog.representation import Representation
from homolog.representation._axes import Label

if TYPE_CHECKING:
    from homolog.networks.recurrent import RecurrentNetwork

Floats = NDArray[np.floating[Any]]
WHOLE = 1e-6
"""How far step / dt may be from a whole number: rounding of decimal fractions."""


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """What a network did in some trials.

    Attributes
    ----------
    states
        (trial, time, neuron) or (replica, trial, time, neuron): the current of every neuron
        at the end of each step.
    outputs
        The same with outputs in place of neurons.
    step
        Time from one entry to the next.
    activation
        What makes rates of states.
    neurons, name
        Labels of the neurons, and what the network is called.
    """

    states: Floats
    outputs: Floats
    step: float
    activation: Activation
    neurons: tuple[Label, ...] | None = None
    name: str = ""

    def __repr__(self) -> str:
        """One line: how many of everything."""
        *replicas, trials, times, neurons = self.states.shape
        first = f"{replicas[0]} replicas × " if replicas else ""
        return f"<Run: {first}{trials} trials × {times} times × {neurons} neurons>"

    @property
    def times(self) -> Floats:
        """When each entry was read, from the start of the first input."""
        return self.step * np.arange(1, self.states.shape[-2] + 1)

    @property
    def rates(self) -> Floats:
        """What the neurons sent to each other, of the shape of the states."""
        return self.activation(self.states)

    @property
    def activity_power(self) -> NDArray[np.float64]:
        r"""Mean of :math:`x_k^2` over trials and times, (neuron,) or (replica, neuron)."""
        return np.mean(np.square(self.states, dtype=np.float64), axis=(-3, -2))

    def replica(self, which: int) -> Run:
        """The run of one replica."""
        if self.states.ndim == 3:
            raise errors.bad_value("replica", which, "none; this run has no axis of replicas")
        if not isinstance(which, Integral) or not -len(self.states) <= which < len(self.states):
            raise errors.bad_value("replica", which, f"0 to {len(self.states) - 1}")
        at = int(which)
        return replace(self, states=self.states[at], outputs=self.outputs[at])

    def representation(
        self,
        stimuli: Iterable[object] | None = None,
        *,
        of: Literal["rates", "states"] = "rates",
        name: str | None = None,
    ) -> Representation:
        """Hidden activity as a population, for `homolog.compare` and `homolog.matrix`.

        Parameters
        ----------
        stimuli
            What each trial showed. Trials of one label become trials of that stimulus; where
            stimuli have unlike numbers of trials, the rest is declared missing. By default
            every trial is a stimulus of its own.
        of
            Which activity.
        name
            What tables call the population; by default the network's name.

        Returns
        -------
        population
            Dims (stimulus, time, neuron), or (trial, stimulus, time, neuron) where a stimulus
            was shown more than once; times in the unit of time constants. Neurons that never
            change are left out, and `dropped` says how many.

        Raises
        ------
        HomologError
            HM025 for a run of several replicas; HM006, HM019 and HM027 as `Representation`.
        """
        if self.states.ndim != 3:
            allowed = "one replica: run.replica(0).representation(…)"
            raise errors.bad_value("number of replicas", len(self.states), allowed)
        if of not in ("rates", "states"):
            raise errors.bad_value("of", of, '"rates" or "states"')
        activity = self.rates if of == "rates" else self.states
        labels = None if stimuli is None else list(stimuli)
        grouped, missing, labels = _grouped(activity, labels)
        dims = ("trial", "stimulus", "time", "neuron")[4 - grouped.ndim :]
        return Representation(
            grouped,
            dims,
            stimuli=labels,  # pyright: ignore[reportArgumentType]
            neurons=self.neurons or tuple(range(activity.shape[-1])),
            times=tuple(map(float, self.times)),
            missing=missing,
            unit=of.removesuffix("s"),
            name=self.name if name is None else name,
        ).drop_constant()


def run(
    network: RecurrentNetwork,
    inputs: Any,
    *,
    step: float,
    dt: float,
    noise: float,
    rng: int | np.random.Generator,
    start: Any,
    trials: Iterable[int] | None,
) -> Run:
    """Integrate; see `RecurrentNetwork.run`."""
    u = _inputs(network, inputs)
    substeps = _substeps(network, step, dt)
    _refuse_noise(noise)
    shape = (*network.recurrent.shape[:-2], u.shape[-3], network.n_neurons)
    x = _start(start, shape, network.dtype)
    drawn = _noise(rng, _numbers(trials, u.shape[-3]), network.n_neurons, substeps, network.dtype)
    rate = (dt / network.time_constants).astype(network.dtype)[..., None, :]
    size = network.dtype.type(noise * np.sqrt(dt))
    bias, received = network.bias[..., None, :], _product(network.recurrent)
    phi, given = network.phi, _product(network.input_weights)
    states = np.empty((*shape[:-1], u.shape[-2], shape[-1]), network.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for time in range(u.shape[-2]):
            drive = given(u[..., time, :]) + bias
            for xi in drawn() if noise else (None,) * substeps:
                x = x + rate * (received(phi(x)) + drive - x)
                if xi is not None:
                    x += size * xi
            states[..., time, :] = x
            if not np.isfinite(x).all():
                raise _diverged(x, time, step, dt)
        read = phi(states) if network.reads == "rates" else states
        outputs = _read_out(network, read)
    return Run(states, outputs, step, phi, network.neurons, network.name)


def _product(weights: Any) -> Callable[[Floats], Floats]:
    """Weights times what arrives, (…, trial, pre) to (…, trial, post)."""
    if sparse.issparse(weights):
        # scipy then reads every synapse once for all trials.
        return lambda x: (weights @ np.ascontiguousarray(x.T)).T
    transposed = np.swapaxes(weights, -1, -2)
    return lambda x: x @ transposed


def _read_out(network: RecurrentNetwork, read: Floats) -> Floats:
    weights = network.output_weights
    if network.has_replicas:
        weights = weights[:, None]  # over trials
    return read @ np.swapaxes(weights, -1, -2) + network.output_bias[..., None, None, :]


def _noise(
    rng: int | np.random.Generator, numbers: list[int], n_neurons: int, substeps: int, dtype: Any
) -> Callable[[], Floats]:
    """Standard normal numbers of the next step, (substep, trial, neuron), each trial its own."""
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**63))
    elif not isinstance(rng, Integral) or rng < 0:
        raise errors.bad_value("rng", rng, "a whole number from 0 on, or a numpy.random.Generator")
    streams = [np.random.default_rng([int(rng), number]) for number in numbers]

    def drawn() -> Floats:
        # In double precision always, so that a network in either meets the same noise.
        found = [stream.standard_normal((substeps, n_neurons)) for stream in streams]
        return np.stack(found, axis=1).astype(dtype, copy=False)

    return drawn


def _inputs(network: RecurrentNetwork, inputs: Any) -> Floats:
    u = real("inputs", inputs, network.dtype)
    n_inputs = network.n_inputs
    expected = f"(trial, time, {n_inputs})"
    if network.has_replicas:
        expected += f" or ({network.n_replicas}, trial, time, {n_inputs})"
    fits = u.ndim == 3 or (u.ndim == 4 and network.has_replicas and len(u) == network.n_replicas)
    if not fits or u.shape[-1] != n_inputs or 0 in u.shape[:-1]:
        if not n_inputs:
            expected += ", for it has no input weights"
        elif u.ndim == 2:
            expected += "; inputs[None] is one trial"
        raise errors.recurrent_misfit("shape of the inputs", u.shape, expected)
    return u


def _substeps(network: RecurrentNetwork, step: float, dt: float) -> int:
    """Euler steps while an input is held."""
    for what, value in (("step", step), ("dt", dt)):
        if not isinstance(value, Real) or not 0 < value < np.inf:
            raise errors.bad_value(what, value, "a positive time, in the unit of time_constants")
    count = step / dt
    if abs(count - round(count)) > WHOLE * count or round(count) < 1:
        raise errors.bad_value("dt", dt, f"a whole fraction of step, which is {step:g}")
    shortest = float(network.time_constants.min())
    if dt >= 2 * shortest:
        raise errors.unstable_dt(dt, shortest)
    return round(count)


def _refuse_noise(noise: float) -> None:
    if not isinstance(noise, Real) or not 0 <= noise < np.inf:
        raise errors.bad_value("noise", noise, "0 or a positive standard deviation")


def _start(start: Any, shape: tuple[int, ...], dtype: Any) -> Floats:
    if start is None:
        return np.zeros(shape, dtype)
    given = real("start", start, dtype)
    try:
        return np.array(np.broadcast_to(given, shape))
    except ValueError:
        expected = f"({shape[-1]},), or what spreads to {shape}"
        raise errors.recurrent_misfit("shape of the start", given.shape, expected) from None


def _numbers(trials: Iterable[int] | None, count: int) -> list[int]:
    numbers = list(range(count) if trials is None else trials)
    if any(not isinstance(one, Integral) or one < 0 for one in numbers):
        raise errors.bad_value("trials", trials, "whole numbers from 0 on")
    if len(numbers) != count:
        raise errors.bad_value("number of trials", len(numbers), f"{count}, one for each input")
    return [int(one) for one in numbers]


def _diverged(x: Floats, time: int, step: float, dt: float) -> errors.HomologError:
    *replica, trial = map(int, np.argwhere(~np.isfinite(x).all(-1))[0])
    of = replica[0] if replica else None
    return errors.activity_diverged(trial, (time + 1) * step, dt, str(x.dtype), of)


def _grouped(
    activity: Floats, labels: list[object] | None
) -> tuple[Floats, NDArray[np.bool_] | None, list[object] | None]:
    """Trials of one stimulus side by side, what is missing, and the stimuli once each."""
    if labels is None or len(labels) != len(activity) or len(set(labels)) == len(labels):
        return activity, None, labels
    stimuli = list(dict.fromkeys(labels))
    places = [[i for i, one in enumerate(labels) if one == stimulus] for stimulus in stimuli]
    most = max(map(len, places))
    grouped = np.zeros((most, len(stimuli), *activity.shape[1:]), activity.dtype)
    missing = np.ones(grouped.shape, dtype=bool)
    for at, trials in enumerate(places):
        grouped[: len(trials), at] = activity[trials]
        missing[: len(trials), at] = False
    return grouped, missing if missing.any() else None, stimuli

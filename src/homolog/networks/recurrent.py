"""A recurrent network of rate neurons: its weights, and what it does with an input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, replace
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy import sparse

from homolog import errors
from homolog._words import counted
from homolog.networks._recurrent_parts import FORMS, Weights, fitted
from homolog.networks._run import Run
from homolog.networks.activations import Activation, find
from homolog.representation._axes import Label, unique

__all__ = ["RecurrentNetwork", "Run", "load_recurrent"]


@dataclass(frozen=True, eq=False, repr=False)
class RecurrentNetwork:
    r"""Rate neurons with synapses among them, from inputs and to outputs.

    .. math:: \tau \dot{x} = -x + J \phi(x) + W_{in} u + b, \qquad y = W_{out} x

    Attributes
    ----------
    recurrent
        :math:`J`, (neuron, neuron): ``recurrent[i, j]`` is the weight of the synapse from
        neuron j to neuron i. An array, a sparse one of scipy (kept as CSR), or (replica,
        neuron, neuron) for networks side by side that never touch.
    input_weights
        :math:`W_{in}`, (neuron, input).
    output_weights
        :math:`W_{out}`, (output, neuron).
    bias
        (neuron,), 0 by default.
    time_constants
        :math:`\tau`, (neuron,), in the unit of time that `run` takes; 1 by default.
    activation
        :math:`\phi`: a name, a function or an `Activation`.
    output_bias
        (output,), added to the output; 0 by default.
    reads
        Whether outputs read the ``"states"``, as in the equation, or the ``"rates"``:
        :math:`y = W_{out} \phi(x)`.
    neurons
        Labels of the neurons; None if there are none.
    name
        What messages and tables call it.

    Every part may have a leading replica axis if `recurrent` has one; a part without it is
    shared by all. Everything takes the precision of `recurrent`: float32 is kept, all else is
    float64. Arrays are views that cannot be written to.

    Raises
    ------
    HomologError
        HM053 for parts that do not fit each other, are not real or not finite, and for time
        constants that are not positive; HM023 for an activation that is not known.

    Examples
    --------
    >>> network = RecurrentNetwork([[0.3, 0.5], [0.5, 0.3]], [[1.0], [0.6]], [[0.5, 0.5]])
    >>> network
    <RecurrentNetwork: 2 relu neurons, 4 synapses, 1 input, 1 output, float64>
    >>> network.run(np.ones((1, 3, 1)), dt=0.5).outputs.round(3).ravel()
    array([0.76 , 1.376, 1.874])
    """

    recurrent: Weights
    input_weights: Weights = None
    output_weights: Weights = None
    bias: Weights = None
    time_constants: Weights = None
    activation: Activation | str = "relu"
    _: KW_ONLY
    output_bias: Weights = None
    reads: Literal["states", "rates"] = "states"
    neurons: tuple[Label, ...] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        """Check that all parts fit, and bring them into one form."""
        for part, value in fitted({name: getattr(self, name) for name in FORMS}).items():
            object.__setattr__(self, part, value)
        activation = find(self.activation)
        object.__setattr__(self, "activation", activation)
        if activation.n_neurons not in (None, self.n_neurons):
            found = f"{activation.n_neurons} slopes"
            raise errors.recurrent_misfit("activation", found, f"{self.n_neurons}, one a neuron")
        if self.reads not in ("states", "rates"):
            raise errors.bad_value("reads", self.reads, '"states" or "rates"')
        labels = unique(self.neurons, self.n_neurons, "neuron", self.name or "network")
        object.__setattr__(self, "neurons", labels)

    def __repr__(self) -> str:
        """One line: neurons, synapses, inputs, outputs and replicas."""
        called = f" {self.name!r}" if self.name else ""
        parts = [
            f"{self.n_neurons} {self.phi.name} neurons",
            f"{self.n_synapses} synapses",
            counted(self.n_inputs, "input"),
            counted(self.n_outputs, "output"),
            *([counted(self.n_replicas, "replica")] if self.has_replicas else []),
            str(self.dtype),
        ]
        return f"<RecurrentNetwork{called}: {', '.join(parts)}>"

    @property
    def phi(self) -> Activation:
        """The activation, as an object that computes."""
        return find(self.activation)

    @property
    def n_neurons(self) -> int:
        """Number of neurons."""
        return int(self.recurrent.shape[-1])

    @property
    def n_synapses(self) -> int:
        """Recurrent weights other than zero, of all replicas."""
        found = self.recurrent
        return int(found.count_nonzero() if self.is_sparse else np.count_nonzero(found))

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return int(self.input_weights.shape[-1])

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return int(self.output_weights.shape[-2])

    @property
    def is_sparse(self) -> bool:
        """Whether the recurrent weights are kept as CSR."""
        return bool(sparse.issparse(self.recurrent))

    @property
    def has_replicas(self) -> bool:
        """Whether there is an axis of replicas."""
        return self.recurrent.ndim == 3

    @property
    def n_replicas(self) -> int:
        """Networks side by side; 1 without an axis of replicas."""
        return int(self.recurrent.shape[0]) if self.has_replicas else 1

    @property
    def dtype(self) -> np.dtype[Any]:
        """Precision of all weights."""
        return np.dtype(self.recurrent.dtype)

    @property
    def replicas(self) -> tuple[RecurrentNetwork, ...]:
        """Each replica as a network of its own."""
        return tuple(self.replica(i) for i in range(self.n_replicas))

    def replica(self, which: int) -> RecurrentNetwork:
        """One replica, without the axis of replicas; weights are shared with this network."""
        count = self.n_replicas
        if not isinstance(which, Integral) or not -count <= which < count:
            raise errors.bad_value("replica", which, f"0 to {count - 1}")
        if not self.has_replicas:
            return self
        return replace(self, **{name: getattr(self, name)[int(which)] for name in FORMS})

    def run(
        self,
        inputs: Any,
        *,
        step: float = 1.0,
        dt: float = 0.1,
        noise: float = 0.0,
        rng: int | np.random.Generator = 0,
        start: Any = None,
        trials: Iterable[int] | None = None,
    ) -> Run:
        r"""Integrate the network by Euler's method, with white noise after Maruyama.

        .. math:: x \leftarrow x + \frac{dt}{\tau} (-x + J \phi(x) + W_{in} u + b)
                  + \sqrt{dt} \, \epsilon \, \xi

        Parameters
        ----------
        inputs
            (trial, time, input), the same for all replicas, or (replica, trial, time, input).
            A network without inputs takes arrays whose last axis is empty.
        step
            How long each input is held, in the unit of `time_constants`.
        dt
            Length of an Euler step; `step` is a whole number of them.
        noise
            :math:`\epsilon`, standard deviation of the noise of a state in unit time.
        rng
            Where noise comes from. The noise of a trial depends on `rng` and the trial's
            number alone: it is the same for a trial alone or among others, for every replica
            and in both precisions. A Generator is drawn from once.
        start
            States before the first input, (neuron,) or any shape that spreads to (replica,
            trial, neuron); 0 by default.
        trials
            Numbers of the trials, for their noise; 0, 1, 2, … by default.

        Returns
        -------
        run
            States and outputs at the end of each step: (trial, time, …), with replicas first
            where the network has them.

        Raises
        ------
        HomologError
            HM053 for inputs or a start that do not fit, HM025 for times and noise that mean
            nothing, HM045 for steps with which the leak alone diverges, HM015 where activity
            leaves the range of its precision, with trial and time.

        Notes
        -----
        A trial run alone and among others has the same noise to the last bit. Its states agree
        to rounding, since a product of matrices adds up in an order that depends on its size.
        """
        from homolog.networks._run import run

        return run(self, inputs, step=step, dt=dt, noise=noise, rng=rng, start=start, trials=trials)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write everything to an .npz file, whole or not at all; `load_recurrent` reads it.

        Raises
        ------
        HomologError
            HM024 for another ending than .npz, HM034 when it cannot be written.
        """
        from homolog.networks._recurrent_files import write

        return write(self, Path(path))

    def to_torch(self) -> tuple[Any, Any]:
        """Return a ``torch.nn.RNN`` (batch first) and its linear readout, the way back.

        The readout is None for a network without outputs. With dt = step = 1 both compute
        the same, see `from_torch`.

        Raises
        ------
        HomologError
            HM053 for a network that no ``torch.nn.RNN`` computes.
        """
        from homolog.networks._recurrent_torch import given_back

        return given_back(self)

    @classmethod
    def from_torch(cls, module: Any, readout: Any = None) -> RecurrentNetwork:
        r"""Take over a ``torch.nn.RNN`` of one layer, and the linear readout of its rates.

        PyTorch computes rates, :math:`r_t = \phi(W_{hh} r_{t-1} + W_{ih} u_t + b)`. The network
        returned holds the currents :math:`x_t` with :math:`r_t = \phi(x_t)`, for which one
        Euler step with dt = step = τ = 1 is :math:`x_t = W_{hh} \phi(x_{t-1}) + W_{ih} u_t + b`:
        ``network.run(inputs, step=1, dt=1).rates`` is what PyTorch returns, and ``.outputs`` what
        the readout makes of it.

        Parameters
        ----------
        module
            ``torch.nn.RNN`` with ReLU or tanh.
        readout
            ``torch.nn.Linear`` applied to its rates; None for a network without outputs.

        Raises
        ------
        HomologError
            HM053 for what cannot be mapped: several layers or directions, LSTM and GRU.
        """
        from homolog.networks._recurrent_torch import taken_over

        return taken_over(module, readout)

    @classmethod
    def from_connectome(
        cls, source: Any, *, key: str | None = None, **parts: Any
    ) -> RecurrentNetwork:
        """Make a network of counted or measured synapses.

        Parameters
        ----------
        source
            A (neuron, neuron) array or sparse array of scipy, or a file of one: .npz with the
            arrays data, indices, indptr and shape of a CSR matrix; one that
            ``scipy.sparse.save_npz`` wrote; dense in an .npy, .npz or any other format that
            `homolog.load` reads. ``names`` in the same file become the labels of neurons.
            Rows are the neurons that synapses lead to: transpose what is stored otherwise.
        key
            Which array of a file, where it holds several.
        **parts
            Other parts of the network, such as ``input_weights`` and ``activation``.

        Raises
        ------
        HomologError
            HM021 for a damaged file, HM022 where it is not clear which array is meant, HM023
            where `key` is not there, HM032 for no file, HM053 for one that is not square.
        """
        from homolog.networks._connectome import connectome

        weights, names, called = connectome(source, key)
        given: dict[str, Any] = {"neurons": names, "name": called, **parts}
        return cls(weights, **given)


def load_recurrent(path: str | PathLike[str]) -> RecurrentNetwork:
    """Read a network that `RecurrentNetwork.save` wrote. Nothing in a file is ever run.

    Raises
    ------
    HomologError
        HM021 for a file that is cut off, damaged or holds something else, HM014 for one that
        could run code, HM032 when there is no such file.
    """
    from homolog.networks._recurrent_files import read

    return read(Path(path))

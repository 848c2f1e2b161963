"""How far noise in its activity pushes a network off course, and the gains that decide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.balancing._checks import positive, real_array
from homolog.balancing._matrix import Matrix, blocks, weight_matrix

if TYPE_CHECKING:
    from homolog.networks.activations import Activation
    from homolog.networks.recurrent import RecurrentNetwork

STATES_A_TIME = 4096


@dataclass(frozen=True, eq=False)
class Gains:
    r"""Gains of the neurons, :math:`\phi'(x)`, as they were at work.

    Attributes
    ----------
    mean
        (neuron,) :math:`\mu_j`, the mean gain over all moments of all trials. For ReLU the
        share of the time in which the neuron was active.
    mean_square
        (neuron,) :math:`\sigma_j^2`, the mean of the squared gain. Equal to `mean` only for
        units such as ReLU whose gains are 0 or 1.

    Raises
    ------
    HomologError
        HM025 if they do not fit each other or no gains can have these moments.
    """

    mean: NDArray[np.float64]
    mean_square: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check that both are moments of the gains of the same neurons."""
        mean, square = (real_array(f"{name} of gains", getattr(self, name)) for name in MOMENTS)
        if mean.ndim != 1 or not mean.size or square.shape != mean.shape:
            shapes = f"{mean.shape} and {square.shape}"
            raise errors.bad_value("gains", shapes, "one mean and one mean square per neuron")
        possible = np.isfinite(square) & (mean**2 <= square * (1 + 1e-6))
        if not possible.all():
            at = int(np.flatnonzero(~possible)[0])
            got = f"mean {mean[at]}, mean square {square[at]}"
            raise errors.bad_value(f"gains of neuron {at}", got, "mean² up to the mean square")
        for name, moments in zip(MOMENTS, (mean, square), strict=True):
            moments.flags.writeable = False
            object.__setattr__(self, name, moments)


MOMENTS = ("mean", "mean_square")


def gains(network: RecurrentNetwork | Activation | str, states: Any) -> Gains:
    r"""Mean and mean square of the gains of neurons over the states they visited.

    Both are the same before and after `transform`, exactly, for a homogeneous activation
    has the same slope at x and at any positive multiple of x.

    Parameters
    ----------
    network
        A recurrent network without a replica axis, or an activation.
    states
        (…, neuron) activity x, such as the states of a run (or the run), over whose leading
        axes the mean is taken. Take a run without noise, on what the network is used for:
        a neuron that never was active has gain 0, and is taken to carry no noise.

    Raises
    ------
    HomologError
        HM025 for states that are not finite or not of these neurons, or for replicas: their
        gains differ, so take one at a time.
    """
    from homolog.networks.activations import find

    states = _states(states)
    if getattr(network, "n_neurons", None) not in (None, states.shape[-1]):
        raise errors.bad_value("states", states.shape, "the neurons of the network, last")
    _refuse_replicas(network)
    activation = find(cast("Any", getattr(network, "activation", network)))
    mean, square = np.zeros(states.shape[-1]), np.zeros(states.shape[-1])
    for first in range(0, len(states), STATES_A_TIME):
        slopes = activation.derivative(states[first : first + STATES_A_TIME])
        mean += slopes.sum(axis=0)
        square += (slopes**2).sum(axis=0)
    return Gains(mean / len(states), square / len(states))


def sensitivity(network: Any, gains: Gains) -> float:
    r"""How strongly a small push of the activity changes where it is heading.

    .. math::

        S = \langle \|{-I} + J \, \mathrm{diag}\, \phi'(x)\|_F^2 \rangle
          = \sum_{ij} \sigma_j^2 J_{ij}^2 - 2 \sum_i \mu_i J_{ii} + N

    the mean over the states x of the squared change of the velocity (of :math:`\tau \dot x`),
    for isotropic noise of variance 1 in the activity. Its reciprocal is called robustness.
    Only the first term depends on h: it is the sum of the costs `robustness`.

    Parameters
    ----------
    network
        A recurrent network without a replica axis, or its recurrent weights, dense or CSR.
    gains
        Of its neurons, from `gains`.

    Returns
    -------
    sensitivity
        0 or more; N for a network without recurrent synapses. It says nothing of the
        readout: the output noise of two networks of one sensitivity can differ by any factor.

    Raises
    ------
    HomologError
        HM053 for weights, HM025 for gains that do not fit, HM055 if it is too large for a number.

    Notes
    -----
    Equations (6) to (9) of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418.
    """
    recurrent = _recurrent(network, len(gains.mean))
    total = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for block in blocks(recurrent):
            weights = block.values.astype(np.float64, copy=False)
            own = np.where(block.rows == block.columns, weights, 0.0)
            total += float((gains.mean_square[block.columns] * weights**2).sum())
            total -= 2 * float((gains.mean[block.columns] * own).sum())
    if not np.isfinite(total):
        raise errors.beyond_range("the sensitivity", (), np.float64)
    return total + recurrent.shape[0]


def sensitivity_by_perturbation(
    network: RecurrentNetwork,
    states: Any,
    *,
    size: float = 1e-6,
    draws: int = 16,
    rng: int | np.random.Generator = 0,
) -> float:
    r"""Estimate the sensitivity by pushing the activity, without any derivative.

    .. math:: \langle \|f(x + \delta) - f(x)\|^2 \rangle / \varepsilon^2, \quad
        \delta \sim N(0, \varepsilon^2 I)

    Parameters
    ----------
    network
        Without a replica axis. Any activation.
    states
        (…, neuron) activity, or a run.
    size
        Standard deviation of the push, :math:`\varepsilon`. As it grows, the noise of the
        real world rather than the limit of equation (6) is measured.
    draws
        Pushes for each state.
    rng
        Seed or generator of the pushes.

    Returns
    -------
    sensitivity
        With a relative standard error of about :math:`\sqrt{2 / (N M)}` for N neurons and M
        pushes in all, if synapses are about equally strong, and more if few are strong.

    Raises
    ------
    HomologError
        HM025 for arguments that do not fit.
    """
    states = _states(states)
    recurrent = _recurrent(network, states.shape[-1]).astype(np.float64)
    size, generator = positive("size", size), np.random.default_rng(rng)
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise errors.bad_value("draws", draws, "a whole number from 1 on")
    total = 0.0
    for first in range(0, len(states), STATES_A_TIME):
        x = states[first : first + STATES_A_TIME]
        for _ in range(draws):
            push = size * generator.standard_normal(x.shape)
            change = network.phi(x + push) - network.phi(x)
            total += float((((recurrent @ change.T).T - push) ** 2).sum())
    return total / (len(states) * draws * size**2)


def _recurrent(network: Any, n_neurons: int) -> Matrix:
    """The recurrent weights of a network, or the weights that were given."""
    _refuse_replicas(network)
    recurrent = weight_matrix(getattr(network, "recurrent", network))
    if recurrent.shape[0] != n_neurons:
        raise errors.bad_value("recurrent", recurrent.shape, f"weights of {n_neurons} neurons")
    return recurrent


def _refuse_replicas(network: Any) -> None:
    if getattr(getattr(network, "recurrent", None), "ndim", 2) == 3:
        got = f"{network.n_replicas} replicas"
        raise errors.bad_value("network", got, "one at a time: network.replica(k)")


def _states(given: Any) -> NDArray[np.float64]:
    """(moment, neuron) activity, from states or the run that has them."""
    states = real_array("states", getattr(given, "states", given))
    if states.ndim < 1 or not states.size:
        raise errors.bad_value("states", states.shape, "(…, neuron), at least one moment")
    if not np.isfinite(states).all():
        raise errors.bad_value("states", "NaN or infinite in places", "finite numbers")
    return states.reshape(-1, states.shape[-1])

"""Moving a network to other weights that compute the same: the task-preserving transformation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from homolog import errors
from homolog.balancing._checks import log_scales
from homolog.balancing._matrix import Matrix, weight_matrix
from homolog.balancing._scaling import conjugated, times_exponential

if TYPE_CHECKING:
    from homolog.networks.activations import Activation
    from homolog.networks.recurrent import RecurrentNetwork


def transform(network: RecurrentNetwork, h: ArrayLike) -> RecurrentNetwork:
    r"""Return the network with other weights and, neuron by neuron, another scale of activity.

    .. math::

        J_{ij} \to J_{ij} e^{h_j - h_i}, \quad
        W^{in} \to e^{-H} W^{in}, \quad
        b \to e^{-h} b, \quad
        W^{out} \to W^{out} e^{H}

    The activity of neuron k becomes :math:`e^{-h_k}` times what it was at every moment, and
    the outputs stay exactly what they were, for any input, time constants and Euler step,
    from activity 0 (or a `start` times :math:`e^{-h}`). That holds for every homogeneous
    activation, and without noise: what noise does depends on h.

    Parameters
    ----------
    network
        With a homogeneous activation; replicas are transformed each by its own row of `h`.
    h
        (neuron,) log-scales, or (replica, neuron) where the network has replicas.

    Returns
    -------
    transformed
        Equal to the network it came from to rounding, for :math:`-h` takes it back.

    Raises
    ------
    HomologError
        HM025 if `h` does not fit, HM054 for an activation that is not homogeneous (with h
        of standard deviation 0.7, the outputs of small random networks of tanh, softplus or
        ELU change by 8 to 77 %), HM055 if weights become too large or too small for their
        precision.

    Notes
    -----
    Equation (4) of Stock et al. (2022), who have no bias. Where Proposition 1 prints
    :math:`e^{-H x^0(t)}`, and (49) likewise, it must be :math:`e^{-H} x^0(t)`.

    References
    ----------
    https://doi.org/10.1371/journal.pcbi.1010418
    """
    refuse_inhomogeneous(network.phi)
    h = log_scales(h, network.bias.shape)
    inward, outward = -h[..., :, None], h[..., None, :]
    return replace(
        network,
        recurrent=_recurrent(network.recurrent, h),
        input_weights=times_exponential(network.input_weights, inward, "input_weights"),
        output_weights=times_exponential(network.output_weights, outward, "output_weights"),
        bias=times_exponential(network.bias, -h, "bias"),
    )


def transform_weights(recurrent: Any, h: ArrayLike) -> Matrix:
    r"""Return recurrent weights :math:`e^{-H} J e^{H}`.

    Signs, zeros, eigenvalues and the product of weights around every cycle stay.

    Parameters
    ----------
    recurrent
        (neuron, neuron) weights, [i, j] from j to i; an array or scipy CSR.
    h
        (neuron,) log-scales. Only their differences count.

    Returns
    -------
    transformed
        In the same form and precision, float32 or float64; integers become float64.

    Raises
    ------
    HomologError
        HM053 for weights and HM025 for `h` that do not fit, HM055 if weights become too large
        or too small.
    """
    recurrent = weight_matrix(recurrent)
    return conjugated(recurrent, log_scales(h, recurrent.shape[:1]), "recurrent", exact=True)


def refuse_inhomogeneous(activation: Activation) -> None:
    """HM054 for an activation whose networks cannot be rescaled."""
    if not activation.homogeneous:
        from homolog.networks.activations import homogeneity_error

        raise errors.not_homogeneous(activation.name, homogeneity_error(activation))


def _recurrent(recurrent: Matrix, h: np.ndarray) -> Matrix:
    if recurrent.ndim == 2:
        return conjugated(recurrent, h, "recurrent", exact=True)
    each = zip(recurrent, h, strict=True)
    return np.stack([conjugated(weights, own, "recurrent", exact=True) for weights, own in each])

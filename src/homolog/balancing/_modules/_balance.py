"""Balancing of a deep network by rescaling every hidden unit or channel."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import nn

from homolog import errors
from homolog.balancing._equilibrium import equilibrium
from homolog.balancing._modules._layers import GROUND, Floats, Layer, cost_matrix, is_layer, rescale
from homolog.balancing._modules._living import living
from homolog.balancing._modules._norms import fold_norms
from homolog.balancing._modules._outputs import output_difference
from homolog.balancing._modules._result import ModuleBalanced
from homolog.balancing._modules._trace import steps, walked
from homolog.balancing._modules._walk import settled
from homolog.balancing.costs import PowerLaw

POWERS = {"l1": 1.0, "l2": 2.0}
COSTS = "'l1', 'l2' or a PowerLaw of weight 1; 'robustness' is for recurrent networks"


def balance_module(
    module: nn.Module,
    *,
    cost: str | PowerLaw = "l2",
    power: float | None = None,
    tolerance: float = 1e-10,
    example: Any = None,
) -> ModuleBalanced:
    r"""Give a deep network other weights of the least total cost, and the same outputs.

    A unit that answers any factor with the same factor (ReLU, leaky ReLU, linear) can have its
    incoming weights and bias divided by :math:`e^{h}` and its outgoing weights multiplied by
    it. The h that minimise :math:`C = \sum |w|^p`, over all weights and biases, are unique:
    they solve the same convex problem as those of a recurrent network, with one more neuron,
    the *ground*, that stands for inputs, outputs and biases and keeps h = 0. A channel of a
    convolution is one unit, and its cost the sum over all taps.

    Parameters
    ----------
    module
        Linear, convolutional and transposed layers with any groups, joined by ReLU, leaky ReLU,
        PReLU, pooling, dropout, padding, flatten, sums (skips) and concatenation, as
        `torch.fx` can trace. What comes before the first layer or after the last may be anything.
        Taken as it evaluates, and left untouched.
    cost
        ``"l2"`` for squares, ``"l1"`` for absolute values.
    power
        Any other exponent above 0, instead of `cost`.
    tolerance
        Balanced when :math:`\|g\|/C` is no larger.
    example
        An input, or a tuple of inputs, on which outputs before and after are compared.

    Returns
    -------
    balanced
        The rescaled copy and what is known of it.

    Raises
    ------
    HomologError
        HM054 for an activation that is not homogeneous, HM057 for a step through which scales
        cannot be carried, HM025 for a cost or power that is none.

    Notes
    -----
    The outputs are equal in evaluation. Trained on, the balanced network learns otherwise: its
    gradients are others, and folded batch norms are gone.

    Examples
    --------
    >>> import torch
    >>> rng = torch.Generator().manual_seed(0)
    >>> network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    >>> for values in network.parameters():
    ...     _ = torch.nn.init.normal_(values, generator=rng)
    >>> balanced = balance_module(network)
    >>> balanced.cost_after < balanced.cost_before
    True
    >>> list(balanced.h)
    ['0']
    """
    power = _power(cost, power)
    if not isinstance(module, nn.Module):
        raise errors.bad_value("module", type(module).__name__, "a torch.nn.Module")
    _refuse_recurrent(module)
    balanced = deepcopy(module)
    training = [(one, one.training) for one in balanced.modules()]
    balanced.eval()
    # Tracing looks into the outermost module, whatever it is, and would not see a bare layer.
    root = nn.Sequential(balanced) if is_layer(balanced) else balanced
    folded = fold_norms(root, steps(root))
    walk = walked(root, steps(root))
    sets, n_sets = settled(walk)
    layers = [replace(one, pre=sets[one.pre], post=sets[one.post]) for one in walk.layers]
    costs = cost_matrix(layers, power, n_sets)
    h, dead, residual, correction = _least(costs, power, tolerance)
    rescale(layers, h)
    for one, before in training:
        one.training = before
    return ModuleBalanced(
        module=balanced,
        h=_by_layer(layers, h),
        dead=_by_layer(layers, dead),
        power=power,
        cost_before=float(costs.sum()),
        cost_after=float(cost_matrix(layers, power, n_sets).sum()),
        residual=residual,
        newton_correction=correction,
        folded=folded,
        output_difference=output_difference(module, balanced, example),
    )


def _refuse_recurrent(module: nn.Module) -> None:
    """HM057 for layers whose units act on each other in time: they would be passed over."""
    for name, part in module.named_modules():
        if isinstance(part, nn.RNNBase | nn.RNNCellBase):
            reason = f"{type(part).__name__}: its units act on each other in time"
            raise errors.cannot_rescale(name, reason, _instead(part))


def _instead(part: nn.RNNBase | nn.RNNCellBase) -> str:
    """What to do with units in time."""
    if isinstance(part, nn.RNN | nn.RNNCell):
        return "Balance homolog.RecurrentNetwork.from_torch(rnn, readout), of an nn.RNN, by itself."
    return "Gates are not homogeneous: no rescaling keeps what they compute."


def _power(cost: Any, power: Any) -> float:
    if power is not None:
        return PowerLaw(power).power
    if isinstance(cost, PowerLaw) and np.ndim(cost.weights) == 0 and cost.weights == 1:
        return cost.power
    if not isinstance(cost, str) or cost not in POWERS:
        raise errors.bad_value("cost", cost, COSTS)
    return POWERS[cost]


def _least(
    costs: csr_array, power: float, tolerance: float
) -> tuple[Floats, NDArray[np.bool_], float, float]:
    """Log-scales of the least cost, which units are dead, residual and Newton correction."""
    alive, leads_nowhere = living(costs)
    h = np.zeros(len(alive))
    if alive.sum() == 1:
        return h, ~alive, 0.0, 0.0
    inner = costs[alive][:, alive]
    found = equilibrium(inner, power=power, tolerance=tolerance)
    h[alive] = found.h - found.h[GROUND]
    # So that no weight between the living and the dead grows, whichever it is.
    h[~alive] = h[alive].min()
    h[leads_nowhere] = h[alive].max()
    return h, ~alive, found.residual, found.newton_correction


def _by_layer(layers: list[Layer], values: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """What is known of the hidden units that each layer writes, in the order of the module."""
    return {layer.name: values[layer.post] for layer in layers if (layer.post != GROUND).any()}

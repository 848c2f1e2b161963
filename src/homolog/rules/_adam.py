"""Adam: steps along a running mean of the gradient, over the root of one of its square."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.optim.adam import adam

from homolog.networks import LayeredNetwork

BETA_GRADIENT = 0.9
BETA_SQUARE = 0.999
EPSILON = 1e-8


def adam_step(
    network: LayeredNetwork,
    gradients: Sequence[Tensor],
    rate: float,
    epsilon: float = EPSILON,
) -> LayeredNetwork:
    r"""Change every forward weight and bias in place, and count the step.

    With the gradient :math:`g` of step :math:`t`, which is the network's ``steps`` plus one,

    .. math::

        m &\leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        w &\leftarrow w - \eta \, \frac{m / (1 - \beta_1^t)}
                                      {\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    Parameters
    ----------
    network
        Its ``moments`` hold m of every weight and bias, then v of every weight and bias. A
        network without them begins at zero.
    gradients
        Of what should fall: for every forward weight, then for every bias.
    rate
        The step size, η.
    epsilon
        What keeps the quotient finite where a gradient has always been zero.
    """
    weights = [*network.forward, *network.biases]
    with torch.inference_mode(False):  # They outlive the step, and may be changed outside of it.
        moments = network.moments or tuple(torch.zeros_like(each) for each in 2 * weights)
    adam_moved(weights, gradients, moments, network.steps, rate, epsilon)
    return replace(network, moments=moments, steps=network.steps + 1)


def adam_moved(
    weights: Sequence[Tensor],
    gradients: Sequence[Tensor],
    moments: Sequence[Tensor],
    steps: int,
    rate: float,
    epsilon: float = EPSILON,
) -> None:
    """Take the step of `adam_step` in place, with `moments` as there, after so many `steps`."""
    # Each weight counts for itself, as each count is raised by one.
    count = torch.tensor(float(steps), device=weights[0].device)
    adam(
        list(weights),
        list(gradients),
        list(moments[: len(weights)]),
        list(moments[len(weights) :]),
        [],
        [count.clone() for _ in weights],
        fused=True,
        amsgrad=False,
        beta1=BETA_GRADIENT,
        beta2=BETA_SQUARE,
        lr=rate,
        weight_decay=0.0,
        eps=epsilon,
        maximize=False,
    )


def epsilon_beside_raw_square(steps: int) -> float:
    r"""The ε that `adam_step` needs where code adds its own to the uncorrected root of v.

    Such code divides by :math:`\sqrt{v} + \epsilon` and puts both corrections in front, which
    is the usual form with :math:`\epsilon / \sqrt{1 - \beta_2^t}`: about 32 times as much in
    the first step, the same after some thousands. `steps` were taken before this one.
    """
    return EPSILON / (1 - BETA_SQUARE ** (steps + 1)) ** 0.5

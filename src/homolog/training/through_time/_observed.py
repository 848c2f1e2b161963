r"""What is written down of every iteration: how large the error is, and how far from balance.

With in-costs :math:`r_k = \sum_j J_{kj}^2` and out-costs :math:`s_k = \sum_i J_{ik}^2`, the neural
gradient is g = r - s. What a network computes does not change when a neuron's incoming weights
shrink and its outgoing ones grow by the same factor; by this symmetry the charge

.. math:: Q_k = g_k + \sum_i W_{in,ki}^2 + b_k^2 - \sum_i W_{out,ik}^2

is conserved by learning in infinitely small steps without a penalty, for homogeneous activations;
with the penalty :math:`\lambda \sum J^2` it changes by :math:`-4 \lambda g`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from homolog.training.through_time._weights import Weights

COLUMNS = ("loss", "rmse", "neural_gradient", "null", "charge", "cost", "gradient_norm")
"""Numbers of an iteration, in the order in which they are kept."""


def observed(weights: Weights, error: Tensor, penalty: float, norm: Tensor) -> Tensor:
    """(replica, column) in double precision, of `COLUMNS`."""
    rows = [
        _row(weights.replica(at), error[at], penalty, norm[at]) for at in range(weights.n_replicas)
    ]
    return torch.stack(rows)


def charges(weights: Weights) -> tuple[Tensor, Tensor]:
    """Neural gradient and charge of every neuron, (replica, neuron), in double precision."""
    incoming, outgoing = _costs(weights)
    neural = incoming - outgoing
    inputs, outputs = (_squared(part) for part in (weights.input_weights, weights.output_weights))
    return neural, neural + inputs.sum(2) + _squared(weights.bias) - outputs.sum(1)


def _row(weights: Weights, error: Tensor, penalty: float, norm: Tensor) -> Tensor:
    incoming, outgoing = _costs(weights)
    neural, charge = charges(weights)
    cost = incoming.sum()
    # Root of the mean of ‖r - s‖² over all orders of r.
    null = (incoming.numel() * (incoming.var(correction=0) + outgoing.var(correction=0))).sqrt()
    numbers = (error + penalty * cost, error, neural.norm(), null, charge.norm(), cost, norm)
    return torch.stack(numbers)


def _costs(weights: Weights) -> tuple[Tensor, Tensor]:
    """In-costs and out-costs of every neuron."""
    squares = _squared(weights.recurrent)
    return squares.sum(2), squares.sum(1)


def _squared(part: Tensor) -> Tensor:
    return part.double().square()

"""The inverse of a layer's running correlations, kept up to date without ever inverting."""

from __future__ import annotations

import torch
from torch import Tensor


def update(inverse: Tensor, rates: Tensor, forgetting: float, *, exact: bool) -> None:
    r"""Bring an inverse correlation matrix up to date with a batch, in place.

    The correlations follow :math:`R \leftarrow \lambda R + (1 - \lambda) \langle r r^\top
    \rangle`. Their inverse then follows, by Woodbury's identity with the rates r of N trials
    as columns,

    .. math:: B \leftarrow \lambda^{-1} \left[ B - B r (N / \gamma + r^\top B r)^{-1} r^\top B
        \right]

    and to first order in :math:`\gamma = (1 - \lambda) / \lambda`, which the published networks
    use, :math:`B \leftarrow \lambda^{-1} [B - \gamma \langle B r r^\top B \rangle]`. The first
    order is not positive definite if a rate has :math:`\gamma\, r^\top B r > 1`.

    Parameters
    ----------
    inverse
        (replica, neuron, neuron), symmetric.
    rates
        (replica, trial, neuron).
    forgetting
        Lambda.
    exact
        Woodbury's identity rather than its first order.
    """
    n_trials = rates.shape[1]
    gain = (1 - forgetting) / forgetting
    projected = torch.bmm(rates, inverse)  # r B is (B r) turned round, as B is symmetric
    if not exact:
        share = -gain / (forgetting * n_trials)
        inverse.baddbmm_(projected.mT, projected, beta=1 / forgetting, alpha=share)
        return
    among = torch.bmm(projected, rates.mT)
    among.diagonal(dim1=1, dim2=2).add_(n_trials / gain)
    factor = torch.linalg.cholesky(among)
    half = torch.linalg.solve_triangular(factor, projected, upper=False)
    inverse.baddbmm_(half.mT, half, beta=1 / forgetting, alpha=-1 / forgetting)

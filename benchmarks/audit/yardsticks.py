"""The same scores by autograd, written twice, and the climb that both share.

`PUBLIC` follows what packages and scripts do: kernels of all rows, decomposed. `LEAN` stays in
the space of the neurons and decomposes as little as it can. Both are given float64.
"""

from collections.abc import Callable, Mapping

import numpy as np
import ot
import torch
from scipy.optimize import OptimizeResult, linear_sum_assignment, minimize
from torch import Tensor

from benchmarks.audit.problems import Reals

Score = Callable[[Tensor, Tensor], Tensor]
"""From target and candidate to a score that is 1 for the same."""

RATE = 0.1


def climbed(score: Score, target: Reals, start: Reals, steps: int) -> Reals:
    """Where so many steps of Adam lead; no step is recorded, which would only take longer."""
    x = torch.from_numpy(target)
    y = torch.from_numpy(start.copy()).requires_grad_()
    optimiser = torch.optim.Adam([y], lr=RATE)
    for _ in range(steps):
        optimiser.zero_grad()
        (-score(x, y)).backward()
        optimiser.step()
    return y.detach().numpy()


def climbed_by_lbfgs(score: Score, target: Reals, start: Reals, goal: float) -> int:
    """Steps of SciPy's L-BFGS to the goal, with the settings and the first step of ours."""
    x, steps = torch.from_numpy(target), [0]
    size = float(np.linalg.norm(start - start.mean(0)))

    def falling(flat: Reals) -> tuple[float, Reals]:
        y = torch.from_numpy(size * flat.reshape(start.shape)).requires_grad_()
        value = -score(x, y)
        value.backward()
        assert y.grad is not None
        return float(value.detach()), size * y.grad.numpy().reshape(-1)

    def seen(intermediate_result: OptimizeResult) -> None:
        steps[0] += 1
        if -intermediate_result.fun >= goal:
            raise StopIteration

    minimize(
        falling,
        start.reshape(-1) / size,
        jac=True,
        method="L-BFGS-B",
        callback=seen,
        options={"maxiter": 1000, "maxcor": 10, "ftol": 0, "gtol": 0},
    )
    return steps[0]


def gradient(score: Score, target: Reals, at: Reals) -> Reals:
    """Of the score, at one place."""
    y = torch.from_numpy(at.copy()).requires_grad_()
    score(torch.from_numpy(target), y).backward()
    assert y.grad is not None
    return y.grad.numpy()


def _centred(x: Tensor) -> Tensor:
    return x - x.mean(0)


def _angular(cosine: Tensor) -> Tensor:
    return 1 - 2 / np.pi * torch.arccos(cosine)


# As public code has it.


def _kernel(x: Tensor) -> Tensor:
    """Inner products of all rows, centred by products with the centring matrix."""
    n = len(x)
    centring = torch.eye(n, dtype=x.dtype) - torch.ones(n, n, dtype=x.dtype) / n
    return centring @ (x @ x.T) @ centring


def _cka_of_kernels(x: Tensor, y: Tensor) -> Tensor:
    values_x, vectors_x = torch.linalg.eigh(_kernel(x))
    values_y, vectors_y = torch.linalg.eigh(_kernel(y))
    overlaps = (vectors_x.T @ vectors_y) ** 2
    return (values_x @ overlaps @ values_y) / (values_x.norm() * values_y.norm())


def _nbs_of_kernels(x: Tensor, y: Tensor) -> Tensor:
    """Fidelity of the kernels; eigenvalues below rounding are cut, or gradients are NaN."""
    k, l = _kernel(x), _kernel(y)  # noqa: E741
    values, vectors = torch.linalg.eigh(k)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    squares = torch.linalg.eigvalsh(root @ l @ root)
    kept = squares[squares > 1e-12 * squares.max()]
    return kept.sqrt().sum() / torch.sqrt(torch.trace(k) * torch.trace(l))


def _procrustes_of_rotations(x: Tensor, y: Tensor) -> Tensor:
    """Both turned by singular vectors, through which the gradient goes, then compared."""
    x, y = _centred(x), _centred(y)
    left, _, right = torch.linalg.svd(x.T @ y)
    x, y = x @ left, y @ right.T
    return _angular((x * y).sum() / (x.norm() * y.norm()))


def _regression_by_qr(x: Tensor, y: Tensor) -> Tensor:
    x, y = _centred(x), _centred(y)
    basis, _ = torch.linalg.qr(y)
    return torch.linalg.norm(basis.T @ x) ** 2 / torch.linalg.norm(x) ** 2


def _matching_by_costs(x: Tensor, y: Tensor) -> Tensor:
    """Every squared distance of two tuning curves, then optimal transport."""
    curves_x, curves_y = _unit(x).T, _unit(y).T
    costs = torch.cdist(curves_x, curves_y) ** 2
    shares = [torch.full((n,), 1 / n, dtype=x.dtype) for n in costs.shape]
    return 1 - ot.emd2(*shares, costs).sqrt() / 2


PUBLIC: Mapping[str, Score] = {
    "cka": _cka_of_kernels,
    "nbs": _nbs_of_kernels,
    "procrustes": _procrustes_of_rotations,
    "linear_regression": _regression_by_qr,
    "soft_matching": _matching_by_costs,
}

# As little as autograd can do with.


def _cka_of_neurons(x: Tensor, y: Tensor) -> Tensor:
    x, y = _centred(x), _centred(y)
    return (y.T @ x).pow(2).sum() / ((x.T @ x).norm() * (y.T @ y).norm())


def _nbs_of_neurons(x: Tensor, y: Tensor) -> Tensor:
    x, y = _centred(x), _centred(y)
    return torch.linalg.svdvals(x.T @ y).sum() / (x.norm() * y.norm())


def _procrustes_of_neurons(x: Tensor, y: Tensor) -> Tensor:
    return _angular(_nbs_of_neurons(x, y))


def _regression_by_factor(x: Tensor, y: Tensor) -> Tensor:
    x, y = _centred(x), _centred(y)
    factor = torch.linalg.cholesky(y.T @ y)
    explained = torch.linalg.solve_triangular(factor, y.T @ x, upper=False)
    return explained.pow(2).sum() / x.pow(2).sum()


def _matching_by_assignment(x: Tensor, y: Tensor) -> Tensor:
    """Correlations of all pairs; the best pairs are found without a gradient."""
    correlations = _unit(x).T @ _unit(y)
    pairs = linear_sum_assignment(correlations.detach().numpy(), maximize=True)
    return 1 - (2 - 2 * correlations[pairs].mean()).sqrt() / 2


def _unit(x: Tensor) -> Tensor:
    x = _centred(x)
    return x / x.norm(dim=0)


LEAN: Mapping[str, Score] = {
    "cka": _cka_of_neurons,
    "nbs": _nbs_of_neurons,
    "procrustes": _procrustes_of_neurons,
    "linear_regression": _regression_by_factor,
    "soft_matching": _matching_by_assignment,
}

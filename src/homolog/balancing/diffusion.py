"""Balancing near its end: neural gradients that diffuse through the network like heat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import eigsh, expm_multiply

from homolog.balancing._checks import positive, rising_times
from homolog.balancing._graph import checked_costs
from homolog.balancing._links import links_of, parts
from homolog.balancing._potentials import FEW_SYNAPSES, operator, potentials
from homolog.balancing.gradients import neural_gradients

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Diffusion:
    """The way to balance as it would be if the costs kept their initial values.

    Attributes
    ----------
    times
        (time,) as asked for.
    gradients
        (time, neuron) neural gradients, in units of cost; they decay to 0.
    h
        (time, neuron) log-scales, 0 at time 0; they rise or fall to `quadratic_equilibrium`.
    """

    times: Floats
    gradients: Floats
    h: Floats


def laplacian(costs: Any) -> Any:
    r"""Laplacian of the network in which every pair of neurons conducts what it costs.

    .. math:: L_{ij} = -(c_{ij} + c_{ji}), \quad L_{ii} = \sum_{k \neq i} (c_{ik} + c_{ki})

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR. Autapses do not
        count.

    Returns
    -------
    laplacian
        In the same form. Symmetric, without negative eigenvalues, and 0 for h that are equal
        within each part of the network; its unit is that of cost.

    Raises
    ------
    HomologError
        HM051 for costs that are not such.

    Notes
    -----
    Equations (35) and (36) of Stock et al. (2022),
    https://doi.org/10.1371/journal.pcbi.1010418.
    """
    costs = checked_costs(costs)
    both = costs + costs.T
    degrees = np.asarray(both.sum(axis=1)).ravel() - both.diagonal()
    if not sparse.issparse(costs):
        np.fill_diagonal(both, 0.0)
        return np.diag(degrees) - both
    between = sparse.csr_array(both)
    between.setdiag(0)
    return sparse.csr_array(sparse.diags_array(degrees) - between)


def hessian(costs: Any, power: float = 2.0) -> Any:
    r"""Second derivatives of the total cost in h: :math:`p^2 L`, equation (34).

    Parameters and errors are those of `laplacian` and `quadratic_equilibrium`.
    """
    return positive("power", power) ** 2 * laplacian(costs)


def heat_kernel(
    costs: Any, times: ArrayLike, *, power: float = 2.0, rate: float | None = None
) -> Diffusion:
    r"""Approximate way to balance: the heat equation on the network as it is now.

    .. math:: g(t) = e^{-p L t} g(0), \quad h(t) = \frac{1}{p} L^+ (g(0) - g(t))

    Parameters
    ----------
    costs
        (neuron, neuron) costs at the start, [i, j] from j to i; an array or scipy CSR.
    times
        (time,) rising, from 0 on.
    power
        p of the cost.
    rate
        :math:`\gamma p` in ``h' = rate * g``. As a rule one over the total cost, so that
        times have no unit; 1 gives the paper's equations.

    Returns
    -------
    diffusion
        Exact as h goes to 0, and off by the square of p times the differences of h.

    Raises
    ------
    HomologError
        HM051 for costs, HM025 for times, a power or a rate that are not such.

    Notes
    -----
    Equations (37) to (39) of Stock et al. (2022). Dense costs are taken apart into
    eigenvectors, sparse ones are not, and large networks remain possible.
    """
    costs, times = checked_costs(costs), rising_times(times)
    total = float(costs.sum())
    speed = positive("power", power) * _rate(rate, total)
    kernel, start = laplacian(costs), neural_gradients(costs)
    if sparse.issparse(costs):
        left = np.stack([expm_multiply(-speed * t * kernel, start) for t in times])
        _, labels = parts(links_of(costs))
        moved = potentials(kernel, (start - left).T, labels).T
        return Diffusion(times, left, moved / power)
    values, vectors = linalg.eigh(kernel)
    along = vectors.T @ start
    decayed = np.exp(-speed * np.outer(times, values))
    still = values <= _zero(values)
    gone = -np.expm1(-speed * np.outer(times, values)) / np.where(still, np.inf, values)
    return Diffusion(times, (decayed * along) @ vectors.T, (gone * along) @ vectors.T / power)


def quadratic_equilibrium(costs: Any, power: float = 2.0) -> Floats:
    r"""Approximate equilibrium: one step of Newton's method from where the network is.

    .. math:: h^* \approx \frac{1}{p} L^+ g

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR.
    power
        p of the cost.

    Returns
    -------
    h
        (neuron,) with sum 0 in each part that no synapse joins to another. Its error is
        quadratic in p times the differences of h: for the ring of `ring_costs`, 8 %.

    Raises
    ------
    HomologError
        HM051 for costs, HM025 for a power that are not such.

    Notes
    -----
    Equation (40) of Stock et al. (2022). It is defined, and says nothing, where there is no
    equilibrium.
    """
    costs = checked_costs(costs)
    _, labels = parts(links_of(costs))
    found = potentials(laplacian(costs), neural_gradients(costs), labels)
    return found / positive("power", power)


def asymptotic_rate(costs: Any, *, power: float = 2.0, rate: float | None = None) -> float:
    r"""How fast neural gradients decay in the end: :math:`p \lambda_2(L)` times `rate`.

    Parameters
    ----------
    costs
        (neuron, neuron) costs at the equilibrium, [i, j] from j to i; an array or scipy CSR.
    power
        p of the cost.
    rate
        :math:`\gamma p` in ``h' = rate * g``; as a rule one over the total cost.

    Returns
    -------
    decay
        Per unit of time; the slowest part of the network counts. Infinite where no two
        neurons are joined, for there is nothing to balance.

    Raises
    ------
    HomologError
        HM051 for costs, HM025 for a power or a rate that are not such.

    Notes
    -----
    Proposition 3 of Stock et al. (2022): at other costs than those of the equilibrium it is
    the rate of the heat equation only. The smallest eigenvalue other than 0 is meant: there
    is one 0 for each part that no synapse joins to another.
    """
    costs = checked_costs(costs)
    speed = positive("power", power) * _rate(rate, float(costs.sum()))
    n_parts, labels = parts(links_of(costs))
    kernel = laplacian(costs)
    if not sparse.issparse(costs):
        slow = linalg.eigvalsh(kernel)
        return speed * float(slow[n_parts]) if n_parts < len(slow) else np.inf
    sizes = np.bincount(labels)
    own = (np.flatnonzero(labels == part) for part in np.flatnonzero(sizes > 1))
    return speed * min((_slowest(kernel[members][:, members]) for members in own), default=np.inf)


def _slowest(kernel: Any) -> float:
    """Smallest eigenvalue other than 0 of a network whose neurons are all joined."""
    n = kernel.shape[0]
    if n < 64:  # too small for iterations, which want more vectors than they look for
        return float(linalg.eigvalsh(kernel.toarray())[1])
    largest = 2 * float(kernel.diagonal().max())
    if kernel.nnz <= (FEW_SYNAPSES + 1) * n:
        return float(np.sort(eigsh(kernel.tocsc(), k=2, sigma=-1e-9 * largest)[0])[1])
    # Equal h everywhere is moved out of the way of what is looked for.
    lifted = operator(n, lambda x: kernel @ x + largest * x.mean())
    start = np.random.default_rng(0).standard_normal(n)
    settings: Any = {"tol": 1e-8, "maxiter": 100 * n, "v0": start}
    return float(eigsh(lifted, k=1, which="SA", **settings)[0][0])


def _rate(rate: float | None, total: float) -> float:
    if rate is not None:
        return positive("rate", rate)
    return 1 / total if total > 0 else 1.0


def _zero(values: Floats) -> float:
    """What rounding makes of an eigenvalue 0."""
    return len(values) * np.finfo(np.float64).eps * float(np.abs(values).max())

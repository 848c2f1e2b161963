"""What balancing does once a single synapse of a balanced network has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog.balancing._checks import positive, real_number
from homolog.balancing._equilibrium import equilibrium
from homolog.balancing._graph import checked_costs
from homolog.balancing._links import links_of, parts, refuse_reducible
from homolog.balancing._potentials import potentials
from homolog.balancing.diffusion import laplacian
from homolog.balancing.gradients import neural_gradients

Floats = NDArray[np.float64]

TIGHT = 1e-14
"""‖g‖/C of the equilibrium after the change, which may be a small one."""

BALANCED = 1e-6
"""‖g‖/C up to which a network counts as balanced before the change."""


@dataclass(frozen=True, eq=False)
class Response:
    r"""Answer of a balanced network to a change of the synapse from j to i.

    Attributes
    ----------
    gradients, exact_gradients
        (neuron,) neural gradients right after the change, to first order
        :math:`\eta p c_{ij} (e_i - e_j)` (45), and exactly. The synapse from l to k, whatever
        its sign, begins to change at the rate :math:`\dot J_{kl} / J_{kl} = g_l - g_k` (46):
        outgoing synapses of i and incoming ones of j one way, incoming ones of i and outgoing
        ones of j the other way, the changed synapse back at twice that rate, its reciprocal
        away at twice that rate, autapses not at all.
    h, exact_h
        (neuron,) log-scales from the change to the new equilibrium, to first order
        :math:`\eta c_{ij} L^+ (e_i - e_j)` (47), and exactly.
    undone
        :math:`c_{ij} R_{ij}`, from 0 to 1: the share of the change that balancing takes back,
        to first order. It is the part of the conductance between j and i that is this
        synapse's own.
    log_change, exact_log_change
        Logarithm of the final over the original weight: :math:`\eta (1 - c_{ij} R_{ij})` to
        first order, and exactly.
    """

    gradients: Floats
    exact_gradients: Floats
    h: Floats
    exact_h: Floats
    undone: float
    log_change: float
    exact_log_change: float


def response(costs: Any, post: int, pre: int, change: float, *, power: float = 2.0) -> Response:
    r"""Follow the change of one synapse of a balanced network to the next equilibrium.

    Parameters
    ----------
    costs
        (neuron, neuron) costs of a balanced network, [i, j] from j to i; an array or CSR.
    post, pre
        i and j of the synapse; not an autapse, which no balance depends on.
    change
        :math:`\eta`, above −1: the weight is multiplied by :math:`1 + \eta`.
    power
        p of the cost, which is multiplied by :math:`(1 + \eta)^p`.

    Returns
    -------
    response
        Fields that begin with `exact` hold for every change, the others for small ones.

    Raises
    ------
    HomologError
        HM056 for a network that is not balanced, HM050 for one that cannot be; HM051 for
        costs, HM025 for a synapse, change or power that are not such.

    Notes
    -----
    Equations (43) to (48) of Stock et al. (2022), https://doi.org/10.1371/journal.pcbi.1010418.
    (46) is printed with :math:`J_{ki}` for :math:`J_{kl}`, which is wrong by half or more.
    (48) counts from the weight right after the change, :math:`-c_{ij} R_{ij}`; from the
    original weight it is :math:`1 - c_{ij} R_{ij}`. It also writes the cost after the change
    where (47) has the one before: the same to first order. Here L and c are those before.
    """
    costs, power = checked_costs(costs), positive("power", power)
    _refuse(costs, post, pre, change)
    eta = float(change)
    cost = float(costs[post, pre])
    towards = np.zeros(costs.shape[0])
    towards[[post, pre]] = 1.0, -1.0
    _, labels = parts(links_of(costs))
    unit = potentials(laplacian(costs), towards, labels)
    undone = cost * float(unit[post] - unit[pre])
    changed = costs.copy()
    changed[post, pre] = cost * (1 + eta) ** power
    exact_h = equilibrium(changed, power=power, tolerance=TIGHT).h
    return Response(
        gradients=eta * power * cost * towards,
        exact_gradients=neural_gradients(changed),
        h=eta * cost * unit,
        exact_h=exact_h,
        undone=undone,
        log_change=eta * (1 - undone),
        exact_log_change=float(np.log1p(eta) + exact_h[pre] - exact_h[post]),
    )


def resistance_distance(costs: Any, pairs: ArrayLike | None = None) -> Floats:
    r"""Resistance between neurons, in the network that conducts what its synapses cost.

    .. math:: R_{ij} = L^+_{ii} + L^+_{jj} - 2 L^+_{ij}

    Parameters
    ----------
    costs
        (neuron, neuron) costs, [i, j] from j to i; an array or scipy CSR. Every pair conducts
        the sum of its two costs.
    pairs
        (pair, 2) neurons; as a rule all, for which the result of n neurons takes n² numbers.

    Returns
    -------
    resistances
        (neuron, neuron), or (pair,), in units of 1 / cost: 0 from a neuron to itself, smaller
        the more paths there are and the more they cost, infinite where nothing joins two.

    Raises
    ------
    HomologError
        HM051 for costs, HM025 for pairs that are not such; HM056 for parts that hang together
        by less than rounding.

    Notes
    -----
    A distance: symmetric, and obeys the triangle inequality. It is the difference of two
    potentials, so that what is lost to rounding is some 1e-15 of the largest resistance in the
    same part of the network. After (48) of Stock et al. (2022).
    """
    costs = checked_costs(costs)
    n = costs.shape[0]
    _, labels = parts(links_of(costs))
    chosen = np.indices((n, n)).reshape(2, -1).T if pairs is None else _pairs(pairs, n)
    first, then = chosen.T
    ends, where = np.unique(chosen, return_inverse=True)
    where = where.reshape(chosen.shape)
    currents = np.zeros((n, len(ends)))
    currents[ends, np.arange(len(ends))] = 1.0
    currents -= (labels[:, None] == labels[ends]) / np.bincount(labels)[labels[ends]]
    inverse = potentials(laplacian(costs), currents, labels)[ends]
    own = np.diag(inverse)
    found = own[where[:, 0]] + own[where[:, 1]] - 2 * inverse[where[:, 0], where[:, 1]]
    found = np.where(labels[first] == labels[then], np.maximum(found, 0.0), np.inf)
    found[first == then] = 0.0
    return found.reshape(n, n) if pairs is None else found


def _pairs(given: ArrayLike, n: int) -> NDArray[np.intp]:
    pairs = np.asarray(given)
    fit = pairs.ndim == 2 and pairs.shape[1:] == (2,) and pairs.dtype.kind in "iu"
    if not fit or (pairs.size and not (pairs.min() >= 0 and pairs.max() < n)):
        raise errors.bad_value("pairs", given, f"(pair, 2) numbers of neurons from 0 to {n - 1}")
    return pairs.astype(np.intp)


def _refuse(costs: Any, post: int, pre: int, change: float) -> None:
    """Refuse what is no change of a synapse of a balanced network."""
    n = costs.shape[0]
    for name, neuron in (("post", post), ("pre", pre)):
        if not isinstance(neuron, int | np.integer) or not 0 <= neuron < n:
            raise errors.bad_value(name, neuron, f"a neuron from 0 to {n - 1}")
    if post == pre:
        raise errors.bad_value("post", post, "another neuron than pre: autapses do not count")
    if not costs[post, pre] > 0:
        raise errors.bad_value("the cost of the synapse", float(costs[post, pre]), "above 0")
    if real_number("change", change, "a number above -1") <= -1:
        raise errors.bad_value("change", change, "a number above -1")
    refuse_reducible(costs)
    residual = float(np.linalg.norm(neural_gradients(costs))) / float(costs.sum())
    if residual > BALANCED:
        raise errors.not_balanced(residual, BALANCED)

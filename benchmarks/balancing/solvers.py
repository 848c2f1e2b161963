"""Ways to the equilibrium, called alike, and how good what they find is."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, sparse
from scipy.linalg import matrix_balance

from benchmarks.balancing.instances import Costs
from homolog import HomologError
from homolog.balancing import equilibrium

TOLERANCE = 1e-10
"""The residual at which a network counts as balanced."""

MOST_DENSE = 4000
"""Neurons up to which a solver that needs a dense matrix of them is run."""

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answer:
    """What a solver returned.

    Attributes
    ----------
    x
        p times the log-scales; None where it gave up.
    said
        What it took, or why it gave up.
    """

    x: Reals | None
    said: str = ""


@dataclass(frozen=True)
class Found:
    """Where a solver ended.

    Attributes
    ----------
    cost
        Total cost there, added up anew from the log-scales.
    residual
        Length of the neural gradients over that cost, likewise.
    said
        What it took, or why it gave up.
    """

    cost: float
    residual: float
    said: str = ""

    @property
    def balanced(self) -> bool:
        """Whether it is an equilibrium, up to the rounding of another way to add up."""
        return self.residual <= 1.5 * TOLERANCE


def by_ours(costs: Costs, method: str) -> Answer:
    """`homolog.balancing.equilibrium`, with everything that it checks."""
    try:
        found = equilibrium(costs, method=method, tolerance=TOLERANCE)
    except HomologError as error:
        return Answer(None, error.code)
    return Answer(2 * found.h, f"{found.sweeps} + {found.steps}")


def by_ode(costs: Costs, seconds: float) -> Answer:
    """The flow on log-scales by LSODA, or RK45 where LSODA's dense Jacobian would not fit.

    Time is divided by the total cost. It ends when balanced, or after so many CPU seconds.
    """
    flow = Flow.of(costs)
    n = costs.shape[0]
    solver = integrate.LSODA if n <= MOST_DENSE else integrate.RK45
    run = solver(lambda _, x: flow.rate(x), 0.0, np.zeros(n), 1e15, rtol=1e-6, atol=1e-13)
    begun, steps = time.process_time(), 0
    while run.status == "running" and np.linalg.norm(flow.rate(run.y)) > TOLERANCE:
        if time.process_time() - begun > seconds:
            break
        run.step()
        steps += 1
    return Answer(run.y, f"{steps} steps of {solver.__name__}")


def by_lapack(costs: Costs) -> Answer:
    """`scipy.linalg.matrix_balance` of the weights: powers of two, meant for eigenvalues."""
    dense = costs.toarray() if sparse.issparse(costs) else costs
    scales = matrix_balance(np.sqrt(dense), permute=False, separate=True)[1][0]
    return Answer(2 * np.log(scales))


@dataclass(frozen=True, eq=False)
class Flow:
    """The right side of the flow, with both orders of the costs at hand."""

    costs: Any
    turned: Any

    @classmethod
    def of(cls, costs: Costs) -> "Flow":
        """Costs without their diagonal, which plays no part."""
        if sparse.issparse(costs):
            inner = sparse.csr_array(costs - sparse.diags_array(costs.diagonal()))
            return cls(inner, inner.T.tocsr())
        inner = costs - np.diag(np.diag(costs))
        return cls(inner, np.ascontiguousarray(inner.T))

    def rate(self, x: Reals) -> Reals:
        """Neural gradients over the total cost."""
        scales = np.exp(x)
        inward = (self.costs @ scales) / scales
        outward = (self.turned @ (1 / scales)) * scales
        return (inward - outward) / inward.sum()


def judged(costs: Costs, answer: Answer) -> Found:
    """Cost and residual where a solver ended, entry by entry, in another way than any of them."""
    if answer.x is None:
        return Found(np.inf, np.inf, answer.said)
    entries = sparse.coo_array(costs)
    rows, columns = entries.coords
    with np.errstate(divide="ignore"):
        now = np.exp(np.log(entries.data) + answer.x[columns] - answer.x[rows])
    n = entries.shape[0]
    gradient = np.bincount(rows, now, n) - np.bincount(columns, now, n)
    total = float(now.sum())
    return Found(total, float(np.linalg.norm(gradient)) / total, answer.said)

"""Square roots by polynomials: how far off at most, and which one errs least in all.

A sum of singular values is a sum of roots of their squares. Moments give sums of polynomials of the
squares without bias, and no more than that: what a polynomial misses of the root is bias.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial, chebyshev

from homolog.sampling._given import Floats

_GRID = np.linspace(0, 1, 161)


@dataclass(frozen=True)
class Root:
    """A polynomial in place of the square root between 0 and 1.

    Attributes
    ----------
    coefficients
        Of the powers 0, 1, 2, …
    off
        The most by which it misses the root of any number from 0 to 1.
    """

    coefficients: Floats
    off: float


def farthest(coefficients: Floats) -> float:
    """The most by which a polynomial misses the square root between 0 and 1, exactly."""
    squared = np.zeros(2 * len(coefficients) - 1)
    squared[::2] = coefficients
    missed = Polynomial(squared) - Polynomial([0, 1])  # in the root itself
    turns = missed.deriv().roots()
    turns = turns.real[(abs(turns.imag) < 1e-6) & (turns.real > 0) & (turns.real < 1)]
    return float(np.max(np.abs(missed(np.array([0, 1, *turns])))))


def best_root(covariance: Floats, n_roots: int) -> Root:
    """The polynomial whose sum over `n_roots` numbers errs least, in variance and worst bias.

    Parameters
    ----------
    covariance
        (degree, degree) of the estimated sums of the powers 1, 2, … of numbers between 0 and 1.
    n_roots
        How many numbers there are; the worst bias is so many times `Root.off`.
    """
    from scipy.optimize import minimize

    degree = len(covariance)
    shifted = [
        Chebyshev.basis(k, domain=[0, 1]).convert(kind=Polynomial) for k in range(degree + 1)
    ]
    powers: Any = np.array([np.pad(one.coef, (0, degree + 1 - len(one.coef))) for one in shifted])
    spread = powers[:, 1:] @ covariance @ powers[:, 1:].T
    values: Any = chebyshev.chebvander(2 * _GRID**2 - 1, degree)
    start = np.linalg.lstsq(values, _GRID, rcond=None)[0]
    start = np.append(start, np.abs(values @ start - _GRID).max())
    sides = np.block([[-values, np.ones((len(_GRID), 1))], [values, np.ones((len(_GRID), 1))]])
    limits = np.concatenate([_GRID, -_GRID])
    scale = start[:-1] @ spread @ start[:-1] + (n_roots * start[-1]) ** 2

    def loss(at: Floats) -> float:
        return float((at[:-1] @ spread @ at[:-1] + (n_roots * at[-1]) ** 2) / scale)

    def slope(at: Floats) -> Floats:
        return 2 * np.append(spread @ at[:-1], n_roots**2 * at[-1]) / scale

    inside = {"type": "ineq", "fun": lambda at: sides @ at + limits, "jac": lambda _: sides}
    found = minimize(
        loss, start, jac=slope, constraints=[inside], method="SLSQP", options={"maxiter": 200}
    ).x
    coefficients = np.asarray(found[:-1] @ powers, dtype=np.float64)
    return Root(coefficients, farthest(coefficients))

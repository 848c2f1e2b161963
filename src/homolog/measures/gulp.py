"""GULP: how far apart the predictions are that ridge regressions can make of two populations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    constant,
    frobenius,
    inner,
    namespace,
    narrow,
    root,
    spanned,
    to_namespace_of,
)
from homolog.measures._angles import resolved
from homolog.measures._directions import ANY_MAP, ROTATIONS
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._numbers import is_real

_LEAST = 1e-6
"""Smaller penalties are lost in rounding; 0 is exact."""


@dataclass(frozen=True)
class _Summary:
    """Directions whose products with each other are the regression's hat matrix."""

    eased: Array = along_stimuli()


def _summary(x: Array, *, penalty: float = 0.01) -> _Summary:
    if penalty == 0:
        if x.shape[1] >= x.shape[0]:
            raise errors.undefined(
                "gulp",
                f"without a penalty, {x.shape[1]} neurons could fit anything at {x.shape[0]}"
                " stimuli",
                "Give a penalty, or fewer neurons than stimuli.",
            )
        return _Summary(spanned(x))
    x = centre(x)
    return _Summary(_eased(narrow(x / frobenius(x)), penalty))


def _eased(x: Array, penalty: float) -> Array:
    """Z with ZZ' = X (X'X + penalty I)^-1 X', of responses of norm 1.

    By the upper part of an orthonormal basis, which loses half as many digits as a Gram matrix.
    Beyond a penalty of 1 that part is small beside its rounding, and the Gram matrix, with a
    condition below 2, loses none.
    """
    xp = namespace(x)
    if penalty > 1:
        x = x / penalty**0.5
        one = to_namespace_of(x, np.eye(x.shape[1]))
        return xp.linalg.solve(xp.linalg.cholesky(one + x.T @ x), x.T).T
    ridge = to_namespace_of(x, penalty**0.5 * np.eye(x.shape[1]))
    return xp.linalg.qr(xp.concat([x, ridge], axis=0)).Q[: x.shape[0], :]


def _promises(*, penalty: Any) -> Mapping[str, Any]:
    if not is_real(penalty) or not (penalty == 0 or _LEAST <= float(penalty) < np.inf):
        raise errors.bad_value("penalty", penalty, f"0, or a number from {_LEAST:g}")
    if penalty:
        return {}
    return {"invariant_to": ANY_MAP, "candidate_invariant_to": ANY_MAP}


@measure(
    summary=_summary,
    variant=_promises,
    best=0.0,
    worst=float("inf"),
    kind="distance",
    symmetric=True,
    metric=True,
    invariant_to=ROTATIONS,
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/2210.06545",
    citation="""
        @inproceedings{boixadsera2022gulp,
          author = {Boix-Adsera, Enric and Lawrence, Hannah and Stepaniants, George and
            Rigollet, Philippe},
          title = {{GULP}: A Prediction-Based Metric Between Representations},
          booktitle = {Advances in Neural Information Processing Systems},
          year = {2022},
          url = {https://arxiv.org/abs/2210.06545},
        }
    """,
)
def gulp(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""How unlike the predictions are that ridge regression makes from two populations.

    .. math:: d_\lambda = \|H_X - H_Y\|_F, \qquad
       H_X = X (X^\top X + \lambda \|X\|_F^2 I)^{-1} X^\top

    with the mean response of every neuron removed. :math:`H_X` turns any quantity that the
    stimuli have into what ridge regression from the population says of it, so the squared
    distance is the mean squared difference of such predictions, over all quantities of
    independent noise, times the number of stimuli.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in any
        unit; finite, at least three stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        0 or more, no unit, at most the root of the sum of the two ranks. 0 when the
        populations differ by a rotation and a scale. A metric.

    Raises
    ------
    HomologError
        HM031 as many neurons as stimuli without a penalty, HM001 stimuli differ in number,
        HM004 not finite, HM006 constant, HM025 a penalty that is negative or too small.

    Notes
    -----
    Option: ``penalty`` (0.01), in units of the variance of the whole population: directions
    that hold much less of it hardly count. With 0 every direction counts alike and any
    invertible map is ignored: the distance is then the root of
    :math:`r_X + r_Y - 2 \sum \rho_i^2` over canonical correlations. Others give the square
    of it, which is no metric, and call it one.

    Depends on the penalty more than on anything else: compare distances at one penalty
    only. Few stimuli beside neurons move it: unrelated populations of 50 neurons were 3.3 apart
    at 60 stimuli, 5.6 at 200.

    Cost: M N² + N³ operations for a population, M Nx Ny and Nx Ny (Nx + Ny) for a pair. Do not
    trust it for few stimuli beside neurons, nor at one penalty alone.
    """
    points = narrow(namespace(x.eased).concat([x.eased, y.eased], axis=1).T)
    n_x = x.eased.shape[1]
    first, second = points[:n_x, :], points[n_x:, :]
    mine, other = first.T @ first, second.T @ second
    apart = mine - other
    size = constant(inner(mine, mine) + inner(other, other))
    return root(resolved(inner(apart, apart), size))

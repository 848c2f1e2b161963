"""Size-and-shape distance: what no rotation can remove, in the responses' own unit."""

from collections.abc import Mapping
from math import log
from numbers import Real
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    constant,
    inner,
    largest,
    modest,
    namespace,
    nonzero,
    shape_distance,
    to_numpy,
)
from homolog.measures._apart import HeldOut
from homolog.measures._folds import Folds
from homolog.measures._held_out_shape import distance, mapped, shape_summary
from homolog.measures._measure import Gradient, measure
from homolog.measures._parted import Parted
from homolog.measures._range import require_range
from homolog.measures._shape import Reals, Shape, shape, turned

_AT_THE_CONE = 1e-14
"""Squared distances below this fraction of the squared sizes are rounding."""


def _summary(x: Array, *, alpha: float = 0.5) -> Shape:
    """The centred population; where `alpha` is not 1/2, its components raised to 2 alpha."""
    _require_range(x)
    return shape(x) if alpha == 0.5 else Shape(_powered(centre(x), 2 * alpha))


def _require_range(x: Array) -> None:
    require_range(x, "size_and_shape", "Take a larger unit, or use procrustes.", power=1)


def _powered(x: Array, power: float) -> Array:
    """The same components with their singular values raised to a power, those that count."""
    xp = namespace(x)
    u, s, _ = xp.linalg.svd(x, full_matrices=False)
    rank = int(to_numpy(nonzero(s, x.shape)).sum())
    ends, limits = xp.finfo(x.dtype), power * xp.log(s[:rank])
    if bool(limits[0] > log(ends.max)) or bool(limits[-1] < log(ends.smallest_normal)):
        raise errors.undefined(
            "size_and_shape",
            f"responses of this size, to the power {power:g}, are beyond the range of numbers",
            "Express them in a larger or smaller unit, or use alpha=0.5.",
        )
    return u[:, :rank] * s[:rank] ** power


def _square(distance: Array) -> Array:
    value, ends = float(constant(distance)), namespace(distance).finfo(distance.dtype)
    large = value > float(ends.max) ** 0.5
    if large or 0 < value < float(ends.smallest_normal) ** 0.5:
        where, unit = ("beyond", "larger") if large else ("below", "smaller")
        raise errors.undefined(
            "size_and_shape",
            f"the square of a distance of {value:.2g} is {where} the range of numbers",
            f"Take a {unit} unit, or use squared=False.",
        )
    return distance * distance


def _promises(*, squared: bool, alpha: float) -> Mapping[str, Any]:
    if isinstance(alpha, bool) or not isinstance(alpha, Real) or not 0 < float(alpha) < np.inf:
        raise errors.bad_value("alpha", alpha, "a number above 0")
    promised: dict[str, Any] = {}
    if alpha != 0.5:
        promised |= {
            "title": "Alpha-Procrustes distance: shapes whose components are raised to a power",
            "smooth": False,
            "gradient": None,
        }
    if squared:
        promised |= {"metric": False, "gradient": None}
        promised.setdefault("title", "Squared size-and-shape distance, or Bures distance squared")
    return promised


def _gradient(x: Reals) -> Gradient:
    x = centre(x)
    found_at, square = turned(x), float(inner(x, x))

    def at(y: Reals) -> tuple[Reals, Reals]:
        found = found_at(y)
        squared = square + found.square - 2 * found.agreement
        apart = squared > _AT_THE_CONE * (square + found.square)
        value = np.sqrt(np.where(apart, squared, 0))
        inverse = np.where(apart, 1 / np.where(apart, value, 1), 0)
        return value, found.toward(-inverse, inverse)

    return at


def _held_out_summary(x: Array, *, folds: Folds, rng: int) -> Parted:
    _require_range(x)
    return shape_summary(x, folds=folds, rng=rng)


def _held_out(x: Parted, y: Parted, *, squared: bool) -> Array:
    found = distance(mapped(x, y), x, y)
    return _square(found) if squared else found


@measure(
    summary=_summary,
    gradient=_gradient,
    variant=_promises,
    held_out=HeldOut(_held_out_summary, _held_out, lambda _: {"smooth": False}, {"alpha": 0.5}),
    best=0.0,
    worst=float("inf"),
    kind="distance",
    symmetric=True,
    metric=True,
    invariant_to={"shift", "permutation", "rotation"},
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/2110.14739",
    citation="""
        @inproceedings{williams2021shape,
          author = {Williams, Alex H. and Kunz, Erin and Kornblith, Simon and Linderman, Scott W.},
          title = {Generalized Shape Metrics on Neural Representations},
          booktitle = {Advances in Neural Information Processing Systems},
          year = {2021},
          url = {https://arxiv.org/abs/2110.14739},
        }
    """,
)
def size_and_shape(
    x: Shape, y: Shape, *, squared: bool = False, alpha: float = 0.5
) -> Float[Array, ""]:
    r"""Procrustes distance that keeps the size, in the unit of the responses.

    .. math:: \min_{Q^\top Q = I} \|X - YQ\|_F
       = \sqrt{\|X\|_F^2 + \|Y\|_F^2 - 2 \|Y^\top X\|_*}

    with the mean response of every neuron removed. It equals the Bures distance between the
    Gram matrices :math:`XX^\top` and :math:`YY^\top`.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        the same unit; finite, at least three stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        0 or more, in the unit of the responses; 0 when they differ by a rotation. A
        metric. It grows with the square root of the numbers of stimuli and neurons.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 an alpha that
        is not above 0, folds, and options that have no meaning with them, HM031 responses that,
        or whose power or squared distance, are beyond the range of numbers.

    Notes
    -----
    With option ``squared=True`` its square, which some call the Bures metric although it is
    none: a detour can be shorter.

    ``alpha`` raises the Gram matrices to a power first (alpha-Procrustes, Minh 2022):

    .. math:: \frac{1}{2\alpha} \left(\mathrm{tr}\,K^{2\alpha} + \mathrm{tr}\,L^{2\alpha}
       - 2\,\|K^\alpha L^\alpha\|_*\right)^{1/2}

    with :math:`K = XX^\top`, :math:`L = YY^\top`, which is half the distance as Minh scales it,
    so that the default, 1/2, is the distance above. A metric, in the unit of the responses to
    the power :math:`2\alpha`; the larger alpha, the more large components decide. Towards 0
    it goes to the log-Euclidean distance only between Gram matrices of full rank, which
    centred ones never are. At alpha = 1 it is at most half the norm of K - L,
    and that half where K and L commute.

    ``folds`` and ``rng`` hold stimuli out, as in `nbs`: the rotation of each fold is found on the
    stimuli of the others, and the distance is over all stimuli as before. Too large on average,
    where it is too small without folds. For ``alpha=0.5`` only.

    Do not use it for populations in different units, nor for comparing pairs with
    different numbers of stimuli. At equality the gradient returned is 0.

    Cost: M Nx Ny operations and the singular values of an Nx × Ny matrix for a pair, of M × M
    where neurons outnumber stimuli. Do not trust it across units, or pairs with different numbers
    of stimuli.
    """
    xp = namespace(x.responses, y.responses)
    size = xp.maximum(largest(x.responses), largest(y.responses))
    unit = 1.0 if modest(size) else size
    a, b = x.responses / unit, y.responses / unit
    distance = unit * shape_distance(a, b, inner(a, a), inner(b, b)) / (2 * alpha)
    return _square(distance) if squared else distance

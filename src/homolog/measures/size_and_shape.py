"""Size-and-shape distance: what no rotation can remove, in the responses' own unit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, centre, inner, largest, modest, namespace, shape_distance
from homolog.measures._measure import Gradient, measure
from homolog.measures._shape import Reals, Shape, shape, turned

_AT_THE_CONE = 1e-14
"""Squared distances below this fraction of the squared sizes are rounding."""


def _promises(*, squared: bool) -> Mapping[str, Any]:
    if not squared:
        return {}
    title = "Squared size-and-shape distance: the Bures distance of Gram matrices, squared"
    return {"metric": False, "title": title, "gradient": None}


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


@measure(
    summary=shape,
    gradient=_gradient,
    variant=_promises,
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
def size_and_shape(x: Shape, y: Shape, *, squared: bool = False) -> Float[Array, ""]:
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
        HM001 stimuli differ in number, HM004 not finite, HM006 constant.

    Notes
    -----
    With option ``squared=True`` its square, which some call the Bures metric although it is
    none: a detour can be shorter.

    Do not use it for populations in different units, nor for comparing pairs with
    different numbers of stimuli. At equality the gradient returned is 0.
    """
    xp = namespace(x.responses, y.responses)
    size = xp.maximum(largest(x.responses), largest(y.responses))
    unit = 1.0 if modest(size) else size
    a, b = x.responses / unit, y.responses / unit
    distance = unit * shape_distance(a, b, inner(a, a), inner(b, b))
    return distance * distance if squared else distance

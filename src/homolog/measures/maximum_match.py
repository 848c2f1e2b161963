"""Maximum match: how many neurons lie in a space that neurons of the other population span."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import (
    Array,
    Reals,
    centre,
    largest,
    namespace,
    nonzero,
    root,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._measure import along_stimuli, measure


@dataclass(frozen=True)
class _Summary:
    """Responses of every neuron over the stimuli, of norm 1 or silent."""

    courses: Array = along_stimuli()
    tolerance: float = 0.5
    n_dimensions: int = 0


def _summary(x: Array, *, tolerance: float = 0.5, centred: bool = False) -> _Summary:
    real = isinstance(tolerance, int | float | np.number) and not isinstance(tolerance, bool)
    if not real or not 0 < tolerance < 1:
        raise errors.bad_value("tolerance", tolerance, "above 0 and below 1, a share of the norm")
    xp = namespace(x)
    x = x / largest(x)
    x = centre(x) if centred else x
    size = root(xp.sum(x * x, axis=0, keepdims=True))
    heard = size > 64 * float(xp.finfo(x.dtype).eps)
    x = xp.where(heard, x / xp.where(heard, size, xp.ones_like(size)), xp.zeros_like(x))
    n_dimensions = x.shape[0] - 1 if centred else x.shape[0]
    if _basis(to_numpy(x)).shape[1] >= n_dimensions:
        raise errors.undefined(
            "maximum_match",
            f"{x.shape[1]} neurons span all {n_dimensions} dimensions that {x.shape[0]} stimuli"
            " leave, so that any neuron lies in their space",
            "Add stimuli, or use procrustes.",
        )
    return _Summary(x, float(tolerance), n_dimensions)


def _basis(courses: Reals) -> Reals:
    """(stimulus, direction) orthonormal directions of the space that neurons span."""
    if not courses.any():
        return courses[:, :0]
    u, s, _ = np.linalg.svd(courses, full_matrices=False)
    return u[:, nonzero(s, courses.shape)]


def _within(courses: Reals, others: Reals, tolerance: float) -> NDArray[np.bool_]:
    """Which neurons are no further from the others' space than the tolerance, beside their norm."""
    inside = (_basis(others).T @ courses) ** 2
    return np.sum(courses**2, axis=0) * (1 - tolerance**2) <= inside.sum(axis=0) + 1e-12


def _caution(x: _Summary, y: _Summary) -> str | None:
    """Where neurons of noise would match: a share r/M of theirs lies in any space of r."""
    widest = max(min(s.courses.shape[1], s.n_dimensions) for s in (x, y))
    if widest / x.n_dimensions < 1 - x.tolerance**2:
        return None
    return (
        f"{widest} neurons span so much of the {x.n_dimensions} dimensions that neurons of noise"
        f" lie in their space, within a tolerance of {x.tolerance:g}"
    )


def _promises(*, tolerance: float, centred: bool) -> Mapping[str, Any]:
    kept = {"scale", "permutation", "neuron_scale"} | ({"shift"} if centred else set())
    return {"invariant_to": kept, "candidate_invariant_to": kept, "of_products": centred}


@measure(
    summary=_summary,
    variant=_promises,
    caution=_caution,
    best=1.0,
    worst=0.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"scale", "permutation", "neuron_scale"},
    biased=True,
    smooth=False,
    counts=True,
    source="https://arxiv.org/abs/1810.11750",
    citation="""
        @inproceedings{wang2018towards,
          author = {Wang, Liwei and Hu, Lunjia and Gu, Jiayuan and Wu, Yue and Hu, Zhiqiang and He,
            Kun and Hopcroft, John},
          title = {Towards Understanding Learning Representations: To What Extent Do Different
            Neural Networks Learn the Same Representation},
          booktitle = {Advances in Neural Information Processing Systems},
          year = {2018},
          url = {https://arxiv.org/abs/1810.11750},
        }
    """,
)
def maximum_match(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Share of neurons in the largest two groups of which each explains the other.

    .. math:: \frac{|X^*| + |Y^*|}{N_x + N_y}

    where :math:`X^*, Y^*` are the largest groups of neurons such that every neuron of either is a
    linear combination of the other group's, but for a remainder of at most the tolerance times
    its own norm.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, more stimuli than neurons. Numbers of neurons may differ.

    Returns
    -------
    score
        From 0 (no neurons explain each other) to 1 (all do), no unit; a step for every neuron.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 a tolerance that
        is no share, HM031 neurons that span all that the stimuli leave.

    Notes
    -----
    Options: ``tolerance``, the ε of the paper, which takes several from 0.15 up; ``centred=True``
    removes the mean response of every neuron first. Without it, neurons that always fire lie near
    the direction of their mean, and so in each other's space.

    The largest groups are unique, and found exactly: a neuron outside the space of all that are
    left is in none of them and leaves; what remains is the match. A silent neuron is in any
    space. A score counts neurons, so it moves by steps, and near the tolerance little changes
    much. Biased upwards when stimuli are few: a course of noise lies in a space of r of M
    dimensions but for a remainder of :math:`\sqrt{1 - r/M}` of its norm.

    Cost: products of all neurons with all and singular values, M N² operations, for each round in
    which neurons leave. Do not trust it near its tolerance, or for few stimuli.
    """
    a, b = (to_numpy(s.courses).astype(np.float64, copy=False) for s in (x, y))
    n_neurons = a.shape[1] + b.shape[1]
    while True:
        first, second = _within(a, b, x.tolerance), _within(b, a, x.tolerance)
        if first.all() and second.all():
            break
        a, b = a[:, first], b[:, second]
    return to_namespace_of(x.courses, np.asarray((a.shape[1] + b.shape[1]) / n_neurons))

"""Kernel distance: how far apart two populations put stimuli, size included."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, centre, frobenius, namespace, root
from homolog.measures import _angles
from homolog.measures._alignment import own, squared_gap
from homolog.measures._measure import measure
from homolog.measures._overlap import Structure, structure
from homolog.measures._range import require_range, require_squares

_REMEDY = "Take another unit, or use cka, which has none."


@dataclass(frozen=True)
class _Sized(Structure):
    """A structure with the trace that it has in the unit of the responses, by neuron."""

    trace: Array = None


def _summary(x: Array) -> _Sized:
    require_range(x, "kernel_distance", _REMEDY)
    require_squares(x, "kernel_distance", _REMEDY)
    size = frobenius(centre(x)) / x.shape[1] ** 0.5
    built = structure(x)
    return _Sized(**{f.name: getattr(built, f.name) for f in fields(built)}, trace=size * size)


def _promises(*, unbiased: bool) -> Mapping[str, Any]:
    return {"biased": not unbiased}


@measure(
    summary=_summary,
    variant=_promises,
    best=0.0,
    worst=float("inf"),
    kind="distance",
    symmetric=True,
    metric=True,
    invariant_to={"shift", "permutation", "rotation"},
    biased=True,
    smooth=True,
    source="https://arxiv.org/abs/2411.08197",
    citation="""
        @article{harvey2024what,
          author = {Harvey, Sarah E. and Lipshutz, David and Williams, Alex H.},
          title = {What Representational Similarity Measures Imply about Decodable Information},
          journal = {arXiv},
          volume = {2411.08197},
          year = {2024},
          url = {https://arxiv.org/abs/2411.08197},
        }
    """,
)
def kernel_distance(x: _Sized, y: _Sized, *, unbiased: bool = False) -> Float[Array, ""]:
    r"""Root mean squared difference between two populations' similarities of stimuli.

    .. math:: \frac{1}{M} \left\| \frac{X X^\top}{N_X} - \frac{Y Y^\top}{N_Y} \right\|_F

    with the mean response of every neuron removed from :math:`X` and :math:`Y`. It is how far
    apart, on average over all targets, the predictions of the best linear decoders are.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        the same unit; finite, at least three stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        0 or more, in the square of the unit of the responses; 0 when the populations differ by
        a rotation. A metric.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM019 fewer than four
        stimuli with ``unbiased=True``, HM031 squares beyond the range of numbers.

    Notes
    -----
    Option ``unbiased=True`` gives the root of an unbiased estimate of the mean square over pairs of
    different stimuli, which is never negative. Its square is then
    :math:`h(K, K) + h(L, L) - 2 h(K, L)` of the estimator h of `unbiased_cka`.

    `cka` is the cosine between the same two matrices, so sizes do not count there. Here they
    decide: a population with twice the gain is far from itself. The distance is largest where one
    population varies much and the other little, whatever they agree on; do not trust it for
    populations in different units, or of neurons selected by their rates. Biased: the noise of few
    stimuli adds to both matrices.

    Cost: that of `cka`.
    """
    m, reading = x.n_stimuli, "unbiased" if unbiased else "whole"
    if unbiased and m < 4:
        raise errors.too_few_stimuli("kernel_distance: a population", m, least=4)
    larger = namespace(x.trace, y.trace).maximum(x.trace, y.trace)
    units = x.trace / larger, y.trace / larger
    size = units[0] ** 2 * own(x, reading) + units[1] ** 2 * own(y, reading)
    squared = _angles.resolved(squared_gap(x, y, reading, *units), size)
    return larger * root(squared) / (m * (m - 3) if unbiased else m * m) ** 0.5

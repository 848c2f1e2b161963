"""Intrinsic multi-scale distance: how unlike heat spreads over two graphs of near stimuli."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, to_namespace_of, to_numpy
from homolog.measures._measure import measure
from homolog.measures._neighbours import neighbourhoods
from homolog.measures._unpaired import caution

_TIMES = np.logspace(-1, 1, 256)
_WEIGHTS = np.exp(4 - 2 * (_TIMES + 1 / _TIMES))


@dataclass(frozen=True)
class _Summary:
    """(time,) mean heat that stays where it is in the graph of neighbours."""

    kept: Array


def _summary(x: Array, *, k: int = 5) -> _Summary:
    found = neighbourhoods(x, "intrinsic_distance", k=k, nearest="euclidean")
    near = np.isfinite(found.as_numpy())
    edges = (near | near.T).astype(np.float64)
    root = 1 / np.sqrt(edges.sum(axis=1))
    laplacian = np.eye(len(edges)) - root[:, None] * edges * root
    kept = np.exp(-np.outer(_TIMES, np.linalg.eigvalsh(laplacian))).mean(axis=1)
    return _Summary(to_namespace_of(x, kept))


@measure(
    summary=_summary,
    caution=caution,
    best=0.0,
    worst=1.0,
    kind="distance",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    source="https://arxiv.org/abs/1905.11141",
    citation="""
        @inproceedings{tsitsulin2020shape,
          author = {Tsitsulin, Anton and Munkhoeva, Marina and Mottin, Davide and Karras, Panagiotis
            and Bronstein, Alex and Oseledets, Ivan and M{\\"u}ller, Emmanuel},
          title = {The Shape of Data: Intrinsic Distance for Data Distributions},
          booktitle = {International Conference on Learning Representations},
          year = {2020},
          url = {https://arxiv.org/abs/1905.11141},
        }
    """,
)
def intrinsic_distance(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""How differently heat spreads over two graphs of near stimuli, at the worst of all scales.

    .. math:: \max_t \, e^{4 - 2(t + 1/t)} \, \frac{1}{M} \bigl| \mathrm{tr} \, e^{-t L_X} -
        \mathrm{tr} \, e^{-t L_Y} \bigr|

    where L is the normalised Laplacian of the graph that joins each stimulus to its k nearest.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate, in any unit; finite, at least
        k + 2 stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        From 0 (heat spreads alike, as on equal graphs) to less than 1, no unit.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 fewer than k + 2
        stimuli, HM009 too many pairs for memory.

    Notes
    -----
    Option: ``k``, neighbours by Euclidean distance; stimuli as near as the k-th are neighbours as
    well. The largest of 256 times from 0.1 to 10, evenly apart in their logarithms, is taken.

    Stimuli are not paired: it compares the graphs' shapes, and two populations that exchange
    stimuli are at 0. Differences are small, for graphs in which all have k neighbours are much
    alike: compare it with the distance between two halves of one population's trials.

    Exact, by all eigenvalues: M³ operations and four M × M matrices. The weight of scales is 1 at
    most here, e^-4 in the paper, which takes the sum where ours is the mean: its distance is
    M e^-4 times this one. The package of its authors estimates the traces from random vectors,
    without a seed, and prints 10^6 e^-4 times this one.

    Cost: M³ operations and four M × M matrices for a population, hardly anything for a pair. Do
    not trust it where differences are no larger than between halves of the trials.
    """
    a, b = (to_numpy(s.kept).astype(np.float64, copy=False) for s in (x, y))
    return to_namespace_of(x.kept, np.asarray((_WEIGHTS * np.abs(a - b)).max()))

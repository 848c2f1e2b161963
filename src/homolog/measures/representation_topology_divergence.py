"""Representation topology divergence: which clusters and loops only one population has."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    largest,
    require_memory,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._topology import Reals, total_persistence

_QUANTILE = 0.9


@dataclass(frozen=True)
class _Summary:
    """(stimulus, stimulus) Euclidean distances, in any unit."""

    distances: Array = along_stimuli(2)


def _summary(x: Array) -> _Summary:
    from scipy.spatial.distance import cdist

    n_stimuli = x.shape[0]
    require_memory(
        4 * 8 * n_stimuli**2,
        "representation_topology_divergence",
        f"4 × {n_stimuli:,} × {n_stimuli:,} pairs of stimuli, float64",
        "Select fewer stimuli.",
    )
    rows = to_numpy(centre(x / largest(x))).astype(np.float64)
    return _Summary(to_namespace_of(x, cdist(rows, rows)))


def _scaled(distances: Reals) -> Reals:
    far = float(np.quantile(distances, _QUANTILE))
    if far > 0:
        return distances / far
    raise errors.undefined(
        "representation_topology_divergence",
        f"more than {_QUANTILE:.0%} of the pairs of stimuli evoke equal responses in a population",
        "Drop repeated stimuli.",
    )


def _divergence(x: Reals, y: Reals) -> float:
    x, y = _scaled(x), _scaled(y)
    both = np.minimum(x, y)
    return (total_persistence(x, both) + total_persistence(y, both)) / 2


@measure(
    summary=_summary,
    best=0.0,
    worst=float("inf"),
    kind="distance",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    source="https://arxiv.org/abs/2201.00058",
    citation="""
        @inproceedings{barannikov2022representation,
          author = {Barannikov, Serguei and Trofimov, Ilya and Balabin, Nikita and Burnaev,
            Evgeny},
          title = {Representation Topology Divergence: A Method for Comparing Neural Network
            Representations},
          booktitle = {International Conference on Machine Learning},
          year = {2022},
          url = {https://arxiv.org/abs/2201.00058},
        }
    """,
)
def representation_topology_divergence(
    x: _Summary,
    y: _Summary,
    *,
    at_once: int = 500,
    draws: int = 10,
    rng: int = 0,
) -> Float[Array, ""]:
    r"""Clusters and loops of stimuli that one population has and the other has not.

    .. math:: \tfrac{1}{2} \sum_{b \in B(D_X)} |b| + \tfrac{1}{2} \sum_{b \in B(D_Y)} |b|

    where D holds the distances between stimuli over their 0.9 quantile, and :math:`B(D_X)` are the
    bars of dimension 1 of the cross-barcode of :math:`D_X` and :math:`\min(D_X, D_Y)`: over which
    scales a cluster apart in X is joined, or a loop is closed, by pairs of stimuli that are near
    in Y.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least three stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        From 0 (the graphs agree at every scale) upwards, in 0.9 quantiles of the distances.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 fewer than three
        stimuli at once, no draw, or no seed, HM031 hardly any two stimuli differ, HM009 too many
        pairs for memory.

    Notes
    -----
    Options: ``at_once``, ``draws`` and ``rng``: of more than so many stimuli, that many are drawn
    so often, and the mean is taken. Up to 500 stimuli the score is exact, with no draw.

    A sum over bars, so it grows with the number of stimuli, about in proportion: compare scores of
    equally many only, with that of unrelated populations beside them. Of
    populations without structure, half of it or more is clusters joined sooner, the rest loops.
    Not a metric.

    Exact persistence over Z/2, by relations among the edges of both graphs, without a graph of
    twice the size. Takes about M³ operations for each class alive: 0.1 s at 100 stimuli, 1 s at
    200, 9 s at 500. A thousand permutations take as many scores, an interval one for each stimulus
    as a rule: 20 minutes at 200 stimuli. The paper's code wants a graphics card, draws without a
    seed, and draws ten times the same stimuli in another order where there are no more than 500.

    Cost: about M³ operations for each class alive: seconds for a score. Do not trust it across
    different numbers of stimuli.
    """
    n_stimuli = x.distances.shape[0]
    for name, value, least in (("at_once", at_once, 3), ("draws", draws, 1), ("rng", rng, 0)):
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
            raise errors.bad_value(name, value, f"a whole number, at least {least}")
    a, b = (to_numpy(s.distances).astype(np.float64, copy=False) for s in (x, y))
    if n_stimuli <= at_once:
        return to_namespace_of(x.distances, np.asarray(_divergence(a, b)))
    generator = np.random.default_rng(rng)
    found = []
    for _ in range(draws):
        some = np.ix_(*[generator.choice(n_stimuli, at_once, replace=False)] * 2)
        found.append(_divergence(a[some], b[some]))
    return to_namespace_of(x.distances, np.asarray(np.mean(found)))

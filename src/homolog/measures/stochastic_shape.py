"""Stochastic shape distance: how far two clouds of trials are apart, once optimally rotated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from operator import itemgetter
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import RANK_TOLERANCE, Array, Reals, haar, to_namespace_of, to_numpy
from homolog.measures._measure import along_stimuli, measure

_MOST_STEPS = 5000
_NEARLY, _STILL = 1e-6, 1e-11
"""A step that gains no more than this share is the last: from each start, and of the best."""


@dataclass(frozen=True)
class _Clouds:
    """Where the trials of each stimulus lie, and how they scatter.

    Attributes
    ----------
    means
        (stimulus, neuron), centred.
    axes
        (stimulus, axis, neuron) principal axes of the noise, largest first, each as long as
        its standard deviation and pointing away from the mean over stimuli.
    library
        An empty array of the library that the responses came in.
    """

    means: Reals = along_stimuli()
    axes: Reals = along_stimuli()
    library: Array = None


def _summary(x: Array) -> _Clouds:
    trials = to_numpy(x).astype(np.float64, copy=False)
    n_trials, n_neurons = trials.shape[1:]
    means = trials.mean(axis=1)
    _, deviations, directions = np.linalg.svd(trials - means[:, None, :], full_matrices=False)
    kept = min(n_trials - 1, n_neurons)
    axes = (deviations[..., None] * directions)[:, :kept] / np.sqrt(n_trials - 1)
    means = means - means.mean(axis=0)
    inward = np.vecdot(axes, means[:, None, :] / (np.abs(means).max() or 1)) < 0
    return _Clouds(means, np.where(inward[..., None], -axes, axes), x[:0, :0, :0])


def _promises(*, alpha: float, starts: int, rng: int) -> Mapping[str, Any]:
    if isinstance(alpha, bool) or not isinstance(alpha, Real) or not 0 <= float(alpha) <= 2:
        raise errors.bad_value("alpha", alpha, "a number from 0 (noise alone) to 2 (means alone)")
    if isinstance(starts, bool) or not isinstance(starts, int | np.integer) or starts < 0:
        raise errors.bad_value("starts", starts, "a whole number, 0 or more")
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise errors.bad_value("rng", rng, "a whole number, 0 or more")
    return {}


def _starts(x: _Clouds, y: _Clouds, starts: int, rng: int) -> Iterator[Reals]:
    """(neuron of y, neuron of x) rotations to begin with; all turn as the populations do.

    The first takes each axis of noise for the one of equal rank, the second is best for the
    means. The others take the principal axes of one population for a random rotation of those
    of the other, and, so that neither comes first, for its inverse.
    """
    yield _polar(_overlap(x.axes, y.axes))
    yield _polar(_overlap(x.means, y.means), least=RANK_TOLERANCE)
    frames, draws = (_frame(x), _frame(y)), np.random.default_rng(rng)
    for _ in range(starts):
        turn = haar(len(frames[0]), draws)
        for one in (turn, turn.T):
            yield frames[1] @ one[: len(frames[1])] @ frames[0].T


def _frame(x: _Clouds) -> Reals:
    """(neuron, axis) principal axes of all trials, pointing where means reach farther."""
    axes = np.linalg.eigh(_overlap(x.means, x.means) + _overlap(x.axes, x.axes))[1]
    return axes * np.where(np.sum((x.means @ axes) ** 3, axis=0) < 0, -1, 1)


def _overlap(x: Reals, y: Reals) -> Reals:
    """(neuron of y, neuron of x) products, summed over all else."""
    return y.reshape(-1, y.shape[-1]).T @ x.reshape(-1, x.shape[-1])


def _polar(a: Reals, least: float = 0.0) -> Reals:
    """The nearest rotations, without directions of less than a share of the largest."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return (u * (s >= least * s[..., :1])[..., None, :]) @ vh


def _turned(
    x: _Clouds, y: _Clouds, rotation: Reals, alpha: float, still: float
) -> tuple[float, Reals]:
    """Turn and couple, each at its best, until at rest: what that gained, and the rotation.

    With couplings held, the best rotation is that of one Procrustes problem, and with the
    rotation held, so is each coupling: no step can do harm. Most steps are small and go the same
    way, so each sets out from beyond the last one, as in Nesterov's method; where that gains
    nothing, from the last one itself.
    """
    of_means = alpha * _overlap(x.means, y.means)
    ahead, swing, gained = rotation, 1.0, -np.inf
    for _ in range(_MOST_STEPS):
        pull = of_means + (2 - alpha) * _overlap(x.axes, _coupled(x, y, ahead))
        better = _polar(pull)
        gain = float(np.sum(pull * better))
        if gain - gained > still * gain:
            wider = (1 + np.sqrt(1 + 4 * swing**2)) / 2
            ahead = better + (swing - 1) / wider * (better - rotation)
            rotation, swing, gained = better, wider, gain
        elif swing > 1:
            ahead, swing = rotation, 1.0
        else:
            break
    return gained, rotation


def _coupled(x: _Clouds, y: _Clouds, rotation: Reals) -> Reals:
    """The axes of y, turned among themselves to lie as those of x do.

    The Bures distance of two covariances is that of their axes, coupled in the best way.
    """
    return _polar(x.axes @ (y.axes @ rotation).mT) @ y.axes


def _squared_distance(x: _Clouds, y: _Clouds, rotation: Reals, alpha: float) -> float:
    means = x.means - y.means @ rotation
    noise = x.axes - _coupled(x, y, rotation) @ rotation
    return float(alpha * np.sum(means**2) + (2 - alpha) * np.sum(noise**2))


def _largest(x: _Clouds) -> float:
    return float(max(np.abs(x.means).max(), np.abs(x.axes).max(initial=0)))


def _in_unit(x: _Clouds, unit: float) -> _Clouds:
    """The same, so that squares are neither too large nor too small to be numbers."""
    return _Clouds(x.means / unit, x.axes / unit, x.library)


def _place(x: _Clouds) -> tuple[int, float, bytes, bytes]:
    """What decides which of two is laid into the other, so that neither comes first."""
    size = float(np.sum(x.means**2) + np.sum(x.axes**2))
    return x.means.shape[1], size, x.means.tobytes(), x.axes.tobytes()


def _with_axes(x: _Clouds, n_axes: int) -> _Clouds:
    """The same with axes of length 0 added."""
    lacking = n_axes - x.axes.shape[1]
    return _Clouds(x.means, np.pad(x.axes, ((0, 0), (0, lacking), (0, 0))), x.library)


@measure(
    summary=_summary,
    variant=_promises,
    best=0.0,
    worst=float("inf"),
    kind="distance",
    symmetric=True,
    invariant_to={"shift", "permutation", "rotation"},
    biased=True,
    smooth=False,
    sees="trial",
    source="https://arxiv.org/abs/2211.11665",
    citation="""
        @inproceedings{duong2023representational,
          author = {Duong, Lyndon R. and Zhou, Jingyang and Nassar, Josue and Berman, Jules and
            Olieslagers, Jeroen and Williams, Alex H.},
          title = {Representational Dissimilarity Metric Spaces for Stochastic Neural Networks},
          booktitle = {International Conference on Learning Representations},
          year = {2023},
          url = {https://arxiv.org/abs/2211.11665},
        }
    """,
)
def stochastic_shape(
    x: _Clouds, y: _Clouds, *, alpha: float = 1.0, starts: int = 3, rng: int = 0
) -> Float[Array, ""]:
    r"""Distance between two clouds of trials for each stimulus that no rotation can remove.

    .. math:: \min_Q \sqrt{\frac{1}{M} \sum_i \alpha\, \|\mu_i - \mu'_i Q\|^2
        + (2 - \alpha)\, \mathcal{B}^2(\Sigma_i, Q^\top \Sigma'_i Q)}

    over rotations Q, with the mean :math:`\mu_i` and the covariance :math:`\Sigma_i` of the
    trials of stimulus i, the means centred over stimuli, and the Bures distance of covariances.

    Parameters
    ----------
    x, y
        (stimulus, trial, neuron) responses of reference and candidate to the same stimuli, in
        one unit; finite, at least three stimuli and two trials. Numbers of trials and of neurons
        may differ; the smaller population is laid into the larger.

    Returns
    -------
    distance
        From 0, in the unit of the responses. 0 when some rotation gives every stimulus the same
        mean and the same covariance of noise.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 unknown option,
        HM082 no trials.

    Notes
    -----
    Options: ``alpha`` weighs means against noise, from 0 (covariances alone) to 2 (means alone:
    then it is ``sqrt(2 / M)`` times `size_and_shape` of the means); at 1 it is the
    2-Wasserstein distance of two Gaussians for each stimulus. The best rotation is searched for
    from equal ranks of noise axes, from the best rotation of the means, and from as many random
    rotations and their inverses as ``starts`` says, drawn by the seed ``rng``. The number is
    the smallest distance found. A search lowers it step by step, but may end at a local
    minimum, so the score is an upper bound of the distance as it is defined, which is a metric;
    give more starts where populations are unlike or neurons many. Weights are those of the
    definition: some implementations minimise with their squares and score with the plain ones,
    and agree at alpha = 1 alone.

    Covariances of few trials are of low rank and too large along their first axes, so two
    recordings of one population are apart: read it beside the floor, which halves of the trials
    give. Compare only recordings with equally many trials. A step decomposes trials with trials
    for each stimulus, and neurons with neurons; there are dozens of steps from each start. One
    score of 40 stimuli and 20 trials took 1 s for 20 neurons and 7 s for 100, so ask for few
    permutations, or none.

    Cost: for each start some hundreds of steps of M T³ + N³ operations, T the number of trials. Do
    not trust it across different numbers of trials, nor for few, without its floor.
    """
    unit = 2.0 ** np.ceil(np.log2(max(_largest(x), _largest(y))))
    smaller, larger = sorted((_in_unit(x, unit), _in_unit(y, unit)), key=_place)
    n_axes = max(x.axes.shape[1], y.axes.shape[1])
    larger, smaller = _with_axes(larger, n_axes), _with_axes(smaller, n_axes)
    found = [
        _turned(larger, smaller, start, alpha, _NEARLY)
        for start in _starts(larger, smaller, starts, rng)
    ]
    nearly = max(found, key=itemgetter(0))[1]
    best = _turned(larger, smaller, nearly, alpha, _STILL)[1]
    squared = _squared_distance(larger, smaller, best, alpha)
    return to_namespace_of(x.library, np.asarray(unit * np.sqrt(squared / len(x.means))))

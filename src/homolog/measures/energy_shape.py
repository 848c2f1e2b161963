"""Energy shape distance: how far two clouds of trials are apart, whatever their form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import (
    RANK_TOLERANCE,
    Array,
    Reals,
    haar,
    require_memory,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._numbers import is_whole

_MOST_STEPS = 5000
_STILL = 1e-12
"""A step that gains no more than this share is the last."""

_NEAREST = 1e-9
"""Trials closer than this share of the largest response pull no harder."""


@dataclass(frozen=True)
class _Clouds:
    """Trials of each stimulus without the mean over all.

    Attributes
    ----------
    trials
        (stimulus, trial, neuron).
    library
        An empty array of the library that the responses came in.
    """

    trials: Reals = along_stimuli()
    library: Array = None


def _summary(x: Array) -> _Clouds:
    trials = to_numpy(x).astype(np.float64, copy=False)
    n_stimuli, n_trials, _ = trials.shape
    require_memory(
        3 * 8 * n_stimuli * n_trials**2,
        "energy_shape",
        f"3 × {n_stimuli:,} × {n_trials:,}² pairs of trials, float64",
        "Select fewer stimuli or trials, or use stochastic_shape.",
    )
    return _Clouds(trials - trials.mean(axis=(0, 1)), x[:0, :0, :0])


def _promises(*, starts: int, rng: int) -> Mapping[str, Any]:
    for what, got in (("starts", starts), ("rng", rng)):
        if not is_whole(got) or got < 0:
            raise errors.bad_value(what, got, "a whole number, 0 or more")
    return {}


def _starts(x: Reals, y: Reals, starts: int, rng: int) -> Iterator[Reals]:
    """(neuron of y, neuron of x) rotations to begin with; all turn as the populations do.

    The first is best for the means, and leaves out directions in which these do not vary.
    """
    yield _polar(_flat(_means(y)).T @ _flat(_means(x)))
    n_y, n_x = y.shape[2], x.shape[2]
    draws = np.random.default_rng(rng)
    for turn in (np.eye(n_x), *(haar(n_x, draws) for _ in range(starts))):
        yield _frame(y) @ turn[:n_y] @ _frame(x).T


def _means(x: Reals) -> Reals:
    return x.mean(axis=1, keepdims=True)


def _flat(x: Reals) -> Reals:
    return x.reshape(-1, x.shape[-1])


def _frame(x: Reals) -> Reals:
    """(neuron, axis) principal axes of all trials, largest first, skewed towards their tips."""
    axes = np.linalg.eigh(_flat(x).T @ _flat(x))[1][:, ::-1]
    return axes * np.where(np.sum((_flat(x) @ axes) ** 3, axis=0) < 0, -1, 1)


def _polar(a: Reals) -> Reals:
    """The nearest rotation, without directions that only rounding tells."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return (u * (s > RANK_TOLERANCE * s[0])) @ vh


def _descended(x: Reals, y: Reals, rotation: Reals) -> float:
    """The mean distance of trials to which weighing and turning by turns comes down.

    Each pair of trials is weighed by one over its distance, then the best rotation for squared
    distances is taken: no step can do harm.
    """
    mean, apart = np.inf, _distances(x, y @ rotation)
    for _ in range(_MOST_STEPS):
        pull = y.mT @ (1 / np.maximum(apart, _NEAREST)).mT @ x
        apart = _distances(x, y @ _polar(pull.sum(axis=0)))
        before, mean = mean, float(apart.mean())
        if before - mean <= _STILL * mean:
            break
    return mean


def _distances(x: Reals, y: Reals) -> Reals:
    """(stimulus, trial of x, trial of y)."""
    return np.stack(
        [np.linalg.norm(a[:, None] - b[None], axis=2) for a, b in zip(x, y, strict=True)]
    )


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
def energy_shape(x: _Clouds, y: _Clouds, *, starts: int = 0, rng: int = 0) -> Float[Array, ""]:
    r"""Root mean energy distance between clouds of trials that no rotation removes.

    .. math:: \min_{Q \in O} \left(\frac{1}{M} \sum_i
        2\,\overline{\|x_i^s - y_i^t Q\|} - \overline{\|x_i^s - x_i^t\|}
        - \overline{\|y_i^s - y_i^t\|} \right)^{1/2}

    with bars for means over all couples of trials s and t, and the mean of each population over
    stimuli and trials removed.

    Parameters
    ----------
    x, y
        (stimulus, trial, neuron) responses of reference and candidate to the same stimuli, in
        the same unit; finite, at least three stimuli and two trials. The numbers of trials and
        of neurons may differ.

    Returns
    -------
    distance
        0 or more, in the root of the unit of the responses; 0 when the clouds of one population
        are those of the other, rotated.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM009 too many pairs of
        trials for memory, HM025 unknown option, HM082 no trials.

    Notes
    -----
    The energy distance is 0 only between equal distributions, so this sees skew, clusters and
    tails of the noise, of which `stochastic_shape` knows only the covariance. The best rotation
    is searched for from that of the means, from axes of equal rank, and from as many random ones
    as ``starts`` says, drawn by the seed ``rng``; every step lowers the distance, but may end at a
    local minimum, so the score is an upper bound of the distance as it is defined, which is a
    metric. A smaller population is laid into the space of the larger.

    Two recordings of one population are apart, the more the fewer trials: biased, and to be read
    beside the floor that halves of the trials give.

    Cost: M T² N operations a step, T the number of trials, some hundred steps from each start. Do
    not trust it across different numbers of trials, nor for few, without its floor.
    """
    unit = max(float(np.abs(one.trials).max()) for one in (x, y))
    a, b = sorted((x.trials / unit, y.trials / unit), key=_place, reverse=True)
    between = min(_descended(a, b, turn) for turn in _starts(a, b, starts, rng))
    within = [float(_distances(one, one).mean()) for one in (a, b)]
    energy = 2 * between - sum(within)
    resolved = energy > 64 * np.finfo(float).eps * between
    return to_namespace_of(x.library, np.asarray(np.sqrt(unit * energy) if resolved else 0.0))


def _place(trials: Reals) -> tuple[int, float, bytes]:
    """What decides which of two is laid into the other, so that neither comes first."""
    return trials.shape[2], float(np.sum(trials**2)), trials.tobytes()

"""Dynamical similarity analysis: do two populations' responses unfold by the same laws."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import RANK_TOLERANCE, Array, Reals, to_namespace_of, to_numpy
from homolog.measures._measure import measure
from homolog.measures._unpaired import caution

Complexes = NDArray[np.complex128]


@dataclass(frozen=True)
class _Dynamics:
    """The eigenvalues of the linear law by which a population goes from each time to the next."""

    eigenvalues: Complexes
    library: Array


def _summary(x: Array, *, delays: int = 5, rank: int = 8) -> _Dynamics:
    responses = to_numpy(x).astype(np.float64, copy=False)
    n_times = responses.shape[1]
    if n_times < delays + 1:
        raise errors.bad_value("delays", delays, f"at most {n_times - 1}, for {n_times} times")
    windows = _windows(responses - responses.mean(axis=(0, 1)), delays)
    states = _leading(windows, rank)
    before, after = (states[:, part].reshape(-1, rank) for part in (np.s_[:-1], np.s_[1:]))
    law, *_ = np.linalg.lstsq(before, after, rcond=None)
    return _Dynamics(np.linalg.eigvals(law).astype(np.complex128), x[:0, :0, :0])


def _windows(x: Reals, delays: int) -> Reals:
    """(stimulus, time, delay x neuron): at each time the responses of the last few."""
    n_windows = x.shape[1] - delays + 1
    return np.concatenate([x[:, late : late + n_windows] for late in range(delays)], axis=2)


def _leading(windows: Reals, rank: int) -> Reals:
    """(stimulus, time, component) scores of the leading principal components, each of norm 1."""
    rows = windows.reshape(-1, windows.shape[2])
    u, s, _ = np.linalg.svd(rows, full_matrices=False)
    held = int(np.sum(s > RANK_TOLERANCE * s[0]))
    if held < rank:
        raise errors.bad_value(
            "rank", rank, f"at most {held}, what the population spans with these delays"
        )
    return u[:, :rank].reshape(*windows.shape[:2], rank)


def _promises(*, delays: int, rank: int) -> Mapping[str, Any]:
    for what, got in (("delays", delays), ("rank", rank)):
        if isinstance(got, bool) or not isinstance(got, int | np.integer) or got < 1:
            raise errors.bad_value(what, got, "a whole number, 1 or more")
    return {}


@measure(
    summary=_summary,
    variant=_promises,
    caution=caution,
    best=0.0,
    worst=float("inf"),
    kind="distance",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    sees="time",
    source="https://arxiv.org/abs/2306.10168",
    citation="""
        @inproceedings{ostrow2023beyond,
          author = {Ostrow, Mitchell and Eisen, Adam and Kozachkov, Leo and Fiete, Ila},
          title = {Beyond Geometry: Comparing the Temporal Structure of Computation in Neural
            Circuits with Dynamical Similarity Analysis},
          booktitle = {Advances in Neural Information Processing Systems},
          year = {2023},
          url = {https://arxiv.org/abs/2306.10168},
        }
    """,
)
def dsa(x: _Dynamics, y: _Dynamics) -> Float[Array, ""]:
    r"""Distance between the linear laws by which two populations go from one time to the next.

    .. math:: \min_\pi \sqrt{\frac{1}{r} \sum_k |\lambda_k - \lambda'_{\pi(k)}|^2}

    over all pairings of the eigenvalues :math:`\lambda` of both laws: the 2-Wasserstein
    distance of their spectra. The law of a population is the matrix that best predicts the r
    leading principal components of its last few responses, all stimuli together, one step ahead
    (dynamic mode decomposition with delays).

    Parameters
    ----------
    x, y
        (stimulus, time, neuron) responses of reference and candidate, in any unit, at the same
        evenly spaced times; finite, at least three stimuli.

    Returns
    -------
    distance
        From 0, no unit. 0 when each mode of one grows or decays, and turns, in every step as
        one of the other does.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 more delays than
        times, or a rank beyond what the population spans; HM082 no time.

    Notes
    -----
    Options: ``delays`` is how many responses, one step apart, make up a state; more reveal
    dynamics that few neurons show only in part. ``rank`` is r, the same for both; too few leave
    out modes, too many add those of noise, whose eigenvalues are anywhere. Choose both by how
    well the law predicts, and report them: the distance depends on them.

    Eigenvalues are those of one time step: responses in other steps have other laws, so both
    populations need the same. The mean over stimuli and times is removed first. Two laws with
    one spectrum are at distance 0 also where no rotation, only a shear, turns one into the
    other; the form of the paper that minimises over rotations tells such apart, at the cost of a
    search that may end early. Stimuli are not paired: their order does not matter, so a random
    pairing says nothing. Noise draws eigenvalues towards 0. Packages report the square, padded
    with zeros where ranks differ.

    Cost: the singular values of all states of a population, once; the eigenvalues of an r × r
    matrix and their pairing, r³, for a pair. Do not trust it where the law predicts badly, or at
    one choice of ``delays`` and ``rank`` alone.
    """
    from scipy.optimize import linear_sum_assignment

    costs = np.abs(x.eigenvalues[:, None] - y.eigenvalues[None, :]) ** 2
    distance = np.sqrt(costs[linear_sum_assignment(costs)].mean())
    return to_namespace_of(x.library, np.asarray(distance))

r"""What is proved of pairs of scores: where no responses whatever can lie.

With f the score of `nbs`, k that of `cka` and :math:`\rho` that of `linear_regression`; X and Y
centred, of norm 1, with Gram matrices K and L, :math:`a = \|K\|`, :math:`b = \|L\|`, and r the
rank of :math:`C = X^\top Y`:

- :math:`k a b \le f^2 \le r k a b`, for :math:`\|C\|^2 = k a b` and a matrix of rank r has
  :math:`\|C\| \le \|C\|_* \le \sqrt{r} \|C\|`;
- :math:`1 - k \le (1 - f) (\sigma_1(X) + \sigma_1(Y))^2 / (a b)`, for :math:`2 a b (1 - k) \le
  \|K - L\|^2`, and :math:`\|K - L\| \le (\sigma_1(X) + \sigma_1(Y)) \|X - Y Q\|`, whose square
  is :math:`2 (1 - f)` at the best rotation;
- :math:`f^2 \le \rho`, for f is an inner product with the part of X that Y spans.

Of a population that is not given, the least favourable spectrum of its rank is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from homolog.audit._targets import Reals

_MARGIN = 1.001
"""A maximum over spectra is found on a grid: by so much it may be larger in between."""
_GRID = 400


@dataclass(frozen=True)
class Spectra:
    r"""What is known of the sizes of components of one population.

    Attributes
    ----------
    least, most
        Bounds of :math:`a = \|K\|`, 1 / the root of the participation ratio.
    largest
        (case,) largest singular values it may have at norm 1.
    norms
        (case,) the least a with each of them.
    rank
        Largest rank.
    """

    least: float
    most: float
    largest: Reals
    norms: Reals
    rank: int


def of_population(sizes: Reals) -> Spectra:
    """Of responses with those singular values."""
    shares = np.square(sizes) / np.square(sizes).sum()
    norm = float(np.sqrt(np.square(shares).sum()))
    return Spectra(norm, norm, np.sqrt(shares[:1]), np.array([norm]), len(sizes))


def of_rank(rank: int) -> Spectra:
    """Of any responses up to that rank."""
    if rank == 1:
        return Spectra(1.0, 1.0, np.ones(1), np.ones(1), 1)
    first = np.linspace(1 / rank, 1, _GRID)  # share of the largest component
    norms = np.sqrt(np.square(first) + np.square(1 - first) / (rank - 1))
    return Spectra(rank**-0.5, 1.0, np.sqrt(first), norms, rank)


def proved(first: str, second: str, x: Spectra, y: Spectra, score: Reals) -> Reals | None:
    """(2, score) least and largest second score beside each first one; None if nothing is proved.

    Parameters
    ----------
    first, second
        Labels of measures.
    x, y
        Of reference and candidate.
    score
        (score,) first scores, 1 = same.
    """
    known = _RELATED.get((_FAMILY.get(first, first), _FAMILY.get(second, second)))
    if known is None:
        return None
    between = known(_cosine(score) if first == "procrustes" else score, x, y)
    inside = np.clip(between, 0, 1)
    return _of_cosine(inside) if second == "procrustes" else inside


def _nbs_from_cka(k: Reals, x: Spectra, y: Spectra) -> Reals:
    k = np.clip(k, 0, 1)
    most = np.sqrt(min(x.rank, y.rank) * k * x.most * y.most)
    return np.stack(
        [np.sqrt(k * x.least * y.least), np.minimum(most, 1 - (1 - k) / _steepest(x, y))]
    )


def _cka_from_nbs(f: Reals, x: Spectra, y: Spectra) -> Reals:
    f = np.clip(f, 0, 1)
    least = np.square(f) / (min(x.rank, y.rank) * x.most * y.most)
    return np.stack(
        [np.maximum(least, 1 - (1 - f) * _steepest(x, y)), np.square(f) / (x.least * y.least)]
    )


def _nbs_from_r2(r2: Reals, x: Spectra, y: Spectra) -> Reals:
    return np.stack([np.zeros_like(r2), np.sqrt(np.clip(r2, 0, 1))])


def _r2_from_nbs(f: Reals, x: Spectra, y: Spectra) -> Reals:
    return np.stack([np.square(np.clip(f, 0, 1)), np.ones_like(f)])


def _steepest(x: Spectra, y: Spectra) -> float:
    """The most that 1 - cka can be, as a multiple of 1 - nbs."""
    together = np.square(x.largest[:, None] + y.largest) / (x.norms[:, None] * y.norms)
    return float(together.max()) * _MARGIN


def _cosine(score: Reals) -> Reals:
    return np.cos((1 - np.clip(score, 0, 1)) * np.pi / 2)


def _of_cosine(cosine: Reals) -> Reals:
    return 1 - 2 / np.pi * np.arctan2(np.sqrt((1 - cosine) * (1 + cosine)), cosine)


_FAMILY = {"procrustes": "nbs"}
_RELATED = {
    ("cka", "nbs"): _nbs_from_cka,
    ("nbs", "cka"): _cka_from_nbs,
    ("linear_regression", "nbs"): _nbs_from_r2,
    ("nbs", "linear_regression"): _r2_from_nbs,
}

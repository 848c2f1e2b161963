"""Scores of responses whose one component is perturbed, by formula.

With shares of variance p, shares of squared variances s, and the rest of the components
untouched and orthogonal, the product of target and perturbed responses is diagonal in the
components. What each measure makes of it needs p and s alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from homolog.audit._targets import Reals


def closed_forms(kind: str, shares: Reals, amount: float) -> dict[str, Reals]:
    """(component,) scores for each measure that has a formula, 1 = same.

    Parameters
    ----------
    kind
        "replace", "rescale" or "noise".
    shares
        (component,) shares of variance.
    amount
        Cosine that is left, factor, or size of the noise.
    """
    return _KINDS[kind](shares, np.square(shares) / np.square(shares).sum(), amount)


def _replaced(p: Reals, s: Reals, c: float) -> dict[str, Reals]:
    lost, lost_square = 1 - abs(c), 1 - c**2
    return {
        "cka": 1 - lost_square * s,
        "nbs": 1 - lost * p,
        "procrustes": _of_angle(2 * np.arcsin(np.sqrt(lost * p / 2))),
        "linear_regression": 1 - lost_square * p,
        "cca": np.full_like(p, 1 - lost / len(p)),
    }


def _rescaled(p: Reals, s: Reals, a: float) -> dict[str, Reals]:
    return {
        "cka": (1 - s + a**2 * s) / np.sqrt(1 - s + a**4 * s),
        "nbs": (1 - p + a * p) / np.sqrt(1 - p + a**2 * p),
        "procrustes": _of_angle(np.arctan2(abs(1 - a) * np.sqrt(p * (1 - p)), 1 - p + a * p)),
        "linear_regression": np.ones_like(p) if a else 1 - p,
        "cca": np.ones_like(p),
    }


def _buried(p: Reals, s: Reals, tau: float) -> dict[str, Reals]:
    q = 1 + tau**2
    return {
        "cka": 1 / np.sqrt(1 - s + q**2 * s),
        "nbs": 1 / np.sqrt(1 + tau**2 * p),
        "procrustes": _of_angle(np.arctan(tau * np.sqrt(p))),
        "linear_regression": 1 - p * tau**2 / q,
        "cca": np.full_like(p, 1 - (1 - 1 / np.sqrt(q)) / len(p)),
    }


def _of_angle(angle: Reals) -> Reals:
    """The score of an angle in radians; never through arccos, which loses half the digits."""
    return 1 - 2 * angle / np.pi


_KINDS: Mapping[str, Callable[[Reals, Reals, float], dict[str, Reals]]] = {
    "replace": _replaced,
    "rescale": _rescaled,
    "noise": _buried,
}

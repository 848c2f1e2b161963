"""Principal components of responses, as many as rounding lets count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homolog._arrays._centring import centre
from homolog._arrays._spectra import nonzero

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Principal:
    """Principal components of centred responses, X = U S V'; only those above rounding.

    Attributes
    ----------
    courses
        (row, component) U: what each component does over the rows, of length 1.
    sizes
        (component,) singular values S, falling.
    axes
        (component, neuron) V': the direction of each component among the neurons.
    """

    courses: Reals
    sizes: Reals
    axes: Reals

    @property
    def shares(self) -> Reals:
        """(component,) shares of the variance; they sum to 1."""
        variances = np.square(self.sizes / self.sizes[0])
        return variances / variances.sum()


def principal(rows: Reals) -> Principal:
    """Components of (row, neuron) responses, as many as their rank relative to the largest."""
    centred = centre(rows)
    u, s, vh = np.linalg.svd(centred, full_matrices=False)
    kept = nonzero(s, centred.shape)
    return Principal(u[:, kept], s[kept], vh[kept])

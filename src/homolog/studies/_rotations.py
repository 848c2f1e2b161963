"""Turning a population away from the axes that its neurons are, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import statistics
from homolog.measures import find

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Geodesic:
    """The shortest way on SO(n) from no rotation to a given one.

    A rotation turns planes by angles, and the way turns them all evenly.

    Attributes
    ----------
    planes
        Unitary (neuron, axis): the planes, as complex eigenvectors.
    angles
        By how much each axis is turned in the end, radians within ±π.
    """

    planes: NDArray[np.complex128]
    angles: Reals

    @classmethod
    def towards(cls, rotation: Reals) -> Geodesic:
        """The way from the identity to `rotation`."""
        from scipy.linalg import schur

        found: Any = schur(rotation, output="complex")
        triangle, planes = found
        return cls(planes, np.angle(np.diag(triangle)))

    def at(self, share: float) -> Reals:
        """The rotation after a share of the way, from 0 to 1."""
        turned = self.planes * np.exp(1j * share * self.angles)
        return (turned @ self.planes.conj().T).real

    def degrees(self, share: float) -> float:
        """By how much the planes are turned there, on average."""
        return float(np.degrees(share * np.abs(self.angles).mean()))


@dataclass(frozen=True)
class Chance:
    """The scores of a population whose axes have been turned at random.

    Attributes
    ----------
    score
        Of the population as it is.
    draws
        (rotation,) scores of the same population after random rotations.
    """

    score: float
    draws: Reals

    @property
    def level(self) -> float:
        """Mean of the draws."""
        return float(self.draws.mean())

    @property
    def spread(self) -> float:
        """Standard deviation of the draws."""
        return float(self.draws.std(ddof=1))

    @property
    def p_value(self) -> float:
        """Share of rotations at least as close, (b + 1) / (m + 1)."""
        return float((np.sum(self.draws >= self.score) + 1) / (len(self.draws) + 1))

    @property
    def p_below(self) -> float:
        """Share of rotations at most as close, (b + 1) / (m + 1)."""
        return float((np.sum(self.draws <= self.score) + 1) / (len(self.draws) + 1))


def chance_by_rotation(
    x: Reals,
    y: Reals,
    n_rotations: int,
    rng: np.random.Generator,
    *,
    around_mean: bool = False,
) -> Chance:
    """Soft matching correlation beside that of random rotations of the first population.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses; every neuron varies.
    n_rotations
        How many.
    rng
        Draws them.
    around_mean
        Whether the mean response of the population stays.
    """
    measure = find("soft_matching_correlation")
    draws = statistics.rotation_null(measure, x, y, n_rotations, around_mean=around_mean, rng=rng)
    return Chance(float(measure(x, y)), draws)

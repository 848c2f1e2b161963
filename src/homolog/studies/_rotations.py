"""Turning a population away from the axes that its neurons are, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import unit_columns
from homolog.measures import find

Reals = NDArray[np.float64]


def haar(n_neurons: int, rng: np.random.Generator) -> Reals:
    """A rotation drawn evenly from all (Haar measure on SO(n)).

    The Q of a Gaussian matrix is even over orthogonal matrices once its signs are fixed
    (Mezzadri 2007); a mirrored axis then makes every one of them a rotation.
    """
    q, r = np.linalg.qr(rng.normal(size=(n_neurons, n_neurons)))
    q = q * np.sign(np.diag(r))
    q[:, 0] *= np.linalg.slogdet(q)[0]
    return q


def haar_around_mean(n_neurons: int, rng: np.random.Generator) -> Reals:
    """A random rotation of all directions but one: the mean of the population stays.

    Neurons that are all driven by one thing have it in common whatever else they are tuned
    to. A rotation drawn from all would hand it to half of them with the opposite sign.
    """
    basis = np.linalg.qr(np.column_stack([np.ones(n_neurons), np.eye(n_neurons)[:, 1:]]))[0]
    turned = basis.copy()
    turned[:, 1:] = basis[:, 1:] @ haar(n_neurons - 1, rng)
    return turned @ basis.T


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


def chance_by_rotation(
    x: Reals,
    y: Reals,
    n_rotations: int,
    rng: np.random.Generator,
    draw: Callable[[int, np.random.Generator], Reals] = haar,
) -> Chance:
    """Soft matching correlation beside that of random rotations of the first population.

    What a rotation cannot change, the geometry, is the same in all draws; they differ in
    which axes the neurons are. Every neuron is centred and scaled to norm 1 before it is
    rotated, as the measure sees it, so that no neuron dominates the rotated ones.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses; every neuron varies.
    n_rotations
        How many.
    rng
        Draws them.
    draw
        How: `haar`, or `haar_around_mean`.
    """
    measure = find("soft_matching_correlation")
    x, target = unit_columns(x), measure.summary(y)
    draws = [
        float(measure.score(measure.summary(x @ draw(x.shape[1], rng)), target))
        for _ in range(n_rotations)
    ]
    return Chance(float(measure.score(measure.summary(x), target)), np.array(draws))

"""Random rotations: of all directions, or of all but the mean of a population."""

import numpy as np
from numpy.typing import NDArray

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

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


def haar_of_one_size(x: Reals, around_mean: bool, rng: np.random.Generator) -> Reals:
    """A random rotation after which neurons of one size are of one size again.

    One drawn evenly from all, or from those around the mean, is turned on by as little as makes
    all neurons equal (Newton's method); where that does not end, another one is drawn. Scaling the
    rotated neurons instead would change how far they agree, so that neurons in random axes and
    rotated ones would not be alike.

    Parameters
    ----------
    x
        (stimulus, neuron) centred responses, all neurons of one norm.
    around_mean
        Whether the mean of the population stays.
    rng
        Draws the rotation.

    Returns
    -------
    rotation
        Drawn evenly, sizes or not, where there are fewer free angles than neurons: of two neurons,
        or of four around their mean.
    """
    n = x.shape[1]
    draw, n_free = (haar_around_mean, n - 1) if around_mean else (haar, n)
    if n_free * (n_free - 1) // 2 < n:
        return draw(n, rng)
    free = np.eye(n) - (1 / n if around_mean else 0)
    gram = x.T @ x
    for _ in range(_TRIES):
        found = _of_one_size(gram, draw(n, rng), free)
        if found is not None:
            return found
    return draw(n, rng)


_TRIES, _STEPS, _LONGEST = 50, 40, 0.5


def _of_one_size(gram: Reals, rotation: Reals, free: Reals) -> Reals | None:
    """The rotation turned on until all neurons are equal; None if that does not come to an end."""
    for _ in range(_STEPS):
        turned = rotation.T @ gram @ rotation
        missing = (np.mean(np.diag(turned)) - np.diag(turned)) / 2
        if np.abs(missing).max() <= 1e-10 * np.trace(turned) / len(turned):
            return rotation
        rotation = rotation @ _small(_towards(turned, missing, free))
    return None


def _towards(gram: Reals, missing: Reals, free: Reals) -> Reals:
    """The smallest skew matrix that gives every neuron half of the square that it misses."""
    along = gram @ free
    mixed = along @ free
    slopes = ((along @ along.T) * free - mixed * mixed.T) / 2
    weights = np.linalg.lstsq(slopes, missing, rcond=1e-10)[0]
    skew = free @ (gram * weights - weights[:, None] * gram) @ free / 2
    return skew * min(1.0, _LONGEST / max(float(np.linalg.norm(skew)), _LONGEST))


def _small(skew: Reals) -> Reals:
    """The rotation by a skew matrix (Cayley)."""
    one = np.eye(len(skew))
    return np.asarray(np.linalg.solve(one - skew / 2, one + skew / 2), dtype=np.float64)

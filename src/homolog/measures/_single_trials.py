"""What single trials tell: distances without the bias of noise, and how neurons' noise covaries."""

from typing import Literal

import numpy as np

from homolog import errors
from homolog._arrays import (
    RANK_TOLERANCE,
    Array,
    constant,
    largest,
    namespace,
    to_namespace_of,
)

Noise = Literal["shrunk", "diagonal", "identity"]


def means(x: Array) -> Array:
    """(stimulus, neuron) means of (stimulus, trial, neuron) responses."""
    return namespace(x).mean(x, axis=1)


def residuals(x: Array) -> Array:
    """(stimulus x trial, neuron): what is left of each trial without its stimulus's mean."""
    xp = namespace(x)
    return xp.reshape(x - xp.mean(x, axis=1, keepdims=True), (-1, x.shape[2]))


def whitened(x: Array, noise: Noise, name: str) -> Array:
    """Responses in units of the noise: multiplied by the root of its precision.

    Parameters
    ----------
    x
        (stimulus, trial, neuron) responses.
    noise
        ``"identity"`` leaves them; ``"diagonal"`` divides each neuron by the deviation of its
        trials; ``"shrunk"`` takes the covariance of all neurons' trials, shrunk towards a
        multiple of the identity as far as `shrunk_covariance` finds needed.
    name
        The measure, for errors.

    Raises
    ------
    HomologError
        HM031 where trials of a neuron, or of all of them, do not differ.
    """
    if noise == "identity":
        return x
    xp = namespace(x)
    n_stimuli, n_trials, _ = x.shape
    left = residuals(x)
    degrees = n_stimuli * (n_trials - 1)
    if noise == "diagonal":
        deviation = xp.sqrt(xp.sum(left * left, axis=0) / degrees)
        _refuse_silent(deviation, x, name)
        return x / deviation
    covariance = shrunk_covariance(left) * (left.shape[0] / degrees)
    _refuse_silent(xp.sqrt(largest(covariance)), x, name)
    values, vectors = xp.linalg.eigh(covariance)
    if float(values[0]) <= RANK_TOLERANCE * float(values[-1]):
        raise errors.undefined(
            name,
            "in some direction of the population, trials of a stimulus never differ",
            'Use noise="diagonal" or noise="identity".',
        )
    return x @ ((vectors / xp.sqrt(values)) @ vectors.T)


def _refuse_silent(deviation: Array, x: Array, name: str) -> None:
    """Refuse deviations that are rounding beside the responses."""
    xp = namespace(x)
    least = 64 * xp.finfo(x.dtype).eps * float(largest(x))
    if bool(xp.any(constant(deviation) <= least)):
        raise errors.undefined(
            name,
            "trials of each stimulus are all alike, for some neuron or for all",
            'Use noise="identity", or drop neurons without noise.',
        )


def shrunk_covariance(rows: Array) -> Array:
    """(neuron, neuron) covariance of rows whose mean is 0, by Ledoit and Wolf (2004).

    The empirical covariance, moved towards the multiple of the identity with its trace by the
    share that minimises the expected squared error.
    """
    xp = namespace(rows)
    n, n_neurons = rows.shape
    empirical = rows.T @ rows / n
    identity = to_namespace_of(rows, np.eye(n_neurons))
    target = xp.sum(xp.sum(rows * rows, axis=0)) / (n * n_neurons) * identity
    apart = xp.sum((empirical - target) ** 2)
    size = xp.sum(rows * rows, axis=1)
    error = (xp.sum(size * size) / n - xp.sum(empirical * empirical)) / n
    share = min(float(error) / float(apart), 1.0) if float(apart) > 0 else 1.0
    return share * target + (1 - share) * empirical


def squared_distances(x: Array, *, cross_validated: bool) -> Array:
    """(stimulus, stimulus) squared distances of means, divided by the number of neurons.

    Parameters
    ----------
    x
        (stimulus, trial, neuron) responses.
    cross_validated
        Whether only products of different trials count: their mean is the squared distance
        of the true means, where that of all products has the noise added to it.
    """
    xp = namespace(x)
    n_stimuli, n_trials, n_neurons = x.shape
    x = x - xp.mean(x, axis=(0, 1), keepdims=True)  # else small differences of large products
    centres = means(x)
    products = centres @ centres.T
    if cross_validated:
        rows = xp.reshape(x, (n_stimuli, -1))
        products = (n_trials * products - rows @ rows.T / n_trials) / (n_trials - 1)
    return _apart(products) / n_neurons


def poisson_divergences(x: Array, *, cross_validated: bool) -> Array:
    """(stimulus, stimulus) symmetrised Kullback-Leibler divergences of Poisson rates, by neuron.

    Parameters
    ----------
    x
        (stimulus, trial, neuron) rates, above 0.
    cross_validated
        Whether the rates come from all trials but one and their logarithms from that one, and
        the mean over trials is taken; else both come from all trials.
    """
    xp = namespace(x)
    n_trials = x.shape[1]
    if not cross_validated:
        return _apart(means(x) @ xp.log(means(x)).T) / x.shape[2]
    total = xp.sum(x, axis=1)
    held_out = [
        (total - x[:, one, :]) / (n_trials - 1) @ xp.log(x[:, one, :]).T for one in range(n_trials)
    ]
    return _apart(sum(held_out[1:], held_out[0])) / (n_trials * x.shape[2])


def _apart(products: Array) -> Array:
    """How far two are apart, from the product of each with each; exactly 0 on the diagonal."""
    xp = namespace(products)
    own = xp.linalg.diagonal(products)
    apart = own[:, None] + own[None, :] - products - products.T
    other = to_namespace_of(products, 1 - np.eye(products.shape[0]))
    return apart * other

"""Two recordings made equal in one respect, and in what respects recordings differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from homolog.studies.families._recordings import Reals

COMPONENTS = 10
"""That are kept, all of one size, where spectra are made equal; the smallest session has 13."""

NEURONS = 13
"""Of the smallest session: so many are drawn where numbers are made equal."""

Equaliser = Callable[[Reals, np.random.Generator], Reals]


def as_recorded(x: Reals, rng: np.random.Generator) -> Reals:
    """Nothing made equal."""
    return x


def mean_rates(x: Reals, rng: np.random.Generator) -> Reals:
    """Every neuron around its mean over stimuli."""
    return x - x.mean(0)


def gains(x: Reals, rng: np.random.Generator) -> Reals:
    """Every neuron around its mean, with a standard deviation of 1."""
    return (x - x.mean(0)) / x.std(0)


def drive(x: Reals, rng: np.random.Generator) -> Reals:
    """Around the means, and without what goes with the population's mean response."""
    centred = x - x.mean(0)
    shared = centred.mean(1)
    shared /= np.linalg.norm(shared)
    return centred - np.outer(shared, shared @ centred)


def spectrum(x: Reals, rng: np.random.Generator) -> Reals:
    """The largest components only, all with the same variance."""
    left, sizes, right = np.linalg.svd(x - x.mean(0), full_matrices=False)
    return left[:, :COMPONENTS] @ right[:COMPONENTS] * sizes[0]


def numbers(x: Reals, rng: np.random.Generator) -> Reals:
    """As many neurons as in the smallest population, drawn at random."""
    return x[:, rng.permutation(x.shape[1])[:NEURONS]]


EQUALISED: Mapping[str, Equaliser] = {
    "as recorded": as_recorded,
    "mean rates": mean_rates,
    "gains": gains,
    "shared drive": drive,
    "spectra": spectrum,
    "numbers of neurons": numbers,
}


def differences(x: Reals, y: Reals) -> dict[str, float]:
    """What may set the score of a pair besides what it is for; larger is what may raise it.

    Neurons of the smaller population; how equal numbers, mean rates and participation ratios
    are (minus the absolute logarithm of their ratio); the correlation of the population's mean
    responses; and that of the first components, its sign left out.
    """
    a, b = x - x.mean(0), y - y.mean(0)
    return {
        "neurons of the smaller": float(min(x.shape[1], y.shape[1])),
        "equal numbers": -float(abs(np.log(x.shape[1] / y.shape[1]))),
        "equal rates": -float(abs(np.log(x.mean() / y.mean()))),
        "equal dimensions": -float(abs(np.log(_participation(a) / _participation(b)))),
        "shared drive": float(np.corrcoef(a.mean(1), b.mean(1))[0, 1]),
        "first components": _first(a, b),
    }


def _participation(centred: Reals) -> float:
    variances = np.linalg.svd(centred, compute_uv=False) ** 2
    return float(variances.sum() ** 2 / np.sum(variances**2))


def _first(a: Reals, b: Reals) -> float:
    first = [np.linalg.svd(one, full_matrices=False)[0][:, 0] for one in (a, b)]
    return float(abs(first[0] @ first[1]))

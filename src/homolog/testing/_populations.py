"""Made-up populations that are generic: nothing about them makes a check pass by luck.

Their spectrum decays, their means are not zero, their neurons differ in gain, and two of
a pair share part of what they respond to. Where a measure sees trials, neurons share noise;
where it sees time, what they share turns and decays.
"""

from typing import Any

import numpy as np

from homolog._arrays import Sees
from homolog.errors import HomologError
from homolog.measures._measure import Measure

Population = np.ndarray[Any, np.dtype[np.float64]]
Sizes = tuple[int, int, int]

NARROW: Sizes = (24, 7, 5)
WIDE: Sizes = (10, 14, 12)
"""Numbers of stimuli, reference neurons and candidate neurons; WIDE has fewer stimuli."""

_N_LATENTS = 8
_DECAY = 0.75
_NOISE = 0.3
_N_TRIALS = 5
_TRIAL_NOISE = 0.2
_N_TIMES = 12
_TURNS = (0.3, 0.7, 1.1, 1.6)
_LASTING = 0.95


def pair(
    rng: np.random.Generator, sizes: Sizes = NARROW, sees: Sees = "mean"
) -> tuple[Population, Population]:
    """A reference and a candidate that share latent signals but not their noise."""
    x, y = several(rng, sizes[0], sizes[1:], sees)
    return x, y


def several(
    rng: np.random.Generator, n_stimuli: int, n_neurons: tuple[int, ...], sees: Sees = "mean"
) -> list[Population]:
    """As many related populations as there are entries in `n_neurons`."""
    latents = rng.normal(size=(n_stimuli, _N_LATENTS)) * _DECAY ** np.arange(_N_LATENTS)
    if sees == "time":
        latents = _in_time(latents)
    populations = [_observed(rng, latents, n) for n in n_neurons]
    if sees == "trial":
        return [_repeated(rng, population) for population in populations]
    return populations


def _in_time(latents: Population) -> Population:
    """(stimulus, time, latent) signals, pairs of which turn together."""
    turning = np.exp(1j * np.outer(np.arange(_N_TIMES), _TURNS))
    turning *= _LASTING ** np.arange(_N_TIMES)[:, None]
    course = turning * (latents[:, None, ::2] + 1j * latents[:, None, 1::2])
    return np.concatenate([course.real, course.imag], axis=-1)


def _repeated(rng: np.random.Generator, means: Population) -> Population:
    """(stimulus, trial, neuron) responses with noise that neurons share in part."""
    n = means.shape[1]
    noise = rng.normal(size=(len(means), _N_TRIALS, n))
    shared = noise @ (np.eye(n) + rng.normal(size=(n, n)) / np.sqrt(n))
    return means[:, None, :] + _TRIAL_NOISE * means.std(axis=0) * shared


def _observed(rng: np.random.Generator, latents: Population, n_neurons: int) -> Population:
    signal = latents @ rng.normal(size=(latents.shape[-1], n_neurons))
    noisy = signal + _NOISE * rng.normal(size=signal.shape)
    return noisy * np.exp(0.4 * rng.normal(size=n_neurons)) + 1.5 * rng.normal(size=n_neurons)


def orthogonal(rng: np.random.Generator, n: int) -> Population:
    """A random rotation or reflection of n neurons."""
    q, r = np.linalg.qr(rng.normal(size=(n, n)))
    return q * np.sign(np.diag(r))


def value(m: Measure, x: Any, y: Any) -> float:
    """The score as a plain number."""
    return float(m(x, y))


def accepts(m: Measure, sizes: Sizes, rng: np.random.Generator) -> bool:
    """Whether the measure gives a score at these sizes rather than refuse them."""
    try:
        m(*pair(rng, sizes, m.sees))
    except HomologError:
        return False
    return True


def regimes(m: Measure, rng: np.random.Generator) -> list[Sizes]:
    """Both orders of sizes, and more neurons than stimuli where the measure allows that."""
    chosen = [NARROW, (NARROW[0], NARROW[2], NARROW[1])]
    if accepts(m, WIDE, rng):
        chosen += [WIDE, (WIDE[0], WIDE[2], WIDE[1])]
    return chosen


def shown(sizes: Sizes) -> str:
    """The sizes in words."""
    return f"{sizes[0]} stimuli, {sizes[1]} and {sizes[2]} neurons"


def require(holds: bool, broken: str) -> None:
    """Raise AssertionError with the sentence `broken` unless the promise holds."""
    if not holds:
        raise AssertionError(broken)


def near(a: float, b: float, tolerance: float) -> bool:
    """Whether two numbers differ by no more than the tolerance, relative above 1."""
    return bool(abs(a - b) <= tolerance * max(1.0, abs(a), abs(b)))

"""Made-up populations that are generic: nothing about them makes a check pass by luck.

Their spectrum decays, their means are not zero, their neurons differ in gain, and two of
a pair share part of what they respond to.
"""

from typing import Any

import numpy as np

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


def pair(rng: np.random.Generator, sizes: Sizes = NARROW) -> tuple[Population, Population]:
    """A reference and a candidate that share latent signals but not their noise."""
    x, y = several(rng, sizes[0], sizes[1:])
    return x, y


def several(
    rng: np.random.Generator, n_stimuli: int, n_neurons: tuple[int, ...]
) -> list[Population]:
    """As many related populations as there are entries in `n_neurons`."""
    latents = rng.normal(size=(n_stimuli, _N_LATENTS)) * _DECAY ** np.arange(_N_LATENTS)
    return [_observed(rng, latents, n) for n in n_neurons]


def _observed(rng: np.random.Generator, latents: Population, n_neurons: int) -> Population:
    signal = latents @ rng.normal(size=(latents.shape[1], n_neurons))
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
        m(*pair(rng, sizes))
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

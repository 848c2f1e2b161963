"""Normalised Bures similarity from moments, with a bound on what bias is left."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from homolog._arrays import centre, frobenius, require_memory
from homolog.sampling._cross_moments import Blocks, blocks_of, moments_and_without
from homolog.sampling._given import Floats, given
from homolog.sampling._held_out_alignment import covariance, held_out_alignment
from homolog.sampling._root import Root, best_root
from homolog.sampling._spread import interval
from homolog.statistics import standard_error

LEAST_STIMULI = 40
"""Ten blocks of two differences."""

_N_BLOCKS, _N_ORDERS, _N_SPLITS, _DEGREE = 10, 8, 10, 4


def nbs_by_moments(x: Any, y: Any, *, rng: int | np.random.Generator = 0) -> "NBSByMoments":
    r"""Normalised Bures similarity at infinitely many stimuli, with a bound on its bias.

    .. math:: \frac{\sum_p c_p \, \widehat{\operatorname{tr}} (C C^\top)^p}
        {\sqrt{\widehat{\operatorname{tr}} \Sigma_x \; \widehat{\operatorname{tr}} \Sigma_y}}

    The sum of singular values of a cross-covariance C is overestimated from few stimuli, and no
    estimate of it is unbiased. Sums of their even powers have unbiased estimates, by averages over
    different stimuli; a polynomial in these stands for the sum of roots. Its coefficients are those
    that make variance and squared worst bias least together.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in any
        unit, at least 40 stimuli; arrays, or populations with labels.
    rng
        Draws blocks and orders of stimuli.

    Returns
    -------
    estimate
        A `NBSByMoments`: the value, 1 when populations differ by a rotation and a scale and 0 when
        they are unrelated, its standard error, the bound on its bias, and what brackets it: the
        usual score, too high on average, and alignments judged by held-out stimuli, too low.

    Raises
    ------
    HomologError
        HM019 fewer than 40 stimuli, HM009 more than memory can hold, and those of
        `homolog.compare` for populations that do not go together.

    Notes
    -----
    The bound is the number of neurons of the smaller population times the most by which the
    polynomial misses a root. It holds whatever the spectrum is, as long as no true singular value
    exceeds `largest`: the largest of the sample, which is too high on average, plus two
    standard errors. With many neurons it is wide, as it must be: many small singular values can
    hide from every moment. Then trust the brackets, and record more stimuli.

    Trial noise that the populations do not share leaves the numerator alone but not the traces
    below it, and so lowers the value. Stimuli count as independent.

    Time grows with the cube of the number of stimuli (about a minute at 1000), memory with its
    square.

    References
    ----------
    Pospisil, Larsen, Harvey and Williams, Estimating shape distances on neural representations with
    limited samples, ICLR 2024, https://arxiv.org/abs/2310.05742; Kong and Valiant, Spectrum
    estimation from samples, Annals of Statistics 2017, https://arxiv.org/abs/1602.00061
    """
    x, y = given("nbs_by_moments", x, y, least=LEAST_STIMULI)
    n_pairs = len(x) // 2
    require_memory(
        40 * n_pairs**2,
        "nbs_by_moments",
        f"5 matrices of {n_pairs}×{n_pairs} pairs of stimuli, 8 bytes each",
        "Take some of the stimuli.",
    )
    rng = np.random.default_rng(rng)
    x, y = (side / frobenius(side) * np.sqrt(len(side) - 1) for side in (centre(x), centre(y)))
    blocks, n_roots = blocks_of(len(x), _N_BLOCKS, rng), min(x.shape[1], y.shape[1])
    largest, usual = _of_the_sample(x, y, blocks)
    whole, without = moments_and_without(x, y, blocks, _DEGREE, _N_ORDERS, rng)
    unit = largest ** (2.0 * np.arange(1, _DEGREE + 1))
    root = best_root(_covariance(without / unit), n_roots)
    value = _sum_of_roots(whole / unit, root, n_roots, largest)
    lower = [_held_out(x, y, n_folds, rng) for n_folds in (2, _N_BLOCKS)]
    left_out = _sum_of_roots(without / unit, root, n_roots, largest) / _sizes(x, y, blocks)
    sizes = np.array([len(one) for one in blocks])
    return NBSByMoments(
        value=float(value),
        error=standard_error(float(value), left_out, sizes),
        bias_bound=n_roots * root.off * largest,
        usual=usual,
        split_half=lower[0],
        held_out=lower[1],
        largest=largest,
        n_stimuli=len(x),
    )


def _of_the_sample(x: Floats, y: Floats, blocks: Blocks) -> tuple[float, float]:
    """What no true singular value is likely to exceed, and the sum of those of the sample."""
    singular = np.linalg.svd(covariance(x, y), compute_uv=False)
    left = [covariance(np.delete(x, one, 0), np.delete(y, one, 0)) for one in blocks]
    top = np.array([np.linalg.norm(one, 2) for one in left], dtype=np.float64)
    sizes = np.array([len(one) for one in blocks])
    return float(singular[0] + 2 * standard_error(singular[0], top, sizes)), float(singular.sum())


def _covariance(without: Floats) -> Floats:
    """Jackknife covariance of moments from those without each block."""
    off, n = without - without.mean(axis=0), len(without)
    return (n - 1) / n * off.T @ off


def _sum_of_roots(moments: Floats, root: Root, n_roots: int, largest: float) -> Floats:
    sums = n_roots * root.coefficients[0] + moments @ root.coefficients[1:]
    return np.asarray(largest * sums, dtype=np.float64)


def _sizes(x: Floats, y: Floats, blocks: Blocks) -> Floats:
    """Norms of both populations without each block; those of all stimuli are 1."""
    variances = [
        [np.delete(side, one, 0).var(axis=0, ddof=1).sum() for one in blocks] for side in (x, y)
    ]
    return np.sqrt(np.prod(np.asarray(variances, dtype=np.float64), axis=0))


def _held_out(x: Floats, y: Floats, n_folds: int, rng: np.random.Generator) -> float:
    folds = np.arange(len(x)) % n_folds
    splits = [held_out_alignment(x, y, rng.permutation(folds)) for _ in range(_N_SPLITS)]
    return float(np.mean(splits))


@dataclass(frozen=True)
class NBSByMoments:
    """Normalised Bures similarity from moments, and what brackets it.

    Attributes
    ----------
    value
        The estimate, no unit; 1 is the same shape, 0 unrelated, outside by accident.
    error
        Its jackknife standard error over stimuli, the polynomial held.
    bias_bound
        The most by which its mean can be off, given `largest`.
    usual
        The score of the sample, `homolog.measures.nbs`; too high on average.
    split_half, held_out
        Alignments fitted to half, or to nine tenths, of the stimuli and judged by the others;
        too low on average, the second less so.
    largest
        What the largest true singular value was taken not to exceed, where the norms of both
        populations are 1.
    n_stimuli
        How many stimuli there were.
    """

    value: float
    error: float
    bias_bound: float
    usual: float
    split_half: float
    held_out: float
    largest: float
    n_stimuli: int

    def interval(self, *, level: float = 0.95) -> tuple[float, float]:
        """Where the score of infinitely many stimuli lies: error and bias bound added.

        Cut at 0 and 1. `level` is the share of studies, above 0 and below 1 (else HM025).
        """
        low, high = interval(self.value, [(self.error, _N_BLOCKS)], level)
        low, high = low - self.bias_bound, high + self.bias_bound
        return max(0.0, min(1.0, low)), min(1.0, max(0.0, high))

    def angles(self, *, level: float = 0.95) -> tuple[float, float]:
        """The same as Procrustes angles in radians, from 0 to π/2, the nearer first."""
        low, high = self.interval(level=level)
        return float(np.arccos(high)), float(np.arccos(low))

    def __str__(self) -> str:
        """The value, how sure it is, and its brackets."""
        low, high = self.interval()
        return (
            f"NBS {self.value:.3f} ({low:.3f} to {high:.3f}, of which {self.bias_bound:.3f} to"
            f" either side for bias); {self.held_out:.3f} held out, {self.usual:.3f} as usual"
        )

"""Regularised canonical correlation, by kernels too, judged on stimuli that were held out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import Array, centre, frobenius, namespace, narrow, root, rounding, to_numpy
from homolog.measures._directions import ROTATIONS
from homolog.measures._folds import Folds, held_out_rows, other_rows, take_rows
from homolog.measures._kernels import kernel_coordinates
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._numbers import is_real, is_whole

Kernel = Literal["linear", "rbf"]

_LEAST_STIMULI = 3
"""Of two stimuli every correlation is 1 or -1."""


@dataclass(frozen=True)
class _Summary:
    """Coordinates of the stimuli, no wider than long, and how many neurons they stand for."""

    coordinates: Array = along_stimuli()
    n_neurons: int = 0
    held_out: tuple[NDArray[np.int64], ...] = ()


def _summary(x: Array, *, kernel: Kernel = "linear", folds: Folds = 3, rng: int = 0) -> _Summary:
    held_out = held_out_rows(x.shape[0], folds, rng)
    if min(map(len, held_out)) < _LEAST_STIMULI:
        allowed = f"folds of at least {_LEAST_STIMULI} of the {x.shape[0]} stimuli"
        raise errors.bad_value("folds", len(held_out), allowed)
    if kernel == "rbf":
        return _Summary(kernel_coordinates(x), x.shape[0], held_out)
    centred = centre(x)
    return _Summary(narrow(centred / frobenius(centred)), x.shape[1], held_out)


def _promises(
    *, kernel: str, folds: Folds, rng: int, penalty: Any, n_components: Any
) -> Mapping[str, Any]:
    if kernel not in get_args(Kernel):
        raise errors.bad_value("kernel", kernel, ", ".join(get_args(Kernel)))
    if not is_real(penalty) or not 0 < float(penalty) < np.inf:
        raise errors.bad_value("penalty", penalty, "a number above 0; without, see cca")
    if not is_whole(n_components) or n_components < 1:
        raise errors.bad_value("n_components", n_components, "a whole number from 1")
    if kernel == "linear":
        return {}
    return {"title": "Canonical correlation by a Gaussian kernel, penalised, at stimuli held out"}


@measure(
    summary=_summary,
    variant=_promises,
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to=ROTATIONS,
    biased=True,
    smooth=False,
    fits=True,
    source="https://doi.org/10.3389/fninf.2016.00049",
    citation="""
        @article{bilenko2016pyrcca,
          author = {Bilenko, Natalia Y. and Gallant, Jack L.},
          title = {Pyrcca: Regularized Kernel Canonical Correlation Analysis in {P}ython and Its
            Applications to Neuroimaging},
          journal = {Frontiers in Neuroinformatics},
          volume = {10},
          pages = {49},
          year = {2016},
          doi = {10.3389/fninf.2016.00049},
        }
    """,
)
def regularised_cca(
    x: _Summary, y: _Summary, *, penalty: float = 0.1, n_components: int = 5
) -> Float[Array, ""]:
    r"""Mean canonical correlation, penalised, at stimuli that were held out.

    .. math:: \frac{1}{F n} \sum_f \sum_{i \le n} \mathrm{corr}(X_f a_i, \, Y_f b_i),
       \qquad a_i^\top X_{-f}^\top Y_{-f} b_i \to \max

    over held-out folds f, with :math:`a_i^\top (X_{-f}^\top X_{-f} + \kappa I) a_j = [i = j]`, and
    likewise of b, on the training stimuli.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite. Neurons may outnumber stimuli.

    Returns
    -------
    score
        From -1 to 1, no unit. 1 when the directions that go together on some stimuli do so
        perfectly on others; around 0 for unrelated populations.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM012 folds that part a
        group, HM025 unknown option or folds of fewer than three stimuli; with
        ``kernel="rbf"`` HM009 too many pairs of stimuli for memory.

    Notes
    -----
    Options. ``penalty`` is :math:`\kappa` in units of the mean variance of the neurons over the
    training stimuli (summed over stimuli); the larger it is, the more strong directions count, up
    to partial least squares. ``n_components``: how many pairs of directions, the most correlated
    first, or as many as there are. ``kernel="rbf"`` takes the Gaussian kernel, of bandwidth the
    median distance, for the inner product, so that curved relations count (kernel CCA); it and
    the penalty's unit are then those of all stimuli, which tells nothing of what goes with what.
    ``folds`` (3) and ``rng`` set which stimuli are held out.

    Unlike `cca` it can be had with more neurons than stimuli and does not rise as neurons
    are added. A mean over folds of few stimuli is noisy. Held-out correlations fall short of those
    of infinitely many stimuli, for directions are estimated: biased downwards, the more the fewer
    stimuli, so do not take a low score of few stimuli for a difference. Components beyond the
    shared ones add correlations around 0 to the mean. Where training correlations are tied, as of
    sparse codes, any of the tied directions may come first: rotating or reordering neurons, or
    swapping the populations, then changes the score (by up to 0.08 for seven and six neurons that
    answer two of 36 stimuli each).

    Cost: M N² + N³ operations for a population and M Nx Ny with singular values of an Nx × Ny
    matrix for a pair, once for each fold; M³ with ``kernel="rbf"``. Do not trust it as a
    comparison of studies with other penalties or numbers of components.
    """
    folds = [_fold(x, y, rows, penalty, n_components) for rows in x.held_out]
    return sum(folds[1:], folds[0]) / len(folds)


def _fold(
    x: _Summary, y: _Summary, rows: NDArray[np.int64], penalty: float, n_components: int
) -> Array:
    """The mean correlation at the stimuli of one fold."""
    (a_train, a_test), (b_train, b_test) = (_whitened(one, rows, penalty) for one in (x, y))
    xp = namespace(a_train, b_train)
    left, shared, right = xp.linalg.svd(a_train.T @ b_train, full_matrices=False)
    # Of directions with so little covariance rounding hides half of the digits, and more.
    least = rounding(shared) ** 0.5 * shared[0]
    n = min(n_components, max(1, int(to_numpy(shared > least).sum())))
    found = _correlations(a_test @ left[:, :n], b_test @ right[:n, :].T)
    return xp.mean(found)


def _whitened(x: _Summary, rows: NDArray[np.int64], penalty: float) -> tuple[Array, Array]:
    """Training and held-out stimuli in the coordinates in which the penalised norm is plain."""
    train = take_rows(x.coordinates, other_rows(x.coordinates.shape[0], rows))
    xp = namespace(train)
    mean = xp.mean(train, axis=0, keepdims=True)
    train = train - mean
    squares, axes = xp.linalg.eigh(train.T @ train)
    unit = penalty * xp.sum(train * train) / x.n_neurons
    whitening = axes / xp.sqrt(xp.where(squares > 0, squares, 0 * squares) + unit)
    return train @ whitening, (take_rows(x.coordinates, rows) - mean) @ whitening


def _correlations(a: Array, b: Array) -> Array:
    """Of each column of one with the same of the other; 0 where one of them does not vary."""
    xp = namespace(a, b)
    a, b = centre(a), centre(b)
    shared, square, other = (xp.sum(p * q, axis=0) for p, q in ((a, b), (a, a), (b, b)))
    size = root(square) * root(other)
    return xp.where(size > 0, shared / xp.where(size > 0, size, xp.ones_like(size)), 0 * shared)

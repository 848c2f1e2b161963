"""Canonical correlation analysis: shared directions, whatever their variance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, basis, centre, even_columns, largest, namespace, nuclear_norm
from homolog.measures._least_squares import Reals, inverse_root
from homolog.measures._measure import Gradient, along_stimuli, measure
from homolog.measures._shape import best_rotation

_ROTATIONS = frozenset({"shift", "scale", "permutation", "rotation"})


@dataclass(frozen=True)
class _Summary:
    directions: Array = along_stimuli()


def _summary(x: Array, *, pca: int | None = None) -> _Summary:
    n_stimuli, n_neurons = x.shape
    n_directions = n_neurons if pca is None else min(pca, n_neurons)
    if n_directions >= n_stimuli:
        raise errors.too_many_neurons("cca", n_directions, n_stimuli)
    if pca is not None and pca < 1:
        raise errors.bad_value("pca", pca, f"1 to {n_stimuli - 1} components")
    reduced = n_directions < n_neurons
    x = centre(x if reduced else even_columns(x))
    x = x / largest(x)
    if reduced:
        x = _leading(x, n_directions)
    return _Summary(basis(x))


def _leading(x: Array, n_components: int) -> Array:
    u, s, _ = namespace(x).linalg.svd(x, full_matrices=False)
    return u[:, :n_components] * s[:n_components]


def _promises(*, pca: int | None) -> Mapping[str, Any]:
    if pca is None:
        return {}
    if not isinstance(pca, int | np.integer):
        raise errors.bad_value("pca", pca, "None or a whole number of components")
    return {"invariant_to": _ROTATIONS, "candidate_invariant_to": _ROTATIONS, "smooth": False}


def _gradient(x: Reals, *, pca: int | None = None) -> Gradient:
    directions = _summary(x, pca=pca).directions

    def at(y: Reals) -> tuple[Reals, Reals]:
        y = y - y.mean(axis=1, keepdims=True)
        whitening = inverse_root(y.swapaxes(1, 2) @ y)
        cross = directions.T @ y @ whitening
        agreement, rotation = best_rotation(cross)
        shared = min(directions.shape[1], y.shape[2])
        within = cross.swapaxes(1, 2) @ rotation
        gradient = directions @ (rotation @ whitening) - y @ (whitening @ within @ whitening)
        return agreement / shared, gradient / shared

    return at


@measure(
    summary=_summary,
    gradient=_gradient,
    variant=_promises,
    best=1.0,
    worst=0.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "rotation", "neuron_scale", "linear"},
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/1706.05806",
    citation="""
        @inproceedings{raghu2017svcca,
          author = {Raghu, Maithra and Gilmer, Justin and Yosinski, Jason and
            Sohl-Dickstein, Jascha},
          title = {{SVCCA}: Singular Vector Canonical Correlation Analysis for Deep Learning
            Dynamics and Interpretability},
          booktitle = {Advances in Neural Information Processing Systems},
          year = {2017},
          url = {https://arxiv.org/abs/1706.05806},
        }
    """,
)
def cca(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Mean canonical correlation between two populations.

    .. math:: \frac{1}{\min(r_X, r_Y)} \sum_i \sigma_i(Q_X^\top Q_Y)

    with :math:`Q` orthonormal bases of the centred column spaces and :math:`r` their
    ranks, judged relative to the largest singular value. Conventions differ: this is
    the mean of the correlations, not of their squares, over the smaller *rank*.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, more stimuli than neurons.

    Returns
    -------
    score
        From 0 to 1, no unit. 1 when the smaller population's space lies within the
        other's.

    Raises
    ------
    HomologError
        HM005 as many neurons as stimuli, HM001 stimuli differ in number, HM004 not
        finite, HM006 constant.

    Notes
    -----
    With option ``pca=k`` only the first k principal components of each population
    enter. Every direction counts alike, so noise in a neuron of tiny variance weighs as
    much as the strongest signal; biased upwards unless stimuli far outnumber neurons.
    """
    shared = min(x.directions.shape[1], y.directions.shape[1])
    return nuclear_norm(x.directions.T @ y.directions, even=True) / shared

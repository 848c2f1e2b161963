"""Linear predictivity within the stimuli at hand: variance of x that y accounts for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, basis, centre, even_columns, frobenius, inner, narrow
from homolog.measures import _many
from homolog.measures._least_squares import Reals, fitted
from homolog.measures._measure import Gradient, along_stimuli, measure


@dataclass(frozen=True)
class _Summary:
    """A population as what is predicted and, with neurons of like size, as what predicts."""

    responses: Array = along_stimuli()
    predictors: Array = along_stimuli()

    @cached_property
    def basis(self) -> Array:
        """Orthonormal basis of what the population spans."""
        return basis(self.predictors)


def _summary(x: Array) -> _Summary:
    responses, even = _unit(x), even_columns(x)
    return _Summary(responses, responses if even is x else _unit(even))


def _unit(x: Array) -> Array:
    x = centre(x)
    return narrow(x / frobenius(x))


def _chance(x: _Summary, y: _Summary) -> float:
    """A random subspace of dimension r takes r / (M - 1) of any variance."""
    n_stimuli, rank = y.basis.shape
    return rank / (n_stimuli - 1)


def _together(populations: Sequence[_Summary]) -> Array | None:
    """A population's variance within a subspace is an overlap, too: with its projection."""
    return _many.overlaps([x.responses for x in populations], [x.basis for x in populations])


def _gradient(x: Reals) -> Gradient:
    x = narrow(centre(x))
    square = float(inner(x, x))

    def at(y: Reals) -> tuple[Reals, Reals]:
        y = y - y.mean(axis=1, keepdims=True)
        weights = fitted(y, x)
        cross = y.swapaxes(1, 2) @ x
        value = np.einsum("ijk,ijk->i", weights, cross) / square
        turned = weights.swapaxes(1, 2)
        gradient = x @ turned - y @ (weights @ turned)
        return value, (2 / square) * gradient

    return at


@measure(
    summary=_summary,
    gradient=_gradient,
    together=_together,
    chance=_chance,
    best=1.0,
    worst=0.0,
    kind="variance",
    symmetric=False,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    candidate_invariant_to={
        "shift",
        "scale",
        "permutation",
        "rotation",
        "neuron_scale",
        "linear",
    },
    biased=True,
    smooth=True,
    source="https://arxiv.org/abs/1905.00414",
    citation="""
        @inproceedings{kornblith2019similarity,
          author = {Kornblith, Simon and Norouzi, Mohammad and Lee, Honglak and Hinton, Geoffrey},
          title = {Similarity of Neural Network Representations Revisited},
          booktitle = {International Conference on Machine Learning},
          year = {2019},
          url = {https://arxiv.org/abs/1905.00414},
        }
    """,
)
def linear_regression(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Share of the reference's variance that is linear in the candidate, in-sample.

    .. math:: R^2 = \|Q_Y^\top X\|_F^2 \,/\, \|X\|_F^2

    with the mean response of every neuron removed and :math:`Q_Y` an orthonormal basis
    of the candidate's column space. Neurons weigh by their variance.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference (predicted) and candidate (predictor)
        to the same stimuli, in any unit; finite, at least three stimuli.

    Returns
    -------
    score
        From 0 to 1, no unit. 1 when every reference neuron is a weighted sum of
        candidate neurons on these stimuli.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant.

    Notes
    -----
    Unrelated populations score rank/(M - 1): 1 whenever the candidate has as many
    neurons as there are stimuli. Use `ridge` to predict stimuli not fitted. Rank is
    judged relative to the largest singular value, and nothing is padded.
    """
    explained = y.basis.T @ x.responses
    return inner(explained, explained)

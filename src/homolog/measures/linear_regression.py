"""Linear predictivity within the stimuli at hand: variance of x that y accounts for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float

from homolog._arrays import (
    Array,
    basis,
    centre,
    even_columns,
    frobenius,
    inner,
    narrow,
    root,
)
from homolog.measures import _angles, _many
from homolog.measures._directions import ANY_MAP, ROTATIONS, Predicted, averaged, turned_round
from homolog.measures._least_squares import Reals, fitted
from homolog.measures._measure import Gradient, along_stimuli, measure
from homolog.measures._orders import Orders
from homolog.measures._room import Room
from homolog.measures._turns import Turns, squares_in_turns

Form = Literal["share", "angle"]

_LINEAR_ANGLE = {
    "best": 0.0,
    "worst": np.pi / 2,
    "kind": "distance",
    "chance_level": None,
    "together": None,
    "in_orders": None,
}
_TITLES = {
    "share": {
        "candidate": "Share of the candidate's variance that is linear in the reference, in-sample",
        "both": "Mean share of either's variance that is linear in the other, in-sample",
    },
    "angle": {
        "reference": "Linear angle from the candidate to the reference, in-sample, in radians",
        "candidate": "Linear angle from the reference to the candidate, in-sample, in radians",
        "both": "Linear angle between populations, in-sample, in radians",
    },
}


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


def _promises(*, predict: Predicted, form: Form) -> Mapping[str, Any]:
    _angles.check_form(form, get_args(Form))
    plain = predict == "reference" and form == "share"
    return {
        **turned_round(predict, ROTATIONS, ANY_MAP),
        **({} if form == "share" else _LINEAR_ANGLE),
        **({} if plain else {"title": _TITLES[form][predict], "gradient": None}),
    }


def _chance(x: _Summary, y: _Summary, *, predict: Predicted) -> float:
    """A random subspace of dimension r takes r / (M - 1) of any variance."""
    return averaged(_chance_one_way, x, y, predict)


def _chance_one_way(x: _Summary, y: _Summary) -> float:
    n_stimuli, rank = y.basis.shape
    return rank / (n_stimuli - 1)


def _together(populations: Sequence[_Summary], *, predict: Predicted) -> Array | None:
    """A population's variance within a subspace is an overlap, too: with its projection."""
    shared = _many.overlaps([x.responses for x in populations], [x.basis for x in populations])
    if shared is None or predict == "reference":
        return shared
    return shared.T if predict == "candidate" else (shared + shared.T) / 2


def _in_orders(x: _Summary, y: _Summary, orders: Orders, *, predict: Predicted) -> Reals | None:
    if not isinstance(orders, Turns):
        return None
    ways = {"reference": (x.responses, y.basis), "candidate": (x.basis, y.responses)}
    asked = ways.values() if predict == "both" else [ways[predict]]
    return np.mean([squares_in_turns(*way, orders) for way in asked], axis=0)


def _gradient(x: Reals) -> Gradient:
    x = narrow(centre(x))
    square, room, part = float(inner(x, x)), Room(), Room()

    def at(y: Reals) -> tuple[Reals, Reals]:
        y = room.centred(y)
        weights, cross = fitted(y, x)
        value = np.einsum("ijk,ijk->i", weights, cross) / square
        turned = (2 / square) * weights.swapaxes(1, 2)
        gradient = x @ turned
        gradient -= np.matmul(y, weights @ turned, out=part.like(y))
        return value, gradient

    return at


@measure(
    summary=_summary,
    gradient=_gradient,
    variant=_promises,
    together=_together,
    in_orders=_in_orders,
    chance=_chance,
    best=1.0,
    worst=0.0,
    kind="variance",
    symmetric=False,
    invariant_to=ROTATIONS,
    candidate_invariant_to=ANY_MAP,
    biased=True,
    smooth=True,
    of_products=True,
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
def linear_regression(
    x: _Summary, y: _Summary, *, predict: Predicted = "reference", form: Form = "share"
) -> Float[Array, ""]:
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
        candidate neurons on these stimuli. With ``form="angle"`` from 0, best, to pi/2
        radians.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant.

    Notes
    -----
    Options: ``predict="candidate"`` asks the reverse, how much of the candidate is linear in
    the reference, and ``"both"`` takes the mean of the two, which is symmetric.
    ``form="angle"`` gives the linear angle, the arccosine of the score: not a metric, and not
    the angle between responses and their fit, whose cosine is the root of the score.

    Unrelated populations score rank/(M - 1): 1 whenever the candidate has as many
    neurons as there are stimuli. Use `ridge` to predict stimuli not fitted; without a
    penalty it is this regression, held out. Rank is judged relative to the largest singular
    value, and nothing is padded.

    Cost: M N² operations for a population, M Nx Ny for a pair. Do not trust it unless stimuli far
    outnumber the neurons that predict.
    """
    if form == "angle":
        chord = root(2 * averaged(_unexplained, x, y, predict))
        return _angles.of_chord(chord, form)
    return averaged(_explained, x, y, predict)


def _explained(x: _Summary, y: _Summary) -> Array:
    explained = y.basis.T @ x.responses
    return inner(explained, explained)


def _unexplained(x: _Summary, y: _Summary) -> Array:
    """One less `_explained`, with all digits where little is left."""
    left = x.responses - y.basis @ (y.basis.T @ x.responses)
    return _angles.resolved(inner(left, left))

"""Correlative information: how much two populations tell about each other, in nats."""

from typing import Any, Literal

import numpy as np

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    constant,
    frobenius,
    namespace,
    narrow,
    of_one_kind,
    rounding,
    to_namespace_of,
)
from homolog.matching._populations import sides

Form = Literal["joint", "left", "right"]


def correlative_information(
    first: Any,
    second: Any,
    *,
    epsilon: float = 0.15,
    form: Form = "joint",
    centred: bool = False,
) -> Array:
    r"""Correlative mutual information of two populations, in nats.

    .. math:: I = \tfrac12 \left(\log\det(R_a + \epsilon I) + \log\det(R_b + \epsilon I)
              - \log\det(R_{ab} + \epsilon I)\right)

    with :math:`R_a`, :math:`R_b` and :math:`R_{ab}` the second moments of the first
    population, of the second, and of both side by side. It is what the responses of one tell
    about those of the other when both are Gaussian and each neuron adds noise of variance
    :math:`\epsilon` of its own; it is what networks that learn by `corinfomax` maximise
    between neighbouring layers.

    Parameters
    ----------
    first, second
        (stimulus, neuron) responses to the same stimuli, row for row, of one array library;
        or populations with labels, whose condition means are taken.
    epsilon
        Variance of each neuron's noise, in the squared unit of the responses, above 0. What
        varies much less than this tells nothing.
    form
        ``"joint"`` as above; ``"left"`` as how much less uncertain the first population is
        once it has been predicted from the second,
        :math:`\tfrac12\log\det(R_a + \epsilon I) - \tfrac12\log\det(R_e + \epsilon I)` with
        :math:`R_e` the second moments of what the prediction leaves; ``"right"`` the other
        way round. All three are equal up to rounding.
    centred
        Whether to remove every neuron's mean response first. The default keeps it, for so
        the learning rule does: a synapse sees rates, not how far they are from their mean.
        Responses far from 0 then tell about each other by their means alone; use
        ``centred=True`` to ask only for what goes up and down together.

    Returns
    -------
    information
        Nats, at least 0, as a 0-d array of the library of the input. 0 exactly when no
        response of one is correlated with one of the other; it grows without bound with
        what they share, and with the number of neurons.

    Raises
    ------
    HomologError
        HM025 for an option that is not allowed, or an `epsilon` that is lost in rounding
        beside the responses; HM001, HM002, HM003 and others if the populations do not go
        together or are not fit to be compared.

    Notes
    -----
    Not a measure of likeness: a population tells most about itself magnified. Rotating or
    reordering the neurons of either changes nothing; their scale does, for `epsilon` has a
    unit. Second moments are divided by the number of stimuli. With fewer stimuli than
    neurons much of it is chance: compare with what shuffled stimuli give.

    References
    ----------
    Bozkurt, Pehlevan and Erdogan, Correlative information maximization: a biologically
    plausible approach to supervised deep neural networks without weight symmetry,
    NeurIPS 2023, https://arxiv.org/abs/2306.04810

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(500, 3))
    >>> y = x @ rng.normal(size=(3, 4)) + rng.normal(size=(500, 4))
    >>> print(f"{correlative_information(x, y):.2f} nats")
    1.15 nats
    """
    _check_options(epsilon, form, centred)
    x, y = of_one_kind(*(side.responses for side in sides(first, second)))
    x, y = (_per_stimulus(a, epsilon, centred) for a in (x, y))
    if form == "joint":
        both = namespace(x, y).concat([x, y], axis=1)
        of_each = _uncertainty(_moments(x), epsilon) + _uncertainty(_moments(y), epsilon)
        return (of_each - _uncertainty(_moments(both), epsilon)) / 2
    told, by = (x, y) if form == "left" else (y, x)
    return _lost_by_prediction(told, by, epsilon)


def _check_options(epsilon: Any, form: object, centred: object) -> None:
    is_number = isinstance(epsilon, int | float | np.number) and not isinstance(epsilon, bool)
    if not is_number or not 0 < epsilon < float("inf"):
        raise errors.bad_value("epsilon", epsilon, "a finite number above 0")
    if form not in ("joint", "left", "right"):
        raise errors.bad_value("form", form, "'joint', 'left', 'right'")
    if not isinstance(centred, bool | np.bool_):
        raise errors.bad_value("centred", centred, "True, False")


def _per_stimulus(x: Array, epsilon: float, centred: bool) -> Array:
    """Responses whose inner products are second moments, in no more neurons than stimuli."""
    x = (centre(x) if centred else x) / x.shape[0] ** 0.5
    size = float(frobenius(constant(x)))
    lost = rounding(x) * size * size
    if epsilon <= lost:
        raise errors.bad_value(
            "epsilon",
            epsilon,
            f"above {lost:.2g}, for it is lost in rounding beside responses of this size; divide"
            " the responses, or take a larger epsilon",
        )
    return narrow(x)


def _moments(x: Array) -> Array:
    return x.T @ x


def _uncertainty(moments: Array, epsilon: float) -> Array:
    """Log of the volume that responses with these second moments and this noise take up."""
    return namespace(moments).linalg.slogdet(_noisy(moments, epsilon))[1]


def _noisy(moments: Array, epsilon: float) -> Array:
    return moments + to_namespace_of(moments, epsilon * np.eye(moments.shape[0]))


def _lost_by_prediction(x: Array, y: Array, epsilon: float) -> Array:
    """How much less uncertain `x` is once it has been predicted from `y`, noise and all."""
    shared, seen = y.T @ x, _noisy(_moments(y), epsilon)
    left = _moments(x) - shared.T @ namespace(x).linalg.solve(seen, shared)
    return (_uncertainty(_moments(x), epsilon) - _uncertainty(left, epsilon)) / 2

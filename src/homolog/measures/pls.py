"""Held-out partial least squares: what few shared components of y predict of x."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float

from homolog import errors
from homolog._arrays import (
    Array,
    centre,
    frobenius,
    namespace,
    narrow,
)
from homolog.measures import _held_out
from homolog.measures._component_regression import component_regression
from homolog.measures._directions import ROTATIONS, Predicted, averaged, turned_round
from homolog.measures._folds import Folds, held_out_rows, other_rows, take_rows
from homolog.measures._held_out import Judged, Prediction
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._numbers import is_whole


@dataclass(frozen=True)
class _Summary:
    """Centred responses as what is predicted and, turned to be narrow, as what predicts."""

    targets: Array = along_stimuli()
    predictors: Array = along_stimuli()
    held_out: tuple[Any, ...] = ()


def _summary(x: Array, *, folds: Folds = 5, rng: int = 0, judge: Judged = "variance") -> _Summary:
    held_out = held_out_rows(x.shape[0], folds, rng)
    x = centre(x)
    x = x / frobenius(x)
    turned = narrow(x)
    return _Summary(x if _held_out.by_neuron(judge) else turned, turned, held_out)


def _promises(
    *, folds: Folds, rng: int, n_components: Any, judge: str, predict: Predicted
) -> Mapping[str, Any]:
    _held_out.check_judge(judge)
    if not is_whole(n_components) or int(n_components) < 1:
        raise errors.bad_value("n_components", n_components, "a whole number from 1")
    target = ROTATIONS - {"rotation"} if _held_out.by_neuron(judge) else ROTATIONS
    return {
        **turned_round(predict, target, ROTATIONS),
        **_held_out.promises(judge, "partial least squares"),
    }


def _predict(x: _Summary, y: _Summary, test: Any, n_components: int) -> Prediction:
    """The test stimuli of a fold."""
    train = other_rows(x.targets.shape[0], test)
    (x_train, x_test), (y_train, y_test) = (
        (take_rows(one, train), take_rows(one, test)) for one in (x.targets, y.predictors)
    )
    xp = namespace(x_train)
    x_mean, y_mean = (xp.mean(one, axis=0, keepdims=True) for one in (x_train, y_train))
    predicted = component_regression(
        y_train - y_mean, x_train - x_mean, y_test - y_mean, n_components
    )
    return Prediction(x_test - x_mean, predicted)


def _caution(x: _Summary, y: _Summary, *, n_components: int, predict: Predicted) -> str | None:
    """Say where there are too many components for the stimuli they are fitted on."""
    predictors = {"reference": (y,), "candidate": (x,), "both": (x, y)}[predict]
    used = max(min(n_components, one.predictors.shape[1]) for one in predictors)
    n_train = x.targets.shape[0] - max(map(len, x.held_out))
    if 2 * used < n_train:
        return None
    return (
        f"{used} components for {n_train} training stimuli fit noise: unrelated populations score"
        " far below 0; use fewer, by n_components"
    )


@measure(
    summary=_summary,
    variant=_promises,
    caution=_caution,
    best=1.0,
    worst=float("-inf"),
    kind="variance",
    symmetric=False,
    invariant_to=ROTATIONS,
    biased=True,
    smooth=False,
    fits=True,
    source="https://doi.org/10.1073/pnas.1403112111",
    citation="""
        @article{yamins2014performance,
          author = {Yamins, Daniel L. K. and Hong, Ha and Cadieu, Charles F. and
            Solomon, Ethan A. and Seibert, Darren and DiCarlo, James J.},
          title = {Performance-Optimized Hierarchical Models Predict Neural Responses in Higher
            Visual Cortex},
          journal = {Proceedings of the National Academy of Sciences},
          volume = {111},
          number = {23},
          pages = {8619--8624},
          year = {2014},
          url = {https://doi.org/10.1073/pnas.1403112111},
        }
    """,
)
def pls(
    x: _Summary,
    y: _Summary,
    *,
    n_components: int = 25,
    judge: Judged = "variance",
    predict: Predicted = "reference",
) -> Float[Array, ""]:
    r"""Share of the reference's variance that partial least squares predicts (R²).

    .. math:: 1 - \sum_f \|X_f - \hat X_f\|_F^2 \,/\, \sum_f \|X_f - \bar X_{-f}\|_F^2

    over held-out folds f, where :math:`\hat X_f` comes from the regression on the components
    of the candidate that covary most with the reference over the other stimuli, found one
    after the other, each from what the ones before left of the candidate.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference (predicted) and candidate (predictor)
        to the same stimuli, in any unit; finite.

    Returns
    -------
    score
        At most 1, no unit. 0 is as good as predicting the mean, below 0 worse than that. A
        correlation is from -1 to 1.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 folds and
        other options, HM031 a neuron to be judged that varies in no fold.

    Notes
    -----
    Options: ``n_components`` (25; all there are where the candidate has fewer, which is least
    squares), and ``folds``, ``rng``, ``judge`` and ``predict`` as in `ridge`. What is elsewhere
    called neural predictivity is ``judge="median_correlation"``, over other folds.

    The number of components is the same whatever the noise; too many fit it, too few miss
    signal, so compare populations at one number, and `ridge`, which chooses its penalty,
    beside it. Neurons are not scaled to one variance: those that vary little count little.
    Unrelated populations of 50 neurons scored -0.62 at 60 stimuli, -0.24 at 200 with 25
    components, where `ridge` scored 0.00; their neurons' median correlation was 0.00.
    Biased downwards, and stimuli that resemble each other must share a fold. The components
    are those of scikit-learn's ``PLSRegression(scale=False)`` run to convergence.

    Cost: a product M Nx Ny for each component, once for each fold. Do not trust it where stimuli
    that resemble each other are in different folds.
    """

    def one_way(target: _Summary, predictor: _Summary) -> Array:
        folds = [_predict(target, predictor, test, n_components) for test in predictor.held_out]
        return _held_out.judged(folds, judge)

    return averaged(one_way, x, y, predict)

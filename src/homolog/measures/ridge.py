"""Held-out linear predictivity: how well y predicts x's responses to new stimuli."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import Array, centre, constant, even_columns, frobenius, namespace, narrow
from homolog.measures import _held_out
from homolog.measures._directions import ANY_MAP, ROTATIONS, Predicted, averaged, turned_round
from homolog.measures._folds import Folds, Together, held_out_rows
from homolog.measures._held_out import Judged
from homolog.measures._kernels import kernel_coordinates
from homolog.measures._measure import Holding, measure
from homolog.measures._numbers import is_real
from homolog.measures._ridge import Population, holding, predicted, require_stimuli

Kernel = Literal["linear", "rbf"]

_NEURON_BY_NEURON = ROTATIONS - {"rotation"}


def _summary(
    x: Array,
    *,
    folds: Folds = 5,
    rng: int = 0,
    penalty: float | None = None,
    kernel: Kernel = "linear",
    judge: Judged = "variance",
) -> Population:
    held_out = held_out_rows(x.shape[0], folds, rng)
    by_folds = isinstance(folds, Together) and penalty is None and len(held_out) > 2
    centred = centre(x)
    size = frobenius(centred)
    # Turned within neuron space only where no neuron is asked for.
    targets = centred / size if _held_out.by_neuron(judge) else narrow(centred / size)
    if kernel == "rbf":
        return Population(
            targets,
            kernel_coordinates(x),
            x.shape[0],
            held_out,
            _fixed(penalty, size / size),
            by_folds=by_folds,
        )
    predictors = _even(x) if penalty == 0 else narrow(targets)
    return Population(
        targets, predictors, x.shape[1], held_out, _fixed(penalty, size), by_folds=by_folds
    )


def _fixed(penalty: float | None, size: Array) -> Array | None:
    """A penalty for responses that were divided by their size."""
    if penalty is None:
        return None
    xp = namespace(size)
    if penalty > 0 and float(constant(size)) < (penalty / float(xp.finfo(size.dtype).max)) ** 0.5:
        raise errors.undefined(
            "ridge",
            f"beside responses of size {float(constant(size)):.2g} a penalty of {penalty:g} is"
            " beyond the range of numbers",
            "Express them in a smaller unit, or leave penalty=None.",
        )
    return penalty / size / size


def _even(x: Array) -> Array:
    x = centre(even_columns(x))
    return x / frobenius(x)


def _promises(
    *,
    folds: Folds,
    rng: int,
    penalty: object,
    kernel: str,
    judge: str,
    predict: Predicted,
) -> Mapping[str, Any]:
    _held_out.check_judge(judge)
    _check_regression(penalty, kernel)
    target, predictor = ROTATIONS, ROTATIONS
    if _held_out.by_neuron(judge):
        target = _NEURON_BY_NEURON | (set() if penalty is None else {"neuron_scale"})
    if penalty is not None and kernel == "linear":
        predictor = ROTATIONS - {"scale"} if penalty else ANY_MAP
    fit = "ridge regression" if kernel == "linear" else "kernel ridge regression"
    return {
        **turned_round(predict, target, predictor),
        **_held_out.promises(judge, fit),
        "smooth": kernel == "linear",
    }


def _holding(x: Population, y: Population, *, predict: Predicted = "reference") -> Holding:
    of_y = holding(x, y) if predict != "candidate" else None
    of_x = holding(y, x) if predict != "reference" else None

    def held(kept: NDArray[np.bool_], one: Population, other: Population) -> tuple[Any, Any]:
        return of_x(kept, one) if of_x else one, of_y(kept, other) if of_y else other

    return held


def _check_regression(penalty: Any, kernel: str) -> None:
    if kernel not in get_args(Kernel):
        raise errors.bad_value("kernel", kernel, ", ".join(get_args(Kernel)))
    if penalty is None:
        return
    if not is_real(penalty) or not 0 <= float(penalty) < np.inf:
        raise errors.bad_value("penalty", penalty, "None, or a number from 0")
    if not penalty and kernel != "linear":
        raise errors.bad_value("penalty", penalty, "None, or above 0 where a kernel fits anything")


@measure(
    summary=_summary,
    variant=_promises,
    holding=_holding,
    best=1.0,
    worst=float("-inf"),
    kind="variance",
    symmetric=False,
    invariant_to=ROTATIONS,
    biased=True,
    smooth=True,
    fits=True,
    source="https://doi.org/10.1080/00401706.1979.10489751",
    citation="""
        @article{golub1979generalized,
          author = {Golub, Gene H. and Heath, Michael and Wahba, Grace},
          title = {Generalized Cross-Validation as a Method for Choosing a Good Ridge Parameter},
          journal = {Technometrics},
          volume = {21},
          number = {2},
          pages = {215--223},
          year = {1979},
          url = {https://doi.org/10.1080/00401706.1979.10489751},
        }
    """,
)
def ridge(
    x: Population,
    y: Population,
    *,
    penalty: float | None = None,
    judge: Judged = "variance",
    predict: Predicted = "reference",
) -> Float[Array, ""]:
    r"""Share of the reference's variance that ridge regression from the candidate predicts (R²).

    .. math:: 1 - \sum_f \|X_f - \hat X_f\|_F^2 \,/\, \sum_f \|X_f - \bar X_{-f}\|_F^2

    over held-out folds f, where :math:`\bar X_{-f}` is the mean of the training stimuli.
    The penalty, one for all neurons, is chosen within the training stimuli of each fold: by
    generalised cross-validation, or where stimuli are in groups or blocks by leaving out one of
    the other folds at a time (if there are two or more). Neurons weigh by their variance.

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
        other options, HM031 more neurons than a regression without a penalty allows, a
        neuron to be judged that varies in no fold, or responses too small beside the penalty.

    Notes
    -----
    Options: ``folds``, a number (5) or one fold label for each stimulus, and ``rng``,
    the seed of the random assignment.

    ``judge`` says what a prediction is judged by. ``"variance"`` is the formula above, R² of
    neurons weighted by their variance; ``"mean_variance"`` the mean over the predicted neurons of
    R² of each, the uniform average.
    ``"correlation"`` is the correlation of prediction and response over all neurons and the
    stimuli of a fold, each less its mean over the fold, averaged over folds;
    ``"mean_correlation"`` and ``"median_correlation"`` take it for each neuron, then the mean
    or the median over neurons. A neuron is left out of folds in which it does not vary, and a
    prediction that does not vary correlates 0. Correlations forgive a wrong size and a wrong
    mean. Unrelated populations correlate 0 on average, by all but the median.

    ``penalty`` is None or a fixed number, in the square of the candidate's unit, which
    scikit-learn calls alpha; 0 is ordinary least squares. ``kernel="rbf"`` regresses on a
    Gaussian kernel of the candidate (kernel ridge regression), as wide as the median distance
    between its stimuli, so that the mapping may be curved; its variance is 1 in all.
    ``predict="candidate"`` asks how well the reference predicts the candidate, ``"both"``
    takes the mean of the two ways.

    Biased downwards: it is fitted on fewer stimuli than there are. Stimuli that resemble each
    other (neighbouring times, frames of one movie) must share a fold, or the score measures
    memory. Others average the folds' shares, or score the mean over neurons by default, or
    subtract another mean before they correlate: compare numbers only with the same ``judge``.
    Piecewise smooth; the gradient holds the penalties fixed.

    Cost: N² M + N³ operations for a population (M² N + M³ where neurons outnumber stimuli) and M
    Nx Ny for a pair, once for each fold. Do not trust it where stimuli that resemble each other
    are in different folds.
    """

    def one_way(target: Population, predictor: Population) -> Array:
        if penalty == 0:
            require_stimuli(predictor)
        return _held_out.judged(predicted(target, predictor), judge)

    return averaged(one_way, x, y, predict)

"""veRSA: whether predicted responses to new stimuli are as unlike each other as the real ones."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, centre, frobenius, largest, narrow, to_namespace_of, to_numpy
from homolog.measures._directions import ROTATIONS, Predicted, averaged, turned_round
from homolog.measures._dissimilarity import dissimilarities
from homolog.measures._folds import Folds, held_out_rows
from homolog.measures._held_out import Prediction
from homolog.measures._levels import levels
from homolog.measures._measure import measure
from homolog.measures._ridge import Population, predicted

LEAST_STIMULI = 3
"""Fewer have at most one pair, which nothing orders."""


_KEPT = frozenset({"scale", "permutation"})


def _summary(x: Array, *, folds: Folds = 3, rng: int = 0) -> Population:
    held_out = held_out_rows(x.shape[0], folds, rng)
    if min(map(len, held_out)) < LEAST_STIMULI:
        allowed = f"folds of at least {LEAST_STIMULI} of the {x.shape[0]} stimuli"
        raise errors.bad_value("folds", len(held_out), allowed)
    x = x / largest(x)  # else sizes of many large responses are no numbers
    centred = centre(x)
    size = frobenius(centred)
    return Population(x / size, narrow(centred / size), x.shape[1], held_out)


def _promises(*, folds: Folds, rng: int, predict: Predicted) -> Mapping[str, Any]:
    return turned_round(predict, _KEPT, ROTATIONS)


def _agreement(fold: Prediction) -> float:
    """Kendall's tau-b of dissimilarities, actual and predicted, of the held-out stimuli."""
    from scipy.stats import kendalltau

    ranks = [_ranks(one + fold.mean) for one in (fold.actual, fold.predicted)]
    return float(np.asarray(kendalltau(*ranks)[0]))


def _ranks(x: Array) -> np.ndarray:
    matrix = to_numpy(dissimilarities(x, name="versa", remedy="Drop those stimuli, or use ridge."))
    pairs = matrix[~np.tri(len(matrix), dtype=bool)]
    ranks = levels(pairs).ranks() if pairs.any() else pairs
    if not ranks.any():
        raise errors.undefined(
            "versa",
            f"all pairs of {len(matrix)} held-out stimuli are equally dissimilar",
            "Give folds of more stimuli by .using(folds=...).",
        )
    return ranks


@measure(
    summary=_summary,
    variant=_promises,
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=False,
    invariant_to=_KEPT,
    candidate_invariant_to=ROTATIONS,
    biased=True,
    smooth=False,
    fits=True,
    source="https://doi.org/10.1038/s41467-022-28091-4",
    citation="""
        @article{konkle2022selfsupervised,
          author = {Konkle, Talia and Alvarez, George A.},
          title = {A Self-Supervised Domain-General Learning Framework for Human Ventral Stream
            Representation},
          journal = {Nature Communications},
          volume = {13},
          pages = {491},
          year = {2022},
          url = {https://doi.org/10.1038/s41467-022-28091-4},
        }
    """,
)
def versa(x: Population, y: Population, *, predict: Predicted = "reference") -> Float[Array, ""]:
    r"""Agreement of dissimilarities between new stimuli with those that ridge regression predicts.

    .. math:: \frac{1}{F} \sum_f \tau_b\left(D(X_f), D(\hat X_f)\right)

    over held-out folds f, where :math:`\hat X_f` is what ridge regression from the candidate
    says of the reference's responses (as in `ridge`, the penalty chosen by generalised
    cross-validation), D is 1 less the correlation across neurons for every pair of the
    fold's stimuli, and :math:`\tau_b` is Kendall's.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference (predicted, three neurons or more) and
        candidate (predictor) to the same stimuli, in any unit; finite.

    Returns
    -------
    score
        From -1 to 1, no unit. 1 when the pairs of held-out stimuli are ordered alike.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 folds of
        fewer than three stimuli, HM031 dissimilarities that do not exist or all tie.

    Notes
    -----
    Options: ``folds`` (3, so that each has many pairs), ``rng`` and ``predict`` as in `ridge`.
    The candidate's neurons are weighed anew, so that it asks whether the geometry *can be
    read out*, where `rsa` asks whether it is there as it stands. Neurons' means
    count, for a correlation across neurons sees them; they are predicted as the mean of the
    training stimuli, so that large ones make all predictions alike: subtract them
    first where they say nothing.

    Unrelated populations of 50 neurons scored -0.01 at 60 stimuli, 0.00 at 200.
    Biased downwards, for it is fitted on fewer stimuli than there are. Stimuli that resemble
    each other must share a fold. Pairs within small folds are few, and dissimilarities of
    stimuli in different folds are never compared. Others compare by other correlations.

    Cost: that of `ridge`, and M²N for the dissimilarities within folds. Do not trust it with folds
    of few stimuli, nor where those that resemble each other are in different ones.
    """

    def one_way(target: Population, predictor: Population) -> float:
        folds = predicted(target, predictor)
        return sum(map(_agreement, folds)) / len(folds)

    return to_namespace_of(x.targets, np.asarray(averaged(one_way, x, y, predict)))

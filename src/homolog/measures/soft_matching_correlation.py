"""Soft matching correlation: how alike the tuning of optimally matched neurons is."""

from collections.abc import Mapping
from typing import Any

from jaxtyping import Float

from homolog._arrays import Array
from homolog.measures import _held_out_matching
from homolog.measures._measure import Gradient, measure
from homolog.measures._parted import Parted
from homolog.measures._tuning import (
    Reals,
    Tuning,
    agreement,
    agreement_gradient,
    softly_matched,
    softly_planned,
    tuning,
)


def _promises(*, normalise: bool) -> Mapping[str, Any]:
    if normalise:
        return {}
    raw = {"shift", "permutation"}
    unbounded = {"best": float("inf"), "worst": float("-inf")}
    return {"invariant_to": raw, "candidate_invariant_to": raw, **unbounded}


def _gradient(x: Reals, *, normalise: bool = True) -> Gradient:
    return agreement_gradient(x, softly_planned, normalise=normalise)


def _held_out(x: Parted, y: Parted) -> Array:
    return _held_out_matching.agreement(x, y, softly_matched)


@measure(
    summary=tuning,
    gradient=_gradient,
    variant=_promises,
    held_out=_held_out_matching.correlation(_held_out, normalise=True),
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "neuron_scale"},
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/2311.09466",
    citation="""
        @inproceedings{khosla2024soft,
          author = {Khosla, Meenakshi and Williams, Alex H.},
          title = {Soft Matching Distance: A Metric on Neural Representations That Captures
            Single-Neuron Tuning},
          booktitle = {UniReps: Unifying Representations in Neural Models},
          year = {2024},
          url = {https://arxiv.org/abs/2311.09466},
        }
    """,
)
def soft_matching_correlation(x: Tuning, y: Tuning) -> Float[Array, ""]:
    r"""Mean tuning correlation of optimally, softly matched neurons.

    .. math:: s = \max_P \sum_{ij} P_{ij} \, x_i^\top y_j

    over plans P whose rows sum to 1/Nx and columns to 1/Ny. With unit-norm curves
    :math:`s = 1 - d^2/2` for the distance d of `soft_matching`.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, every neuron varies. Numbers of neurons may differ.

    Returns
    -------
    score
        From -1 to 1, no unit: 1 when the neurons of both are the same up to order and
        positive scales.

    Raises
    ------
    HomologError
        HM006 a constant neuron, HM001 stimuli differ in number, HM004 not finite, HM031 responses
        too large to square for ``normalise=False``, or all neurons of a population constant on
        one side of a fold, HM025 folds.

    Notes
    -----
    Tuning curves are centred and scaled to norm 1 unless ``.using(normalise=False)``,
    which gives a mean inner product instead. Biased upwards, for the best plan is
    sought on the same stimuli: read it beside its chance level, or hold stimuli out.

    ``folds``, a number or one label for each stimulus, and ``rng``, the seed of the random
    assignment, do that (held-out matching correlation):

    .. math:: \frac{1}{F} \sum_f \sum_{ij} P^{(-f)}_{ij} \, r_f(x_i, y_j)

    where :math:`P^{(-f)}` is the plan on all stimuli but those of fold f, and :math:`r_f` the
    correlation over those of the fold. ``folds=2`` matches on one half, scores on the other,
    both ways. Unrelated populations then score 0 on average, however few the stimuli. Related
    ones score too low, for fewer stimuli find fewer of the partners: on average a lower bound of
    the score at endlessly many stimuli, of which the usual score is an upper one. At 50 stimuli
    and two folds it was 0.49 for a true 0.63, and 0.00 for unrelated populations of 200 neurons,
    which scored 0.33 as usual. It depends on how many neurons were recorded, too: compare equal
    numbers. Stimuli that resemble each other (neighbouring times, frames of one movie) must share
    a fold, or unrelated populations no longer score 0. A neuron constant on one side of a fold is
    left out of that fold, which is said beside the score. The gradient holds the matching fixed.

    Cost: M Nx Ny operations for a pair, then at most the cube of the number of neurons, mostly far
    less. Do not trust it for few stimuli, unless some are held out.
    """
    return agreement(x, y, softly_matched(x, y))

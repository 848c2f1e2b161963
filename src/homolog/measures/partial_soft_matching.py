"""Partial soft matching: how alike tuning is where the populations share neurons at all."""

from jaxtyping import Float

from homolog._arrays import Array
from homolog.matching import partial
from homolog.measures import _held_out_matching
from homolog.measures._measure import Gradient, measure
from homolog.measures._parted import Parted
from homolog.measures._tuning import (
    Reals,
    Tuning,
    agreement,
    agreement_gradient,
    costs,
    planned,
    tuning,
)


def _summary(x: Array) -> Tuning:
    return tuning(x)


def _gradient(x: Reals, *, fraction: float = 0.8) -> Gradient:
    return agreement_gradient(x, lambda products: planned(partial(-products, fraction)))


def _held_out(x: Parted, y: Parted, *, fraction: float) -> Array:
    return _held_out_matching.agreement(x, y, lambda a, b: partial(costs(a, b), fraction))


@measure(
    summary=_summary,
    held_out=_held_out_matching.correlation(_held_out),
    gradient=_gradient,
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "neuron_scale"},
    biased=True,
    smooth=True,
    of_products=True,
    source="https://arxiv.org/abs/2602.19331",
    citation="""
        @inproceedings{kapoor2026partial,
          author = {Kapoor, Chaitanya and Williams, Alex H. and Khosla, Meenakshi},
          title = {Partial Soft-Matching Distance for Neural Representational Comparison with
            Partial Unit Correspondence},
          booktitle = {International Conference on Learning Representations},
          year = {2026},
          url = {https://arxiv.org/abs/2602.19331},
        }
    """,
)
def partial_soft_matching(x: Tuning, y: Tuning, *, fraction: float = 0.8) -> Float[Array, ""]:
    r"""Mean tuning correlation of the best matched fraction of both populations.

    .. math:: s = \max_P \frac{1}{f} \sum_{ij} P_{ij} \, x_i^\top y_j

    over plans P whose rows sum to at most 1/Nx, columns to at most 1/Ny, and all of it to
    the fraction f. The neurons that fit worst, such as poorly isolated ones, may stay
    without a partner; which they are is part of the optimum.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, every neuron varies. Numbers of neurons may differ.

    Returns
    -------
    score
        From -1 to 1, no unit: 1 when at least this fraction of both populations is the
        same up to order and positive scales.

    Raises
    ------
    HomologError
        HM025 a fraction not above 0 or above 1, HM006 a constant neuron, HM001 stimuli
        differ in number, HM004 not finite, HM009 a cost matrix larger than memory; with folds
        HM025, and HM031 for all neurons of a population constant on one side of a fold.

    Notes
    -----
    ``.using(fraction=1)`` is `soft_matching_correlation`; with less the score can only
    rise. Choose the fraction beforehand: chosen to please, it proves nothing. A
    correlation and not a distance, for no metric remains where neurons may be ignored:
    different populations can be at 1, and the triangle inequality fails. Biased upwards,
    the more so the smaller the fraction: read it beside its chance level. Piecewise
    smooth; the gradient holds the plan fixed.

    ``folds`` and ``rng`` hold stimuli out, as in `soft_matching_correlation`: which neurons stay
    without a partner is then decided on other stimuli, too, and unrelated populations score 0
    on average.

    Cost: M Nx Ny operations for a pair, then at most the cube of the number of neurons, mostly far
    less. Do not trust it for few stimuli, or with a fraction that was chosen by its score.
    """
    return agreement(x, y, partial(costs(x, y), fraction))

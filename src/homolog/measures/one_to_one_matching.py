"""One-to-one matching: mean tuning correlation when each neuron has one partner."""

from jaxtyping import Float

from homolog._arrays import Array
from homolog.matching import Matching, assignment
from homolog.measures import _held_out_matching
from homolog.measures._measure import Gradient, measure
from homolog.measures._parted import Parted
from homolog.measures._tuning import (
    Reals,
    Tuning,
    agreement,
    agreement_gradient,
    assigned,
    costs,
    tuning,
)


def _summary(x: Array) -> Tuning:
    return tuning(x)


def _gradient(x: Reals) -> Gradient:
    return agreement_gradient(x, assigned)


def _matched(x: Tuning, y: Tuning) -> Matching:
    return assignment(costs(x, y))


def _held_out(x: Parted, y: Parted) -> Array:
    return _held_out_matching.agreement(x, y, _matched)


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
    source="https://arxiv.org/abs/1511.07543",
    citation="""
        @inproceedings{li2016convergent,
          author = {Li, Yixuan and Yosinski, Jason and Clune, Jeff and Lipson, Hod and
            Hopcroft, John},
          title = {Convergent Learning: Do Different Neural Networks Learn the Same
            Representations?},
          booktitle = {International Conference on Learning Representations},
          year = {2016},
          url = {https://arxiv.org/abs/1511.07543},
        }
    """,
)
def one_to_one_matching(x: Tuning, y: Tuning) -> Float[Array, ""]:
    r"""Mean tuning correlation under the best one-to-one matching of neurons.

    .. math:: \max_\pi \frac{1}{\min(N_x, N_y)} \sum_i r(x_i, y_{\pi(i)})

    Neurons of the larger population that find no partner are left out. Others call it hard
    matching, or hard correlation match.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, every neuron varies. Numbers of neurons may differ.

    Returns
    -------
    score
        From -1 to 1, no unit. 1 when the smaller population is part of the larger.

    Raises
    ------
    HomologError
        HM006 a constant neuron, HM001 stimuli differ in number, HM004 not finite,
        HM009 a cost matrix larger than memory; with folds HM025, and HM031 for all neurons of a
        population constant on one side of a fold.

    Notes
    -----
    Biased upwards, the more so the larger the choice of partners: a small population
    always finds good partners in a huge one. `soft_matching_correlation` makes every
    neuron count. Piecewise smooth; the gradient holds the matching fixed.

    ``folds`` and ``rng`` hold stimuli out, as in `soft_matching_correlation`: neurons are matched
    on some and correlated on others, and unrelated populations score 0 on average.

    Cost: M Nx Ny operations for a pair, then at most the cube of the number of neurons, mostly far
    less. Do not trust it for few stimuli, or where one population is a small part of the other.
    """
    return agreement(x, y, _matched(x, y))

"""One-to-one matching: mean tuning correlation when each neuron has one partner."""

from jaxtyping import Float

from homolog._arrays import Array
from homolog.matching import assignment
from homolog.measures._measure import Gradient, measure
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


@measure(
    summary=_summary,
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
        HM009 a cost matrix larger than memory.

    Notes
    -----
    Biased upwards, the more so the larger the choice of partners: a small population
    always finds good partners in a huge one. `soft_matching_correlation` makes every
    neuron count. Piecewise smooth; the gradient holds the matching fixed.
    """
    return agreement(x, y, assignment(costs(x, y)))

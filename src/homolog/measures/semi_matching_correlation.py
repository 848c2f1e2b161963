"""Semi-matching: mean tuning correlation when each neuron takes the partner it likes best."""

from collections.abc import Mapping
from typing import Any

from jaxtyping import Float

from homolog._arrays import Array
from homolog.matching import Matching
from homolog.measures import _held_out_matching
from homolog.measures._measure import measure
from homolog.measures._parted import Parted
from homolog.measures._tuning import Tuning, agreement, costs, nearest, tuning


def _summary(x: Array) -> Tuning:
    return tuning(x)


def _promises(*, both_ways: bool) -> Mapping[str, Any]:
    return {"symmetric": both_ways}


def _chosen(x: Tuning, y: Tuning) -> Matching:
    return nearest(costs(x, y))


def _held_out(x: Parted, y: Parted, *, both_ways: bool) -> Array:
    found = _held_out_matching.agreement(x, y, _chosen)
    return (found + _held_out_matching.agreement(y, x, _chosen)) / 2 if both_ways else found


@measure(
    summary=_summary,
    held_out=_held_out_matching.correlation(_held_out),
    variant=_promises,
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=False,
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
def semi_matching_correlation(x: Tuning, y: Tuning, *, both_ways: bool = False) -> Float[Array, ""]:
    r"""Mean tuning correlation of each reference neuron with its best candidate neuron.

    .. math:: \frac{1}{N_x} \sum_i \max_j r(x_i, y_j)

    Any number of neurons may take the same partner, and those that nobody takes do not
    count. So it asks whether the reference's tuning is to be found in the candidate, not
    whether the candidate has other tuning besides.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, every neuron varies. Numbers of neurons may differ.

    Returns
    -------
    score
        From -1 to 1, no unit. 1 when every reference neuron has its like in the candidate.

    Raises
    ------
    HomologError
        HM006 a constant neuron, HM001 stimuli differ in number, HM004 not finite,
        HM009 a cost matrix larger than memory; with folds HM025, and HM031 for all neurons of a
        population constant on one side of a fold.

    Notes
    -----
    Not symmetric, unless ``.using(both_ways=True)`` takes the mean of the two directions,
    which other packages call the soft correlation match; it is no soft matching. Biased
    upwards, more than any other matching, for each neuron chooses alone: in a huge
    candidate everything is found. `one_to_one_matching` and `soft_matching_correlation`
    let a neuron be chosen once. Piecewise smooth; the gradient holds the choice fixed.

    ``folds`` and ``rng`` hold stimuli out, as in `soft_matching_correlation`: partners are chosen
    on some and correlated on others, the one-to-one mapping of some benchmarks. Unrelated
    populations then score 0 on average.

    Cost: M Nx Ny operations for a pair. Do not trust it where the candidate is much larger than
    the reference, or stimuli few.
    """
    asked = costs(x, y)
    found = agreement(x, y, nearest(asked))
    return (found + agreement(y, x, nearest(asked.T))) / 2 if both_ways else found

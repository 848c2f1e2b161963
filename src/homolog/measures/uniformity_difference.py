"""Uniformity difference: whether patterns are spread equally evenly over all directions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog._arrays import (
    Array,
    centre,
    constant,
    namespace,
    require_memory,
    to_namespace_of,
)
from homolog.measures._measure import measure
from homolog.measures._neighbours import unit_patterns
from homolog.measures._range import require_range, require_squares
from homolog.measures._unpaired import Statistic, caution, difference

_SHARPNESS = 2
"""How fast closeness falls with squared distance, as in the paper."""


def _summary(x: Array, *, normalise: bool = True) -> Statistic:
    xp = namespace(x)
    n_stimuli = x.shape[0]
    require_memory(
        4 * 8 * n_stimuli**2,
        "uniformity_difference",
        f"4 × {n_stimuli:,} × {n_stimuli:,} pairs of stimuli, float64",
        "Select fewer stimuli.",
    )
    if normalise:
        x = unit_patterns(x, "uniformity_difference", centred=False)
    else:
        name = "uniformity_difference"
        require_range(x, name, "Leave normalise=True, or take a larger unit.")
        require_squares(x, name, "Leave normalise=True, or take a smaller unit.")
    x = centre(x)  # distances stay the same, and keep more digits
    energy = xp.sum(x * x, axis=1)
    squared = energy[:, None] + energy[None, :] - 2 * (x @ x.T)
    pairs = squared[to_namespace_of(x, ~np.tri(n_stimuli, dtype=bool))]
    closeness = -_SHARPNESS * pairs
    nearest = constant(xp.max(closeness))
    return Statistic(nearest + xp.log(xp.mean(xp.exp(closeness - nearest))))


def _promises(*, normalise: bool) -> Mapping[str, Any]:
    kept = {"permutation", "rotation", "scale" if normalise else "shift"}
    return {
        "invariant_to": kept,
        "candidate_invariant_to": kept,
        "worst": 8.0 if normalise else float("inf"),
    }


@measure(
    summary=_summary,
    variant=_promises,
    caution=caution,
    best=0.0,
    worst=8.0,
    kind="distance",
    symmetric=True,
    invariant_to={"scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    source="https://arxiv.org/abs/2005.10242",
    citation="""
        @inproceedings{wang2020understanding,
          author = {Wang, Tongzhou and Isola, Phillip},
          title = {Understanding Contrastive Representation Learning through Alignment and
            Uniformity on the Hypersphere},
          booktitle = {International Conference on Machine Learning},
          year = {2020},
          url = {https://arxiv.org/abs/2005.10242},
        }
    """,
)
def uniformity_difference(x: Statistic, y: Statistic) -> Float[Array, ""]:
    r"""Difference in how evenly the patterns of two populations are spread over directions.

    .. math:: \Bigl| u(X) - u(Y) \Bigr|, \qquad
        u(X) = \log \frac{2}{M (M - 1)} \sum_{i < j} e^{-2 \|x_i - x_j\|^2}

    where :math:`x_i` is the pattern that stimulus i evokes, scaled to norm 1.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate, in any unit; finite, at least
        three stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        From 0 (equally uniform) to 8, no unit; without end for ``normalise=False``.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM031 a stimulus without
        a pattern or responses too large to square, HM009 too many pairs for memory.

    Notes
    -----
    Option: ``normalise=False`` takes patterns in their own unit, which should then be one in which
    distances are near 1: far beyond, u is that of the two nearest stimuli alone.

    A statistic of each population, not a comparison of them: it sees neither which stimulus
    evoked what nor which neuron answered, and unrelated populations can be at 0. Not uniform may
    mean clusters or a common drive: see `concentricity_difference`.

    Pairs are summed relative to the nearest one, so nothing vanishes for want of digits. ReSi's
    uniformity keeps patterns in their own unit and counts every stimulus as a pair with itself:
    wherever distances are much above 1 it is -log M for all populations, and their difference 0.

    Cost: M²N operations and four M × M matrices. Do not trust it as a sign that two populations
    answer the same stimuli alike.
    """
    return difference(x, y)

"""Effective number of shared dimensions: how many directions two populations have in common."""

from jaxtyping import Float

from homolog._arrays import Array, Reals
from homolog.measures._measure import measure
from homolog.measures._orders import Orders
from homolog.measures._overlap import Structure, overlap, overlaps_in_orders, structure


def _summary(x: Array) -> Structure:
    return structure(x)


def _chance(x: Structure, y: Structure) -> Array:
    """Exact mean over all pairings of stimuli, as of the overlap: 1 / (M - 1)."""
    return 1 / ((x.n_stimuli - 1) * x.square * y.square)


def _in_orders(x: Structure, y: Structure, orders: Orders) -> Reals | None:
    shared = overlaps_in_orders(x, y, orders)
    return None if shared is None else shared / (x.square * y.square)


@measure(
    summary=_summary,
    chance=_chance,
    in_orders=_in_orders,
    best=float("inf"),
    worst=0.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=True,
    smooth=True,
    of_products=True,
    source="https://proceedings.mlr.press/v238/giaffar24a.html",
    citation="""
        @inproceedings{giaffar2024effective,
          author = {Giaffar, Hamza and Rull{\\'a}n Bux{\\'o}, Camille and Aoi, Mikio},
          title = {The Effective Number of Shared Dimensions Between Paired Datasets},
          booktitle = {International Conference on Artificial Intelligence and Statistics},
          pages = {4249--4257},
          year = {2024},
          url = {https://proceedings.mlr.press/v238/giaffar24a.html},
        }
    """,
)
def ensd(x: Structure, y: Structure) -> Float[Array, ""]:
    r"""Effective number of dimensions that two populations share.

    .. math:: \frac{\mathrm{tr}(K)\,\mathrm{tr}(L)\,\langle K, L \rangle}
       {\|K\|_F^2 \, \|L\|_F^2} = \mathrm{CKA} \cdot \sqrt{PR_x \, PR_y}

    with :math:`K = XX^\top`, :math:`L = YY^\top` of responses whose mean over stimuli is removed
    and PR the participation ratio, the effective number of dimensions of one population.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least three stimuli.

    Returns
    -------
    score
        A number of dimensions, from 0 to the geometric mean of the participation ratios, which
        can exceed the rank of one population. Of a population with itself its participation
        ratio, so there is no score that means the same for all pairs.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant.

    Notes
    -----
    A count, not a similarity: two small populations that are equal share less than two large
    ones that agree by half. Read it beside the participation ratios, or use `cka`, which is the
    count as a share of their geometric mean. Biased upwards by as much as `cka`: with random
    pairing of stimuli the mean is :math:`PR_x PR_y / (M - 1)`. As a distance others use
    :math:`2/\pi` times the angle of `cka`, which does not count dimensions.

    Cost: that of `cka`. Do not trust it for few stimuli, nor across pairs of unlike dimension.
    """
    return overlap(x, y) / (x.square * y.square)

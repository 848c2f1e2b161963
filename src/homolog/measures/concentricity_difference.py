"""Concentricity difference: whether patterns point the way of their mean equally closely."""

from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, frobenius, largest, namespace
from homolog.measures._measure import measure
from homolog.measures._neighbours import unit_patterns
from homolog.measures._unpaired import Statistic, caution, difference


def _summary(x: Array) -> Statistic:
    xp = namespace(x)
    unit = unit_patterns(x, "concentricity_difference", centred=False)
    mean = xp.mean(x / largest(x), axis=0)
    length = frobenius(mean)
    if float(length) <= 64 * float(xp.finfo(x.dtype).eps):
        raise errors.undefined(
            "concentricity_difference",
            "the mean pattern of a population is 0, so that nothing can point its way",
            "Do not centre the responses, or use procrustes.",
        )
    return Statistic(xp.mean(unit @ (mean / length)))


@measure(
    summary=_summary,
    caution=caution,
    best=0.0,
    worst=2.0,
    kind="distance",
    symmetric=True,
    invariant_to={"scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    source="https://ieeexplore.ieee.org/document/9076342",
    citation="""
        @article{wang2022instability,
          author = {Wang, Chenxu and Rao, Wei and Guo, Wenna and Wang, Pinghui and Liu, Jun and
            Guan, Xiaohong},
          title = {Towards Understanding the Instability of Network Embedding},
          journal = {IEEE Transactions on Knowledge and Data Engineering},
          volume = {34},
          number = {2},
          pages = {927--941},
          year = {2022},
          url = {https://ieeexplore.ieee.org/document/9076342},
        }
    """,
)
def concentricity_difference(x: Statistic, y: Statistic) -> Float[Array, ""]:
    r"""Difference in how closely patterns point the way of their mean pattern.

    .. math:: \Bigl| \frac{1}{M} \sum_i \cos(x_i, \bar x) - \frac{1}{M} \sum_i \cos(y_i, \bar y)
        \Bigr|

    where :math:`x_i` is the pattern that stimulus i evokes and :math:`\bar x` the mean of all.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate, in any unit; finite, at least
        three stimuli, not centred. Numbers of neurons may differ.

    Returns
    -------
    distance
        From 0 (equally concentric) to less than 2, no unit.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM031 a stimulus without
        a pattern, or centred responses.

    Notes
    -----
    A statistic of each population, not a comparison of them: it sees neither which stimulus
    evoked what nor which neuron answered, and unrelated populations can be at 0. It says how
    strong the common drive is beside the tuning. Few stimuli in many neurons look more concentric
    than they are, for each is part of its own mean.

    Cost: MN operations. Do not trust it as a sign that two populations answer the same stimuli
    alike.
    """
    return difference(x, y)

"""Magnitude difference: whether mean patterns are equally large."""

from jaxtyping import Float

from homolog._arrays import Array, inner, largest, namespace, root
from homolog.measures._measure import measure
from homolog.measures._unpaired import Statistic, caution, difference


def _summary(x: Array) -> Statistic:
    size = largest(x)
    pattern = namespace(x).mean(x / size, axis=0)
    return Statistic(size * root(inner(pattern, pattern)))


@measure(
    summary=_summary,
    caution=caution,
    best=0.0,
    worst=float("inf"),
    kind="distance",
    symmetric=True,
    invariant_to={"permutation", "rotation"},
    biased=True,
    smooth=False,
    source="https://arxiv.org/abs/2305.06329",
    citation="""
        @article{klabunde2025similarity,
          author = {Klabunde, Max and Schumacher, Tobias and Strohmaier, Markus and Lemmerich,
            Florian},
          title = {Similarity of Neural Network Models: A Survey of Functional and Representational
            Measures},
          journal = {ACM Computing Surveys},
          year = {2025},
          url = {https://arxiv.org/abs/2305.06329},
        }
    """,
)
def magnitude_difference(x: Statistic, y: Statistic) -> Float[Array, ""]:
    r"""Difference in the size of the mean pattern of two populations, in their unit.

    .. math:: \bigl| \|\bar x\| - \|\bar y\| \bigr|

    where :math:`\bar x` is the mean response of every neuron over the stimuli.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate, both in one unit; finite, at
        least three stimuli. Numbers of neurons may differ.

    Returns
    -------
    distance
        From 0 (mean patterns are equally large) upwards, in the unit of the responses.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant.

    Notes
    -----
    A statistic of each population, not a comparison of them: it sees neither which stimulus
    evoked what nor which neuron answered, and unrelated populations can be at 0. The size grows
    with the root of the number of neurons, so compare populations of equally many. Noise makes
    mean patterns larger by its variance over the number of stimuli.

    Cost: MN operations. Do not trust it across populations in different units, nor as a likeness
    of tuning.
    """
    return difference(x, y)

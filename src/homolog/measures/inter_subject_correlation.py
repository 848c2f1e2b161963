"""Inter-subject correlation: mean correlation of every neuron with every neuron of the other."""

from dataclasses import dataclass

from jaxtyping import Float

from homolog._arrays import Array, inner, namespace, unit_columns
from homolog.measures._measure import along_stimuli, measure


@dataclass(frozen=True)
class _Summary:
    """(stimulus,) mean over neurons of centred tuning curves of norm 1."""

    course: Array = along_stimuli()


def _summary(x: Array) -> _Summary:
    return _Summary(namespace(x).mean(unit_columns(x), axis=1))


def _chance(x: _Summary, y: _Summary) -> Array:
    """Exact: a centred curve is at right angles to the mean of all its reorderings."""
    return 0 * inner(x.course, y.course)


@measure(
    summary=_summary,
    chance=_chance,
    best=float("inf"),
    worst=-1.0,
    highest=1.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "neuron_scale"},
    biased=False,
    smooth=True,
    of_products=True,
    source="https://doi.org/10.1126/science.1089506",
    citation="""
        @article{hasson2004intersubject,
          author = {Hasson, Uri and Nir, Yuval and Levy, Ifat and Fuhrmann, Galit and Malach,
            Rafael},
          title = {Intersubject Synchronization of Cortical Activity During Natural Vision},
          journal = {Science},
          volume = {303},
          number = {5664},
          pages = {1634--1640},
          year = {2004},
          doi = {10.1126/science.1089506},
        }
    """,
)
def inter_subject_correlation(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Mean correlation of every neuron of one population with every neuron of the other.

    .. math:: \frac{1}{N_x N_y} \sum_i \sum_j r(x_i, y_j) = \langle \bar z_x, \bar z_y \rangle

    with r over the stimuli, and :math:`\bar z` the mean over neurons of centred tuning curves of
    norm 1.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, every neuron varies. Numbers of neurons may differ.

    Returns
    -------
    score
        From -1 to 1, no unit. 1 only when all neurons of both are tuned alike; of a population
        with itself less, by how unlike its neurons are. So there is no score that means the same
        for all pairs.

    Raises
    ------
    HomologError
        HM006 a constant neuron, HM001 stimuli differ in number, HM004 not finite.

    Notes
    -----
    Near 0 by construction: neurons tuned every which way cancel, and two populations that are
    equal score no more than :math:`\|\bar z\|^2`. What it compares is what neurons have in
    common, a drive of the whole population. Imaging compares voxel with voxel in place of all
    with all; neurons of two animals have no such partners: use `one_to_one_matching` or
    `soft_matching_correlation`, which find them.

    Its mean under random pairing of stimuli is 0 exactly. Correlations over few stimuli are a
    little too near 0: 0.357 at 10 stimuli where 0.366 is the value at many.

    Cost: M (Nx + Ny) operations, for no pair of neurons is looked at. Do not trust it as a
    likeness of tuning.
    """
    return inner(x.course, y.course)

"""Crossnobis: RSA on distances that noise does not bias, for it is told from single trials."""

from collections.abc import Mapping
from typing import Any, Literal

from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, largest, namespace, require_memory
from homolog.measures._compared import (
    Compared,
    Comparison,
    agreement,
    chance,
    compared,
    in_orders,
)
from homolog.measures._dissimilarity import rates
from homolog.measures._measure import measure
from homolog.measures._single_trials import (
    Noise,
    poisson_divergences,
    squared_distances,
    whitened,
)

Dissimilarity = Literal["mahalanobis", "poisson"]

_BLIND_TO = {"shift", "scale", "permutation"}


def _summary(
    x: Array,
    *,
    noise: Noise = "shrunk",
    comparison: Comparison = "whitened_cosine",
    dissimilarity: Dissimilarity = "mahalanobis",
    cross_validated: bool = True,
) -> Compared:
    _check_options(noise, comparison, dissimilarity)
    n_stimuli, _, n_neurons = x.shape
    require_memory(
        8 * (4 * n_stimuli**2 + 2 * n_neurons**2),
        "crossnobis",
        f"4 × {n_stimuli:,}² pairs of stimuli and 2 × {n_neurons:,}² pairs of neurons, float64",
        'Select fewer stimuli or neurons; noise="diagonal" needs no pairs of neurons.',
    )
    if dissimilarity == "poisson":
        x = rates(x, "crossnobis", "mahalanobis")
        matrix = poisson_divergences(x, cross_validated=cross_validated)
    else:
        x = whitened(x / largest(x), noise, "crossnobis")
        matrix = squared_distances(x, cross_validated=cross_validated)
    if float(largest(matrix)) <= 64 * namespace(x).finfo(x.dtype).eps * float(largest(x)) ** 2:
        raise errors.undefined(
            "crossnobis",
            "no two stimuli are apart in any two trials of a population",
            "Use rsa of the mean responses, or drop trials without responses.",
        )
    return compared(matrix, comparison, "crossnobis")


def _check_options(noise: str, comparison: str, dissimilarity: str) -> None:
    for what, got, allowed in (
        ("noise", noise, Noise.__args__),
        ("comparison", comparison, Comparison.__args__),
        ("dissimilarity", dissimilarity, Dissimilarity.__args__),
    ):
        if got not in allowed:
            raise errors.bad_value(what, got, ", ".join(allowed))


def _promises(
    *, noise: str, comparison: str, dissimilarity: str, cross_validated: bool
) -> Mapping[str, Any]:
    _check_options(noise, comparison, dissimilarity)
    invariant = _BLIND_TO | {"neuron_scale" if noise == "diagonal" else "rotation"}
    poisson = dissimilarity == "poisson"
    whitened_cosine = comparison == "whitened_cosine" and not poisson
    positive = not cross_validated and (comparison == "cosine" or whitened_cosine)
    return {
        "invariant_to": {"permutation"} if poisson else invariant,
        "candidate_invariant_to": {"permutation"} if poisson else invariant,
        "worst": 0.0 if positive else -1.0,
        "of_products": whitened_cosine and noise == "identity",
    }


@measure(
    summary=_summary,
    variant=_promises,
    chance=chance,
    in_orders=in_orders,
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to=_BLIND_TO | {"rotation"},
    biased=True,
    smooth=False,
    sees="trial",
    source="https://doi.org/10.1016/j.neuroimage.2015.12.012",
    citation="""
        @article{walther2016reliability,
          author = {Walther, Alexander and Nili, Hamed and Ejaz, Naveed and Alink, Arjen and
            Kriegeskorte, Nikolaus and Diedrichsen, J{\\"o}rn},
          title = {Reliability of Dissimilarity Measures for Multi-Voxel Pattern Analysis},
          journal = {NeuroImage},
          volume = {137},
          pages = {188--200},
          year = {2016},
          url = {https://doi.org/10.1016/j.neuroimage.2015.12.012},
        }
    """,
)
def crossnobis(
    x: Compared, y: Compared, *, comparison: Comparison = "whitened_cosine"
) -> Float[Array, ""]:
    r"""Agreement of two populations' cross-validated Mahalanobis distances between stimuli.

    .. math:: d_{ij} = \frac{1}{N\,T(T-1)} \sum_{s \neq t}
        (x_i^s - x_j^s)^\top \Sigma^{-1} (x_i^t - x_j^t)

    over all couples of different trials s and t, then compared over the M(M - 1)/2 pairs of
    stimuli as in `rsa`.

    Parameters
    ----------
    x, y
        (stimulus, trial, neuron) responses of reference and candidate to the same stimuli,
        in any unit; finite, at least three stimuli and two trials. The numbers of trials may
        differ.

    Returns
    -------
    score
        From -1 to 1, no unit. 1 when the distances are proportional (or, for ranks, ordered
        alike).

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM009 too many pairs
        for memory, HM025 unknown option, HM031 no noise to whiten by, nothing that repeats,
        equal distances or a negative response as a Poisson count, HM082 no trials.

    Notes
    -----
    Options: ``noise`` is how the covariance :math:`\Sigma` of a population's noise is estimated
    from what is left of each trial without the mean of its stimulus. ``"shrunk"``: Ledoit and
    Wolf's compromise with a multiple of the identity; ``"diagonal"``: each neuron's variance;
    ``"identity"``: none. ``comparison``: one of those of `rsa`; the default, the whitened
    cosine of these distances, is the whitened unbiased cosine of Diedrichsen et al. (2021).
    ``cross_validated=False`` multiplies all trials with all: the plain Mahalanobis distance
    of mean responses, which noise makes larger. ``dissimilarity="poisson"`` is the symmetrised
    Kullback-Leibler divergence of Poisson counts (prior as in `rsa`), rates from all trials but
    one and logarithms from that one, averaged over trials; `noise` does not matter then.

    Two trials of different noise share only signal, so a distance is right on average however
    noisy the trials are, and below 0 by chance where there is none. Only :math:`\Sigma` is
    common to all trials; estimating it from them changes the unit, not where 0 is. The score
    itself, a cosine of noisy estimates, still shrinks with noise: read it beside the ceiling.
    Trial t of all stimuli may share noise, as in blocks or runs, for it is never multiplied by
    itself; trials that share a drift with their neighbours do bias it. Poisson divergences are
    less biased than without cross-validation but not free of it, for a logarithm of a few
    spikes is not that of their mean. Signals of few trials are better served by
    `unbiased_cka` of the means if noise is alike in all directions.

    Chance (random pairing of stimuli) is given in closed form.

    Cost: M²TN operations for T trials, and N³ for the covariance of noise; pairs then cost M². Do
    not trust it where neighbouring trials share a drift.
    """
    return agreement(x, y, comparison)

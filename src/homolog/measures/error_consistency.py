"""Error consistency: do two classifiers agree more than how often they are right makes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, to_namespace_of
from homolog.measures._choices import (
    Choices,
    agreement,
    caution_of,
    choices,
    expected_agreement,
)
from homolog.measures._measure import measure

Labels = Sequence[int] | np.ndarray[Any, np.dtype[np.integer[Any]]]


def _summary(x: Array, *, labels: Labels | None = None) -> Choices:
    found = choices(x)
    if labels is None:
        return found
    right = np.asarray(labels)
    whole = right.shape == (x.shape[0],) and np.issubdtype(right.dtype, np.integer)
    if not whole or right.min() < 0:
        allowed = f"the column of the right class, from 0, for each of {x.shape[0]} stimuli"
        raise errors.bad_value("labels", labels, allowed)
    shares = np.pad(found.as_numpy(), ((0, 0), (0, max(0, int(right.max()) + 1 - x.shape[1]))))
    correct = np.take_along_axis(shares, right[:, None], axis=1)
    return Choices(to_namespace_of(x, np.concatenate((correct, 1 - correct), axis=1)))


def _chance(x: Choices, _y: Choices) -> Array:
    return to_namespace_of(x.shares, np.asarray(0.0))


@measure(
    summary=_summary,
    chance=_chance,
    caution=caution_of(lambda x: x.shares),
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"scale"},
    biased=True,
    smooth=False,
    counts=True,
    source="https://arxiv.org/abs/2006.16736",
    citation="""
        @inproceedings{geirhos2020beyond,
          author = {Geirhos, Robert and Meding, Kristof and Wichmann, Felix A.},
          title = {Beyond Accuracy: Quantifying Trial-by-trial Behaviour of {CNN}s and Humans by
            Measuring Error Consistency},
          booktitle = {Advances in Neural Information Processing Systems},
          year = {2020},
          url = {https://arxiv.org/abs/2006.16736},
        }
        @article{cohen1960coefficient,
          author = {Cohen, Jacob},
          title = {A Coefficient of Agreement for Nominal Scales},
          journal = {Educational and Psychological Measurement},
          volume = {20},
          number = {1},
          pages = {37--46},
          year = {1960},
          doi = {10.1177/001316446002000104},
        }
    """,
)
def error_consistency(x: Choices, y: Choices) -> Float[Array, ""]:
    r"""Agreement of two classifiers' choices beyond what random pairing of stimuli would give.

    .. math:: \kappa = \frac{p_o - p_e}{1 - p_e}

    Cohen's kappa: :math:`p_o` is the share of stimuli on which both choose alike, :math:`p_e` the
    mean of that over random pairings.

    Parameters
    ----------
    x, y
        (stimulus, class) outputs of two classifiers for the same stimuli: logits, probabilities
        or responses of output neurons. A column is the same class in both.

    Returns
    -------
    score
        1 when they choose alike on every stimulus, 0 as often as by chance, below 0 less often
        than that; no less than -1. No unit.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM025 labels that are no
        columns, HM031 both always choose the same class.

    Notes
    -----
    Option: ``labels``, the column of the right class for each stimulus. With it, what is compared
    is which stimuli each gets right, the error consistency of Geirhos and colleagues; without it,
    which classes they choose. The two differ: errors may fall on the same stimuli and yet be
    different ones.

    Classes whose outputs tie for the largest share the choice, and a class that only one
    population has is never given by the other. Chance is 0, whatever the pairing and however
    often the classes are given. Where accuracies differ, 1 cannot be reached. Biased a little
    towards 0 when stimuli are few, for they estimate p_e as well: 0.458 at 20 stimuli where two
    classifiers of 4 classes are at 0.469 at many.

    Cost: one look at every output. Do not trust it for few stimuli or few errors, of which it is a
    ratio.
    """
    expected = expected_agreement(x, y)
    if 1 - expected <= 1e-12:
        raise errors.undefined(
            "error_consistency",
            "both populations choose the same for every stimulus, so chance cannot be told from"
            " agreement",
            "Add stimuli that differ, or use disagreement.",
        )
    kappa = (agreement(x, y).mean() - expected) / (1 - expected)
    return to_namespace_of(x.shares, np.asarray(kappa))

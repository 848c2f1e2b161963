"""Disagreement: how many stimuli two classifiers take for different classes."""

import numpy as np
from jaxtyping import Float

from homolog._arrays import Array, to_namespace_of
from homolog.measures._choices import (
    Choices,
    agreement,
    caution_of,
    choices,
    expected_agreement,
)
from homolog.measures._measure import measure


def _chance(x: Choices, y: Choices) -> Array:
    return to_namespace_of(x.shares, np.asarray(1 - expected_agreement(x, y)))


@measure(
    summary=choices,
    chance=_chance,
    caution=caution_of(lambda x: x.shares),
    best=0.0,
    worst=1.0,
    kind="distance",
    symmetric=True,
    invariant_to={"scale"},
    biased=False,
    smooth=False,
    counts=True,
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
def disagreement(x: Choices, y: Choices) -> Float[Array, ""]:
    r"""Share of the stimuli that two classifiers take for different classes.

    .. math:: \frac{1}{M} \sum_i \left[ \arg\max_c x_{ic} \neq \arg\max_c y_{ic} \right]

    where :math:`x_{ic}` is the output for class c.

    Parameters
    ----------
    x, y
        (stimulus, class) outputs of two classifiers for the same stimuli: logits, probabilities
        or responses of output neurons. A column is the same class in both.

    Returns
    -------
    distance
        From 0 (every stimulus is given the same class) to 1 (none is), no unit.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant.

    Notes
    -----
    Classes whose outputs tie for the largest share the choice, so no answer depends on which
    column stands first: of two that tie, the other's choosing one of them is half an agreement. A
    class that only one population has counts as never given by the other.

    Unbiased: its mean over draws of stimuli is its value at many. Two accurate classifiers
    cannot disagree often, so compare it with their error rates; `error_consistency` takes chance
    agreement out. Chance is exact: 1 - sum of the products of how often each class is given.

    Cost: one look at every output. Do not trust it where columns of the two may stand for
    different classes.
    """
    return to_namespace_of(x.shares, np.asarray(1 - agreement(x, y).mean()))

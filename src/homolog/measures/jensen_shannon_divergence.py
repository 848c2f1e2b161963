"""Jensen-Shannon divergence: how unlike the class probabilities of two classifiers are."""

import math
from dataclasses import dataclass

from jaxtyping import Float

from homolog._arrays import Array, namespace
from homolog.measures._choices import caution_of
from homolog.measures._measure import along_stimuli, measure


@dataclass(frozen=True)
class _Summary:
    """(stimulus, class) logarithms of probabilities."""

    logs: Array = along_stimuli()


def _summary(x: Array) -> _Summary:
    xp = namespace(x)
    x = x - xp.max(x, axis=1, keepdims=True)
    return _Summary(x - xp.log(xp.sum(xp.exp(x), axis=1, keepdims=True)))


@measure(
    summary=_summary,
    caution=caution_of(lambda x: x.logs),
    best=0.0,
    worst=1.0,
    kind="distance",
    symmetric=True,
    invariant_to=(),
    biased=False,
    smooth=True,
    source="https://doi.org/10.1109/18.61115",
    citation="""
        @article{lin1991divergence,
          author = {Lin, Jianhua},
          title = {Divergence Measures Based on the {S}hannon Entropy},
          journal = {IEEE Transactions on Information Theory},
          volume = {37},
          number = {1},
          pages = {145--151},
          year = {1991},
          doi = {10.1109/18.61115},
        }
    """,
)
def jensen_shannon_divergence(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Mean divergence of the class probabilities that two classifiers give a stimulus, in bits.

    .. math:: \frac{1}{M} \sum_i \Bigl[ H\bigl(\tfrac{p_i + q_i}{2}\bigr) -
        \tfrac{1}{2} H(p_i) - \tfrac{1}{2} H(q_i) \Bigr]

    where p and q are the softmax of the outputs and H is the entropy in bits.

    Parameters
    ----------
    x, y
        (stimulus, class) logits of two classifiers for the same stimuli. A column is the same
        class in both.

    Returns
    -------
    distance
        From 0 (the same probabilities) to 1 bit (each is sure of what the other rules out).

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant.

    Notes
    -----
    Outputs are logits, of which the softmax is taken: of probabilities, pass the logarithm. So
    their unit counts: logits twice as large are surer. A class that only one population has gets
    no probability from the other.

    Unbiased: its mean over draws of stimuli is its value at many. Its root, not itself, obeys
    the triangle inequality. Confident classifiers that agree are at 0 however their other
    probabilities differ: what is unlikely hardly counts.

    Cost: one look at every output. Do not trust it for outputs that are no logits.
    """
    xp = namespace(x.logs, y.logs)
    n_shared = min(x.logs.shape[1], y.logs.shape[1])
    p, q = x.logs[:, :n_shared], y.logs[:, :n_shared]
    both = xp.logaddexp(p, q) - math.log(2)
    apart = xp.sum(xp.exp(p) * (p - both) + xp.exp(q) * (q - both))
    alone = sum(xp.sum(xp.exp(one.logs[:, n_shared:])) for one in (x, y)) * math.log(2)
    bits = (apart + alone) / (2 * math.log(2) * p.shape[0])
    return xp.where(bits > 0, bits, xp.zeros_like(bits))

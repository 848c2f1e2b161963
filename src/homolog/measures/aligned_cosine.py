"""Aligned cosine: whether each stimulus evokes the same pattern, once populations are rotated."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, constant, frobenius, namespace, narrow, polar, to_numpy
from homolog.measures._apart import HeldOut
from homolog.measures._folds import Folds
from homolog.measures._held_out_shape import mapped
from homolog.measures._measure import along_stimuli, measure
from homolog.measures._parted import Parted, Sides, parted


@dataclass(frozen=True)
class _Summary:
    """Responses no wider than long, scaled to norm 1, and the length of each pattern."""

    responses: Array = along_stimuli()
    lengths: Array = along_stimuli()


def _summary(x: Array) -> _Summary:
    xp = namespace(x)
    x = narrow(x / frobenius(x))
    lengths = xp.sqrt(xp.vecdot(x, x))
    silent = to_numpy(constant(lengths)) == 0
    if silent.any():
        raise errors.undefined(
            "aligned_cosine",
            f"{silent.sum()} stimuli evoke no response at all in a population (first at row"
            f" {np.flatnonzero(silent)[0]}), so their pattern has no direction",
            "Drop those stimuli, or use procrustes.",
        )
    return _Summary(x, lengths)


def _held_out_summary(x: Array, *, folds: Folds, rng: int) -> Parted:
    return parted(_summary(x).responses, folds, rng, Sides)


def _held_out(x: Parted, y: Parted) -> Array:
    each = [_cosines(fold.x @ fold.along, fold.x, fold.y) for fold in mapped(x, y)]
    return namespace(each[0]).mean(namespace(each[0]).concat(each))


def _cosines(turned: Array, x: Array, y: Array) -> Array:
    """(stimulus,) cosines of patterns, one of them after it was turned."""
    xp = namespace(turned, y)
    return xp.vecdot(turned, y) / xp.sqrt(xp.vecdot(x, x) * xp.vecdot(y, y))


@measure(
    summary=_summary,
    held_out=HeldOut(_held_out_summary, _held_out, lambda _: {}),
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"scale", "permutation", "rotation"},
    biased=True,
    smooth=False,
    source="https://arxiv.org/abs/1605.09096",
    citation="""
        @inproceedings{hamilton2016diachronic,
          author = {Hamilton, William L. and Leskovec, Jure and Jurafsky, Dan},
          title = {Diachronic Word Embeddings Reveal Statistical Laws of Semantic Change},
          booktitle = {Annual Meeting of the Association for Computational Linguistics},
          year = {2016},
          url = {https://arxiv.org/abs/1605.09096},
        }
    """,
)
def aligned_cosine(x: _Summary, y: _Summary) -> Float[Array, ""]:
    r"""Mean cosine between the patterns that a stimulus evokes, after the best rotation.

    .. math:: \frac{1}{M} \sum_i \cos(Q^\top x_i, \, y_i), \qquad
       Q = \arg\min_{Q^\top Q = I} \|XQ - Y\|_F

    with the responses as they are: mean responses are *not* removed.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least three stimuli. Numbers of neurons may differ.

    Returns
    -------
    score
        From -1 to 1, no unit. 1 when every stimulus evokes the same pattern up to one rotation
        of all and a gain for each.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM031 a stimulus
        without any response, HM025 folds.

    Notes
    -----
    Patterns that share a large mean are alike whatever else they do: rates, which are
    positive, score high. Subtract the mean response first if that is not meant. The rotation
    minimises the summed squared distance, not this score, so strong stimuli decide it and all
    stimuli count alike thereafter; it depends on the responses in jumps where directions are
    not shared, so no gradient is offered. A small population is rotated into the space of the
    larger one. Biased upwards: independent Gaussian populations of 50 neurons each scored 0.70
    on average at 60 stimuli, 0.41 at 200 and 0.19 at 1000.

    ``folds``, a number or one label for each stimulus, and ``rng``, the seed of the random
    assignment, turn the patterns of every fold by the best rotation on the other stimuli: on
    average too low, and about 0 for unrelated populations without large mean responses.

    Cost: M Nx Ny operations and the singular values of an Nx × Ny matrix for a pair, of M × M
    where neurons outnumber stimuli. Do not trust it of raw rates, whose common mean decides it.
    """
    turned = x.responses @ polar(x.responses.T @ y.responses)
    products = namespace(turned).vecdot(turned, y.responses)
    return namespace(turned).mean(products / (x.lengths * y.lengths))

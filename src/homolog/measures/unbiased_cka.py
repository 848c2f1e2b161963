"""Centred kernel alignment without the bias that few stimuli bring."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, centre, constant, inner, namespace, rounding
from homolog.measures._measure import Gradient, measure
from homolog.measures._overlap import Reals, Structure, overlap, overlaps, products, structure


def _summary(x: Array) -> Structure:
    """The structure of responses, refused where the unbiased self-overlap vanishes."""
    if x.shape[0] < 4:
        raise errors.too_few_stimuli("unbiased_cka: a population", x.shape[0], least=4)
    built = structure(x)
    share = float(constant(_own(built) / built.square))
    if share < rounding(x):
        raise errors.undefined(
            "unbiased_cka",
            "all pairs of stimuli are equally similar in a population",
            "Use procrustes, or add stimuli that differ in how alike they are.",
        )
    return built


def _unbiased(total: Array, diagonal: Array, n_stimuli: int) -> Array:
    """The overlap of U-centred structures, from that of centred ones and of their diagonals."""
    m = n_stimuli
    return total - m / (m - 2) * diagonal + 1 / ((m - 1) * (m - 2))


def _own(x: Structure) -> Array:
    return _unbiased(x.square, inner(x.energy, x.energy), x.n_stimuli)


def _together(populations: Sequence[Structure]) -> Array | None:
    total = overlaps(populations)
    if total is None:
        return None
    xp = namespace(total)
    energies = xp.stack([one.energy for one in populations])
    shared = _unbiased(total, energies @ energies.T, energies.shape[1])
    own = xp.sqrt(xp.linalg.diagonal(shared))
    return shared / (own[:, None] * own[None, :])


def _chance(x: Structure, y: Structure) -> Array:
    """U-centred structures have mean zero off the diagonal, so random pairing gives 0."""
    return 0 * x.square


def _gradient(x: Reals) -> Gradient:
    x = centre(x)
    overlaps_with, energy = products(x), np.vecdot(x, x)
    n_stimuli = len(x)
    of_diagonal = n_stimuli / (n_stimuli - 2)
    of_traces = 1 / ((n_stimuli - 1) * (n_stimuli - 2))

    def unbiased(total: Reals, a: Reals, b: Reals) -> Reals:
        return total - of_diagonal * np.vecdot(a, b) + of_traces * a.sum(-1) * b.sum(-1)

    square = unbiased(overlaps_with(x[None]).own, energy, energy)

    def at(y: Reals) -> tuple[Reals, Reals]:
        y = y - y.mean(axis=1, keepdims=True)
        found, own_energy = overlaps_with(y), np.vecdot(y, y)
        own = unbiased(found.own, own_energy, own_energy)
        unit = 1 / np.sqrt(square * own)
        value = unit * unbiased(found.shared, energy, own_energy)
        # Of the diagonals and the traces; their products with y make one with what is found.
        by_row = unit[:, None] * (of_traces * energy.sum() - of_diagonal * energy)
        share = value / own
        total = own_energy.sum(1, keepdims=True)
        by_row -= share[:, None] * (of_traces * total - of_diagonal * own_energy)
        gradient = found.toward(unit, -share)
        gradient += by_row[:, :, None] * y
        return value, 2 * (gradient - gradient.mean(axis=1, keepdims=True))

    return at


def _caution(x: Structure, y: Structure) -> str | None:
    n_neurons = max(x.n_neurons, y.n_neurons)
    if n_neurons <= x.n_stimuli:
        return None
    biased = float(constant(overlap(x, y) / (x.square * y.square) ** 0.5))
    return f"{n_neurons} neurons > {x.n_stimuli} stimuli: biased CKA would read {biased:.2f}"


@measure(
    summary=_summary,
    together=_together,
    chance=_chance,
    gradient=_gradient,
    caution=_caution,
    best=1.0,
    worst=-1.0,
    kind="correlation",
    symmetric=True,
    invariant_to={"shift", "scale", "permutation", "rotation"},
    biased=False,
    smooth=True,
    source="https://arxiv.org/abs/2010.15327",
    citation="""
        @inproceedings{nguyen2021wide,
          author = {Nguyen, Thao and Raghu, Maithra and Kornblith, Simon},
          title = {Do Wide and Deep Networks Learn the Same Things? Uncovering How Neural
            Network Representations Vary with Width and Depth},
          booktitle = {International Conference on Learning Representations},
          year = {2021},
          url = {https://arxiv.org/abs/2010.15327},
        }
    """,
)
def unbiased_cka(x: Structure, y: Structure) -> Float[Array, ""]:
    r"""Linear CKA from unbiased estimates: 0 on average for unrelated populations.

    .. math:: \langle \tilde K, \tilde L \rangle \,/\, (\|\tilde K\| \, \|\tilde L\|)

    where :math:`\tilde K` is the U-centred Gram matrix (zero diagonal, rows summing to
    zero), computed in the space of neurons from row norms alone.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses of reference and candidate to the same stimuli, in
        any unit; finite, at least four stimuli.

    Returns
    -------
    score
        From -1 to 1, no unit. 1 when the populations differ by a rotation and a scale;
        around 0 when unrelated, sometimes below: negative scores are not clipped, for
        that would bring the bias back.

    Raises
    ------
    HomologError
        HM001 stimuli differ in number, HM004 not finite, HM006 constant, HM019 fewer
        than four stimuli, HM031 all stimuli equally alike.

    Notes
    -----
    Numerator and denominators are unbiased over stimuli; their ratio nearly so. It does
    not correct for recording few of a population's neurons, nor for trial noise:
    compare it with the ceiling.
    """
    shared = _unbiased(overlap(x, y), inner(x.energy, y.energy), x.n_stimuli)
    own = _own(x) * _own(y)
    return shared / namespace(own).sqrt(own)

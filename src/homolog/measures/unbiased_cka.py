"""Centred kernel alignment without the bias that few stimuli bring."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from homolog import errors
from homolog._arrays import Array, Reals, centre, constant
from homolog.measures._alignment import (
    Form,
    Kernel,
    aligned,
    cosines,
    cosines_in_orders,
    determined,
    kernel_promises,
)
from homolog.measures._kernels import kernel_structure
from homolog.measures._measure import Gradient, measure
from homolog.measures._minibatches import Batched, Batches, batched, over_batches
from homolog.measures._orders import Orders
from homolog.measures._overlap import Structure, overlap, products


def _summary(
    x: Array,
    *,
    kernel: Kernel = "linear",
    bandwidth: float = 1.0,
    relative: bool = True,
    batches: Batches = None,
    rng: int = 0,
) -> Structure:
    """The structure of responses, refused where the unbiased self-overlap vanishes."""
    if x.shape[0] < 4:
        raise errors.too_few_stimuli("unbiased_cka: a population", x.shape[0], least=4)
    built = kernel_structure(x, kernel=kernel, bandwidth=bandwidth, relative=relative)
    built = determined(built, "unbiased", "unbiased_cka")
    return built if batches is None else batched(built, batches, rng)


def _together(populations: Sequence[Structure]) -> Array | None:
    return cosines(populations, "unbiased")


def _in_orders(x: Structure, y: Structure, orders: Orders) -> Reals | None:
    return cosines_in_orders(x, y, "unbiased", orders)


def _promises(*, batches: Batches, rng: int, **options: Any) -> Mapping[str, Any]:
    promised = kernel_promises("Unbiased centred kernel alignment", **options, opposite=True)
    if batches is None:
        return promised
    if options["form"] != "cosine":
        raise errors.bad_value("form", options["form"], "cosine where there are batches")
    return promised | {"gradient": None, "together": None, "in_orders": None, "chance_level": None}


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
    variant=_promises,
    together=_together,
    in_orders=_in_orders,
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
def unbiased_cka(x: Structure, y: Structure, *, form: Form = "cosine") -> Float[Array, ""]:
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
        than four stimuli, HM031 all stimuli equally alike, HM025 unknown option, HM009 too
        many pairs of stimuli for memory (with other kernels than the linear one).

    Notes
    -----
    Options ``kernel``, ``bandwidth``, ``relative`` and ``form`` are those of `cka`; other
    kernels need the whole stimulus × stimulus matrix in memory. Negative scores make angles
    above :math:`\pi/2`.

    ``batches`` deals stimuli out to so many minibatches, at random by ``rng``; then only stimuli
    of one batch are compared, and each of the three overlaps is summed over batches (minibatch
    CKA, by which layers of networks are compared). Over all ways to deal them out the mean of
    each overlap is that of all stimuli, so batches only add the accident of who shares one, to
    intervals as well. Use them to compare with published scores: here nothing of the size
    stimulus × stimulus is held with the linear kernel anyway.

    Numerator and denominators are unbiased over stimuli; their ratio nearly so. It does
    not correct for recording few of a population's neurons, nor for trial noise:
    compare it with the ceiling.

    Cost: that of `cka`. Do not trust it for a handful of stimuli, where single scores scatter
    widely about their mean.
    """
    if isinstance(x, Batched) and isinstance(y, Batched):
        return over_batches(x, y)
    return aligned(x, y, "unbiased", form)

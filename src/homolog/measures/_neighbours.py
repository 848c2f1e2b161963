"""Neighbours of stimuli: which others a population answers most alike, and in what order.

Stimuli as near as the k-th nearest are neighbours, too: where spike counts make ties,
neighbourhoods are larger than k, and nothing depends on the order of the stimuli.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import (
    Array,
    Reals,
    centre,
    largest,
    namespace,
    require_memory,
    to_namespace_of,
    to_numpy,
)
from homolog.measures._measure import along_stimuli

Counts = NDArray[np.integer[Any]]

Nearest = Literal["cosine", "euclidean", "inner_product"]
"""What makes stimuli near: an angle, a distance, or a product of their patterns."""

_ROTATES = {"scale", "permutation", "rotation"}


_MANY = 1.5
"""More neighbours than so many times k are no longer the k nearest."""


@dataclass(frozen=True)
class Neighbourhoods:
    """The neighbours of every stimulus.

    Attributes
    ----------
    places
        (stimulus, stimulus) place of the second among the neighbours of the first: 1 is
        nearest, tied ones share the first of their places; infinite for all others.
    """

    places: Array = along_stimuli(2)

    def as_numpy(self) -> Reals:
        """The places as float64 numbers of NumPy."""
        return to_numpy(self.places).astype(np.float64, copy=False)

    def counts(self) -> Counts:
        """(stimulus,) how many neighbours each has: k, or more where stimuli tie."""
        return np.isfinite(self.as_numpy()).sum(axis=1)


def neighbourhoods(
    x: Array, measure: str, *, k: int, nearest: Nearest = "cosine", centred: bool = False
) -> Neighbourhoods:
    """The k nearest of all other stimuli, and those as near as the last of them.

    Parameters
    ----------
    x
        (stimulus, neuron) responses.
    measure
        Who asks, for messages.
    k
        How many neighbours; from 1 to two fewer than there are stimuli.
    nearest
        What makes two stimuli near: the largest cosine or inner product of their patterns,
        or the least Euclidean distance.
    centred
        Whether the mean response of every neuron is removed first; distances do not see it.

    Raises
    ------
    HomologError
        HM025 for another k or way to be near, HM031 for a stimulus without a pattern or where
        all others are neighbours of every stimulus, HM009 for more pairs of stimuli than memory
        holds.
    """
    check_k(k, x.shape[0])
    if nearest not in get_args(Nearest):
        raise errors.bad_value("nearest", nearest, ", ".join(get_args(Nearest)))
    apart, blurred = _apart(x, measure, nearest, centred)
    found = Neighbourhoods(to_namespace_of(x, _places(apart, blurred, k)))
    if found.counts().min() == x.shape[0] - 1:
        raise errors.undefined(
            measure,
            "to every stimulus all others are equally near, as far as numbers tell",
            "Remove the mean response of every neuron first, or use unbiased_cka.",
        )
    return found


def caution(x: Neighbourhoods, y: Neighbourhoods, *, k: int = 10) -> str | None:
    """Say so where ties make neighbourhoods much larger than was asked for."""
    typical = max(float(np.median(one.counts())) for one in (x, y))
    if typical < _MANY * k:
        return None
    return f"ties: a stimulus has {typical:g} neighbours for k = {k}, and many are shared for that"


def invariances(nearest: str, centred: bool) -> set[str]:
    """What leaves neighbourhoods alone."""
    return _ROTATES | {"shift"} if centred or nearest == "euclidean" else _ROTATES


def check_k(k: int, n_stimuli: int) -> None:
    """Raise HM025 unless k neighbours can be told from all others."""
    whole = isinstance(k, int | np.integer) and not isinstance(k, bool)
    if not whole or not 1 <= k <= n_stimuli - 2:
        allowed = f"a whole number from 1 to {n_stimuli - 2}, two fewer than there are stimuli"
        raise errors.bad_value("k", k, allowed)


def unit_patterns(x: Array, measure: str, *, centred: bool) -> Array:
    """Patterns of norm 1, of which inner products are cosines; HM031 if a stimulus has none."""
    xp = namespace(x)
    x = x / largest(x)
    if centred:
        x = centre(x)
    norm = xp.sqrt(xp.sum(x * x, axis=1, keepdims=True))
    silent = to_numpy(norm)[:, 0] <= 64 * float(xp.finfo(x.dtype).eps)
    if silent.any():
        raise errors.undefined(
            measure,
            f"{silent.sum()} stimuli evoke {'the mean response' if centred else 'no response'}"
            f" (first at row {np.flatnonzero(silent)[0]}), so their cosines have no value",
            "Drop those stimuli, or use unbiased_cka.",
        )
    return x / norm


def overlap_share(common: Counts, n_x: Counts | int, n_y: Counts | int) -> Reals:
    """Jaccard similarity of sets of these sizes with so many members in common."""
    return common / (n_x + n_y - common)


def as_score(like: Neighbourhoods, values: Reals) -> Array:
    """The mean over stimuli, as an array of the kind of the populations."""
    return to_namespace_of(like.places, np.asarray(values.mean()))


def _apart(x: Array, measure: str, nearest: str, centred: bool) -> tuple[Reals, Reals]:
    """How far apart stimuli are, and what of that may be rounding; infinite for themselves."""
    xp = namespace(x)
    n_stimuli = x.shape[0]
    require_memory(
        4 * 8 * n_stimuli**2,
        measure,
        f"4 × {n_stimuli:,} × {n_stimuli:,} pairs of stimuli, float64",
        "Select fewer stimuli, or use unbiased_cka, which needs no matrix of pairs.",
    )
    if nearest == "cosine":
        x = unit_patterns(x, measure, centred=centred)
    else:
        x = x / largest(x)
        x = centre(x) if centred or nearest == "euclidean" else x
    products = to_numpy(x @ x.T).astype(np.float64)
    energy = np.diag(products)
    eps = float(xp.finfo(x.dtype).eps)
    if nearest == "euclidean":
        total = energy[:, None] + energy
        apart, blurred = total - 2 * products, 64 * eps * total
    else:
        size = np.sqrt(energy)
        apart, blurred = -products, 64 * eps * (size[:, None] * size)
    np.fill_diagonal(apart, np.inf)
    np.fill_diagonal(blurred, 0)
    return apart, blurred


def _places(apart: Reals, blurred: Reals, k: int) -> Reals:
    last = np.partition(apart, k - 1, axis=1)[:, k - 1 : k]
    near = apart - blurred <= last
    widest = int(near.sum(axis=1).max())
    order = np.argsort(np.where(near, apart, np.inf), axis=1, kind="stable")[:, :widest]
    ascending = np.take_along_axis(apart, order, axis=1)
    step = np.diff(ascending, axis=1) > np.take_along_axis(blurred, order, axis=1)[:, 1:]
    place = np.ones_like(ascending)
    place[:, 1:] = np.where(step, np.arange(2, widest + 1), 1)
    place = np.maximum.accumulate(place, axis=1)
    place[~np.take_along_axis(near, order, axis=1)] = np.inf
    places = np.full_like(apart, np.inf)
    np.put_along_axis(places, order, place, axis=1)
    return places

"""How much the similarity structures of two populations overlap, without waste.

The overlap of two Gram matrices K = XX' and L = YY' is the sum of K * L, which equals
the squared norm of X'Y. A population with fewer neurons than stimuli is kept as X, one
with more as K: never stimulus x stimulus when neurons are few, nor the reverse.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from homolog._arrays import Array, Reals, centre, frobenius, inner, namespace
from homolog.measures import _many
from homolog.measures._measure import along_stimuli
from homolog.measures._orders import Orders, sums_in_orders, upper
from homolog.measures._room import Room
from homolog.measures._turns import (
    Turns,
    of_responses,
    of_square,
    pairs_in_turns,
    squares_in_turns,
    sums_in_turns,
)


@dataclass(frozen=True)
class Structure:
    """Similarity structure of one population, centred unless said, with trace 1.

    Attributes
    ----------
    responses, gram
        X, or XX' where neurons outnumber stimuli; the other is None.
    energy
        Diagonal of the Gram matrix: each stimulus's share of the variance.
    square
        Overlap of the structure with itself; 1 / `square` is the participation ratio.
    n_neurons
        How many neurons were recorded.
    """

    responses: Array = along_stimuli()
    gram: Array = along_stimuli(2)
    energy: Array = along_stimuli()
    square: Array = None
    n_neurons: int = 0

    @property
    def n_stimuli(self) -> int:
        """Number of stimuli."""
        return self.energy.shape[0]


def structure(x: Array, *, centred: bool = True) -> Structure:
    """The structure of (stimulus, neuron) responses; as they are unless `centred`."""
    x = centre(x) if centred else x
    x = x / frobenius(x)
    energy = namespace(x).vecdot(x, x)
    few_neurons = x.shape[1] <= x.shape[0]
    built = Structure(x, None, energy) if few_neurons else Structure(None, x @ x.T, energy)
    return replace(built, square=overlap(built, built), n_neurons=x.shape[1])


def overlap(a: Structure, b: Structure) -> Array:
    """Sum over all pairs of stimuli of the product of their similarities."""
    if a.responses is not None and b.responses is not None:
        cross = a.responses.T @ b.responses
        return inner(cross, cross)
    if a.gram is not None and b.gram is not None:
        return inner(a.gram, b.gram)
    few, many = (a, b) if b.responses is None else (b, a)
    return inner(many.gram @ few.responses, few.responses)


def overlaps(populations: Sequence[Structure]) -> Array | None:
    """The overlap of every structure with every other; None to go pair by pair."""
    responses = [one.responses for one in populations if one.responses is not None]
    return _many.overlaps(responses, responses) if len(responses) == len(populations) else None


_BY_PAIRS = 12
"""One pair of stimuli fetched takes as long as so many multiplications in a product."""

_MOST_IN_ORDERS = 4096
"""With more stimuli, pairs of them leave the processor's cache, and products are faster."""

_SMALL = 4000
"""Products of fewer neurons with neurons than this spend their time on the way."""


def overlaps_in_orders(a: Structure, b: Structure, orders: Orders) -> Reals | None:
    """Overlaps with the stimuli of `a` in many orders; None to reorder one by one."""
    if isinstance(orders, Turns):
        return _overlaps_in_turns(a, b, orders)
    n_stimuli = a.n_stimuli
    if a.responses is not None and b.responses is not None:
        by_neurons = max(a.responses.shape[1] * b.responses.shape[1], _SMALL)
        if _BY_PAIRS * n_stimuli > by_neurons or n_stimuli > _MOST_IN_ORDERS:
            return None
    beyond = sums_in_orders(_gram(a), upper(_gram(b)), orders)
    return None if beyond is None else diagonals_in_orders(a, b, orders) + 2 * beyond


def diagonals_in_orders(a: Structure, b: Structure, orders: Orders) -> Reals:
    """Overlaps of the diagonals alone."""
    if isinstance(orders, Turns):
        return sums_in_turns(a.energy, b.energy, orders)
    return a.energy[orders] @ b.energy


def _overlaps_in_turns(a: Structure, b: Structure, turns: Turns) -> Reals:
    if a.responses is not None and b.responses is not None:
        return squares_in_turns(a.responses, b.responses, turns)
    first, second = (
        of_square(one.gram) if one.responses is None else of_responses(one.responses)
        for one in (a, b)
    )
    return pairs_in_turns(first, second, turns)


def _gram(x: Structure) -> Reals:
    return x.responses @ x.responses.T if x.gram is None else x.gram


@dataclass(frozen=True)
class Products:
    """Overlaps of some candidates with a reference and with themselves.

    Attributes
    ----------
    shared, own
        (candidate,) overlaps with the reference, and of each candidate with itself.
    toward
        From two weights (candidate,) to (candidate, stimulus, neuron): the first times XX'Y,
        half the gradient of `shared`, plus the second times YY'Y, a quarter of that of `own`.
    """

    shared: Reals
    own: Reals
    toward: Callable[[Reals, Reals], Reals]


def products(x: Reals) -> Callable[[Reals], Products]:
    """Overlaps of centred `x` with centred candidates, by the shorter way."""
    gram, room = cache(lambda: x @ x.T), Room()

    def at(y: Reals) -> Products:
        shorter = 2 * (x.shape[1] + y.shape[2]) <= 3 * x.shape[0]
        return _by_neurons(x, y, room) if shorter else _by_stimuli(gram(), y)

    return at


def _by_neurons(x: Reals, y: Reals, room: Room) -> Products:
    turned = y.swapaxes(1, 2)
    cross, own = x.T @ y, turned @ y

    def toward(a: Reals, b: Reals) -> Reals:
        moved = x @ (a[:, None, None] * cross)
        moved += np.matmul(y, b[:, None, None] * own, out=room.like(y))
        return moved

    return Products(_squares(cross), _squares(own), toward)


def _by_stimuli(gram: Reals, y: Reals) -> Products:
    own = y @ y.swapaxes(1, 2)
    shared = own.reshape(len(y), -1) @ gram.reshape(-1)

    def toward(a: Reals, b: Reals) -> Reals:
        return (a[:, None, None] * gram + b[:, None, None] * own) @ y

    return Products(shared, _squares(own), toward)


def _squares(x: Reals) -> Reals:
    flat = x.reshape(len(x), -1)
    return np.vecdot(flat, flat)

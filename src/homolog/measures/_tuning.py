"""Tuning curves, ready to be matched neuron by neuron."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import (
    Array,
    Reals,
    carries_gradient,
    centre,
    namespace,
    to_namespace_of,
    to_numpy,
    unit_columns,
)
from homolog.matching import Matching, cross_costs, match_curves, transport
from homolog.measures._measure import Gradient, along_stimuli
from homolog.measures._range import require_range, require_squares
from homolog.measures._room import Room

_VARIES = 1e-6
"""Neurons that vary by less, beside the largest response, are looked at closely."""


@dataclass(frozen=True)
class Tuning:
    """One column for each neuron's mean-centred tuning curve."""

    curves: Array = along_stimuli()


def tuning(x: Array, *, normalise: bool = True) -> Tuning:
    """Centred tuning curves, of unit norm unless `normalise` is False."""
    if normalise:
        return Tuning(unit_columns(x))
    what = "the inner product of tuning curves"
    require_range(x, what, "Leave normalise=True, or take a larger unit.")
    require_squares(x, what, "Leave normalise=True, or take a smaller unit.")
    return Tuning(centre(x))


def softly_matched(x: Tuning, y: Tuning) -> Matching:
    """The soft matching of two populations with the largest inner products."""
    return match_curves(to_numpy(x.curves), to_numpy(y.curves))


def nearest(costs: np.ndarray) -> Matching:
    """Every row with its cheapest column: what is cheapest if columns carry any weight.

    The prices that prove it are the rows' own least costs.
    """
    columns, least = costs.argmin(axis=1), costs.min(axis=1)
    n_rows, n_columns = costs.shape
    mean = float(least.mean())
    return Matching(
        rows=np.arange(n_rows),
        columns=columns,
        mass=np.full(n_rows, 1 / n_rows),
        objective=mean,
        bound=mean,
        row_prices=least,
        column_prices=np.zeros(n_columns),
    )


def costs(x: Tuning, y: Tuning) -> np.ndarray:
    """Minus the inner products of all pairs of tuning curves."""
    return cross_costs(to_numpy(x.curves), to_numpy(y.curves))


def matched(x: Tuning, y: Tuning, matching: Matching) -> tuple[Array, Array, Array]:
    """The curves on either side of every matched pair, and the pairs' weights."""
    xp = namespace(x.curves, y.curves)
    rows = to_namespace_of(x.curves, matching.rows)
    columns = to_namespace_of(y.curves, matching.columns)
    mass = to_namespace_of(x.curves, matching.mass)
    return xp.take(x.curves, rows, axis=1), xp.take(y.curves, columns, axis=1), mass


def differentiated(x: Tuning, y: Tuning) -> bool:
    """Whether somebody will differentiate through the tuning curves."""
    return carries_gradient(x.curves) or carries_gradient(y.curves)


def agreement(x: Tuning, y: Tuning, matching: Matching) -> Array:
    """Mean inner product of matched tuning curves."""
    if not differentiated(x, y):
        return to_namespace_of(x.curves, np.asarray(-matching.objective))
    return mean_product(x, y, matching)


def mean_product(x: Tuning, y: Tuning, matching: Matching) -> Array:
    """Mean inner product of matched tuning curves, which may not be those that were matched."""
    a, b, mass = matched(x, y, matching)
    return namespace(a).sum(mass * namespace(a).sum(a * b, axis=0))


Plan = tuple[NDArray[np.int64], NDArray[np.int64], Reals | float]
"""Rows, columns and how much of each pair is matched."""

Planner = Callable[[Reals], Plan]
"""From the inner products of all pairs of tuning curves to what is matched."""


@dataclass(frozen=True)
class Partnered:
    """A candidate's tuning curves beside what they are matched with.

    Attributes
    ----------
    curves
        (stimulus, neuron) curves of the candidate.
    partners
        (stimulus, neuron) curves of the reference, summed by how much of each is matched.
    products
        (neuron,) inner products of the two.
    sizes
        Norm of every neuron's centred responses, where curves are scaled to 1; else None.
    """

    curves: Reals
    partners: Reals
    products: Reals
    sizes: Reals | None

    def toward(self, partners: float, curves: float) -> Reals:
        """So much of partners and of curves, as a gradient by curves, made one by responses.

        To be called once, for it writes over both.
        """
        if self.sizes is None:
            of_partners, of_curves = partners, curves
        else:  # what changes sizes alone does not count: all of the curve itself
            of_partners = partners / self.sizes
            of_curves = -of_partners * self.products
        moved = np.multiply(self.partners, of_partners, out=self.partners)
        moved += np.multiply(self.curves, of_curves, out=self.curves)
        return moved


def softly_planned(products: Reals) -> Plan:
    """The soft matching that fits best: of equally many neurons, an assignment."""
    if products.shape[0] == products.shape[1]:
        return assigned(products)
    return planned(transport(-products))


def assigned(products: Reals) -> Plan:
    """The assignment that fits best, in equal shares."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(products, maximize=True)
    return rows, columns, 1 / len(rows)


def planned(matching: Matching) -> Plan:
    """What is matched with what."""
    return matching.rows, matching.columns, matching.mass


def partnered(
    x: Tuning, y: Reals, plan: Planner, room: Room, *, normalise: bool = True
) -> Partnered:
    """Match a candidate's responses with the reference's curves."""
    curves, sizes = room.centred(y), None
    if normalise:
        sizes = np.sqrt(np.einsum("ij,ij->j", curves, curves))
        if not sizes.min() > _VARIES * max(y.max(), -y.min()):
            curves = tuning(y).curves  # refuses neurons that do not vary
        else:
            curves /= sizes
    products = x.curves.T @ curves
    rows, columns, mass = plan(products)
    mass = np.broadcast_to(mass, rows.shape)
    order = np.argsort(columns)
    if np.array_equal(columns[order], np.arange(y.shape[1])):  # one partner each: no sums
        rows, mass = rows[order], mass[order]
        partners = x.curves[:, rows]
        partners *= mass
        return Partnered(curves, partners, mass * products[rows, columns[order]], sizes)
    shares = np.zeros_like(products)
    shares[rows, columns] = mass
    products *= shares
    return Partnered(curves, x.curves @ shares, products.sum(axis=0), sizes)


def agreement_gradient(x: Reals, plan: Planner, *, normalise: bool = True) -> Gradient:
    """How the mean product of matched tuning curves changes with the candidate's responses."""
    reference, room = tuning(x, normalise=normalise), Room()

    def one(y: Reals) -> tuple[float, Reals]:
        found = partnered(reference, y, plan, room, normalise=normalise)
        return float(found.products.sum()), found.toward(1, 0)

    return one_by_one(one)


def one_by_one(one: Callable[[Reals], tuple[float, Reals]]) -> Gradient:
    """A gradient at many candidates from that at one."""

    def at(y: Reals) -> tuple[Reals, Reals]:
        values, gradients = zip(*map(one, y), strict=True)
        return np.array(values), np.stack(gradients) if len(y) > 1 else gradients[0][None]

    return at

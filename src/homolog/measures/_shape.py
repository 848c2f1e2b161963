"""Populations as shapes: what is left of them when rotations do not count."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from homolog._arrays import Array, Reals, centre, frobenius, inner, narrow
from homolog.measures._measure import along_stimuli
from homolog.measures._room import Room


@dataclass(frozen=True)
class Shape:
    """Centred responses, no wider than long, with their squared norm if they were scaled."""

    responses: Array = along_stimuli()
    square: Array = None


def shape(x: Array) -> Shape:
    """The centred population in its own unit."""
    return Shape(narrow(centre(x)))


def unit_shape(x: Array) -> Shape:
    """The centred population scaled to norm 1."""
    x = centre(x)
    x = narrow(x / frobenius(x))
    return Shape(x, inner(x, x))


_RESOLVED = 1e-14
"""Squared singular values below this fraction of the largest are rounding."""


@dataclass(frozen=True)
class Turned:
    """Some candidates and a reference, turned to where they agree most.

    Attributes
    ----------
    agreement
        (candidate,) sums of singular values of X'Y.
    square
        (candidate,) squared norms of the candidates.
    toward
        From two weights (candidate,) to (candidate, stimulus, neuron): the first times the
        reference after its best rotation, the gradient of `agreement`, plus the second times
        the centred candidate, half that of `square`. To be called once, for it writes over
        the centred candidate.
    """

    agreement: Reals
    square: Reals
    toward: Callable[[Reals, Reals], Reals]


def turned(x: Reals) -> Callable[[Reals], Turned]:
    """The best rotations of centred `x` towards candidates."""
    x, room = narrow(x), Room()

    def at(y: Reals) -> Turned:
        y = room.centred(y)
        agreement, rotation = best_rotation(x.T @ y)

        def toward(a: Reals, b: Reals) -> Reals:
            moved = x @ (a[:, None, None] * rotation)
            np.multiply(y, b[:, None, None], out=y)
            moved += y
            return moved

        flat = y.reshape(len(y), -1)
        return Turned(agreement, np.vecdot(flat, flat), toward)

    return at


def best_rotation(cross: Reals) -> tuple[Reals, Reals]:
    """Nuclear norms and polar factors of (candidate, row, column) arrays.

    By eigenvectors, in half the time of singular vectors: rounding hides directions that are
    below 1e-7 of the strongest, which count as none.
    """
    if cross.shape[1] < cross.shape[2]:
        agreement, rotation = best_rotation(cross.swapaxes(1, 2))
        return agreement, rotation.swapaxes(1, 2)
    squares, vectors = np.linalg.eigh(cross.swapaxes(1, 2) @ cross)
    kept = squares > _RESOLVED * squares[:, -1:]
    singular = np.sqrt(np.where(kept, squares, 1))
    inverse = np.where(kept, 1 / singular, 0)[:, None, :]
    rotation = cross @ ((vectors * inverse) @ vectors.swapaxes(1, 2))
    return np.where(kept, singular, 0).sum(axis=1), rotation


def of_cosine(
    x: Reals, of: Callable[[Reals], tuple[Reals, Reals]]
) -> Callable[[Reals], tuple[Reals, Reals]]:
    """What is made `of` the cosines of Procrustes angles to candidates, with its gradients.

    From (candidate,) cosines `of` gives values and their slopes.
    """
    x = centre(x)
    found_at, norm = turned(x), float(frobenius(x))

    def at(y: Reals) -> tuple[Reals, Reals]:
        found = found_at(y)
        unit = 1 / (norm * np.sqrt(found.square))
        cosine = unit * found.agreement
        value, slope = of(cosine)
        return value, found.toward(slope * unit, -slope * cosine / found.square)

    return at

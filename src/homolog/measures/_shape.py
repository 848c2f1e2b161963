"""Populations as shapes: what is left of them when rotations do not count."""

from dataclasses import dataclass

from homolog._arrays import Array, centre, frobenius, inner, narrow
from homolog.measures._measure import along_stimuli


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

"""Angles between unit vectors, and what else is made of them.

All are computed from the chord, the distance between the ends of the vectors, which keeps
its digits where a cosine near 1 has lost them.
"""

from collections.abc import Mapping
from math import pi
from typing import Any

from homolog import errors
from homolog._arrays import Array, constant, namespace, root


def of_chord(chord: Array, form: str) -> Array:
    """What `form` names, of unit vectors that are `chord` apart.

    Parameters
    ----------
    chord
        From 0 (equal) over the root of 2 (orthogonal) to 2 (opposite).
    form
        ``"chordal"``, the chord; ``"angle"`` in radians; ``"score"``, the angle as a
        similarity that is 1 at equality and 0 at right angles; ``"disparity"``, the
        squared sine.
    """
    if form == "chordal":
        return chord
    squared = chord * chord
    if form == "disparity":
        return squared * (1 - squared / 4)
    angle = 2 * namespace(chord).atan2(chord, root(4 - squared))
    return angle if form == "angle" else 1 - 2 / pi * angle


def promises(form: str, *, opposite: bool = False) -> Mapping[str, Any]:
    """What changes with the form of a measure whose vectors may, or never, be `opposite`."""
    score: Mapping[str, Any] = {
        "kind": "correlation",
        "best": 1.0,
        "worst": -1.0 if opposite else 0.0,
        "metric": False,
    }
    distance: Mapping[str, Any] = {"kind": "distance", "best": 0.0, "metric": True}
    return {
        "score": score,
        "angle": {**distance, "worst": pi if opposite else pi / 2},
        "chordal": {**distance, "worst": 2.0 if opposite else 2**0.5},
        "disparity": {**distance, "worst": 1.0, "metric": False},
    }[form]


def resolved(squared: Array, size: Array | float = 1.0) -> Array:
    """A squared distance, or 0 where it is all rounding beside squared sizes.

    The gradient of a distance that is rounding alone would be a random direction.
    """
    eps = float(namespace(squared).finfo(squared.dtype).eps)
    return squared if bool(constant(squared > (64 * eps) ** 2 * size)) else 0 * squared


def check_form(form: object, allowed: tuple[str, ...]) -> None:
    """HM025 for a form that a measure does not have."""
    if form not in allowed:
        raise errors.bad_value("form", form, ", ".join(allowed))

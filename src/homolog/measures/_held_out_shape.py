"""Rotations and pairings of neurons that are found on some stimuli and judged on others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from homolog import errors
from homolog._arrays import Array, centre, frobenius, inner, namespace, narrow, polar, root
from homolog.measures import _angles
from homolog.measures._folds import Folds
from homolog.measures._parted import Parted, Sides, centred_sides, parted

Map = Callable[[Sides, Sides], Array]
"""From both populations in a fold to a (neuron_x, neuron_y) map, found on its training stimuli."""


class Mapped(NamedTuple):
    """Responses to the stimuli that a fold holds out, and the map of the one to the other."""

    x: Array
    y: Array
    along: Array


def shape_summary(x: Array, *, folds: Folds, rng: int) -> Parted:
    """The centred population, turned to be no wider than long."""
    x = centre(x)
    size = frobenius(x)
    return parted(narrow(x / size), folds, rng, centred_sides, size)


def rotation(x: Sides, y: Sides) -> Array:
    """The rotation that aligns best; what no training stimulus moves stays unaligned."""
    return polar(x.fitted.T @ y.fitted)


def mapped(x: Parted, y: Parted, found: Map = rotation) -> list[Mapped]:
    """What every fold holds out."""
    return [Mapped(a.judged, b.judged, found(a, b)) for a, b in zip(x.folds, y.folds, strict=True)]


def cosine(folds: Sequence[Mapped]) -> Array:
    """How well mapped responses agree, over all folds, from -1 to 1."""
    agreement = _sum([inner(fold.x @ fold.along, fold.y) for fold in folds])
    return agreement / (_norm([fold.x for fold in folds]) * _norm([fold.y for fold in folds]))


def chord(folds: Sequence[Mapped]) -> Array:
    """The distance between populations of norm 1 whose cosine this is."""
    return apart(
        folds, 1 / _norm([fold.x for fold in folds]), 1 / _norm([fold.y for fold in folds])
    )


def apart(folds: Sequence[Mapped], size_x: Array, size_y: Array) -> Array:
    """How far populations are apart that were mapped and multiplied by their sizes."""
    return root(_sum([_squared_gap(fold, size_x, size_y) for fold in folds]))


def distance(folds: Sequence[Mapped], x: Parted, y: Parted) -> Array:
    """The same in the unit of the responses, without overflow for huge or tiny ones."""
    unit = namespace(x.size).maximum(x.size, y.size)
    return unit * apart(folds, x.size / unit, y.size / unit)


def _squared_gap(fold: Mapped, size_x: Array, size_y: Array) -> Array:
    """Without cancellation: between partners, and of what has none."""
    turned = fold.x @ fold.along
    gap, alone = size_x * turned - size_y * fold.y, size_x * (fold.x - turned @ fold.along.T)
    return inner(gap, gap) + inner(alone, alone)


def _norm(parts: Sequence[Array]) -> Array:
    return root(_sum([inner(part, part) for part in parts]))


def _sum(parts: Sequence[Array]) -> Array:
    return sum(parts[1:], parts[0])


def angle_promises(chosen: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of an angle that may be obtuse, for a rotation found elsewhere may do harm."""
    form = chosen["form"]
    if form == "disparity":
        raise errors.bad_value("form", form, "angle, chordal or score where folds are held out")
    return {**_angles.promises(form, opposite=True), "metric": False, "smooth": False}

"""Two populations as a matching takes them: arrays of any library, or with labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homolog._arrays import Array, check_pair, check_responses, unit_columns
from homolog.representation import Representation, represent, together

LABELLED = ("pandas", "xarray")
"""Libraries whose arrays say what their rows and columns are."""


@dataclass(frozen=True)
class Side:
    """Condition means of one population, what messages call it, and labels of its neurons."""

    responses: Array
    name: str
    labels: Sequence[object] | None = None

    def unit_curves(self) -> Array:
        """Centred tuning curves of length one; HM006 names the neurons that have none."""
        return unit_columns(self.responses, self.name, self.labels)


def sides(x: Any, y: Any) -> tuple[Side, Side]:
    """Two populations with the same stimuli in the same rows, or the error that says how not.

    Arrays stay arrays of their library. Where one of the two has labels, both become NumPy
    arrays of their condition means.
    """
    if not (_labelled(x) or _labelled(y)):
        x, y = check_pair(x, y)
        return Side(x, "X"), Side(y, "Y")
    one, other = together(x, y)
    return _side(one), _side(other)


def responses(x: Any) -> Array:
    """The responses of one population: an array as it is, or condition means."""
    if not _labelled(x):
        return check_responses(x, "X")
    return represent(x).condition_means().matrix


def stimuli_of(x: Any) -> Sequence[object]:
    """The labels of the stimuli of one population, or their positions."""
    return represent(x).labels if _labelled(x) else range(len(x))


def _labelled(x: Any) -> bool:
    return isinstance(x, Representation) or type(x).__module__.partition(".")[0] in LABELLED


def _side(population: Representation) -> Side:
    return Side(population.matrix, population.called, population.neurons)

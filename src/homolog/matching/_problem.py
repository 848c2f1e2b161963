"""What a solver is given and what it finds, whichever solver it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from homolog.matching._matching import Indices, Reals


@dataclass(frozen=True)
class Found:
    """A plan in whole units, and prices of both sides: a proof as good as they are."""

    rows: Indices
    columns: Indices
    units: Indices
    row_prices: Reals
    column_prices: Reals
    complete: bool = True


class Costs(Protocol):
    """What is known of all costs once they have been read.

    Attributes
    ----------
    scale
        What rounding is a share of: the largest cost, or the largest that could be.
    costs_of
        The costs of some pairs: ``costs_of(rows, columns)``.
    """

    @property
    def scale(self) -> float: ...

    @property
    def costs_of(self) -> Callable[[Indices, Indices], Reals]: ...

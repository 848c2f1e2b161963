"""Matching: which neuron of one population goes with which of another, and the proof."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Matching:
    """A sparse plan that matches two populations neuron by neuron, with its certificate.

    Attributes
    ----------
    rows, columns
        Neurons of the first and of the second population in each matched pair.
    mass
        Weight of each pair; the weights sum to 1.
    objective
        Mean cost of the matched pairs, sum of ``mass * costs[rows, columns]``.
    bound
        What no plan can cost less than, by the dual prices.
    row_prices, column_prices
        The dual prices: ``row_prices[i] + column_prices[j] <= costs[i, j]`` for every pair.
    complete
        False if a work limit ended the search before the plan was optimal; it is then
        as good as `gap` says.
    """

    rows: Indices
    columns: Indices
    mass: Reals
    objective: float
    bound: float
    row_prices: Reals
    column_prices: Reals
    complete: bool = True

    @property
    def gap(self) -> float:
        """How much cheaper than this plan any other could be at most, in units of cost."""
        return self.objective - self.bound

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of neurons of the two populations."""
        return len(self.row_prices), len(self.column_prices)

    def transposed(self) -> "Matching":
        """The same matching with the two populations' roles exchanged."""
        return replace(
            self,
            rows=self.columns,
            columns=self.rows,
            row_prices=self.column_prices,
            column_prices=self.row_prices,
        )

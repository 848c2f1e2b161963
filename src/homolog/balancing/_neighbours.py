"""What a single neuron can see of a network: its own synapses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from homolog import errors
from homolog.balancing._matrix import Matrix


@dataclass(frozen=True, eq=False)
class Synapses:
    """The synapses of one neuron, at one moment.

    Only those that exist, its autapse left out, for no rescaling changes that. The arrays
    cannot be written to.

    Attributes
    ----------
    neuron
        Which neuron it is, for constants of its own.
    incoming
        Weights of the synapses onto it.
    presynaptic
        Where they come from.
    outgoing
        Weights of the synapses from it.
    postsynaptic
        Where they go to.
    log_scale
        Its own h: its activity is :math:`e^{-h}` times what it was at first.
    """

    neuron: int
    incoming: NDArray[np.float64]
    presynaptic: NDArray[np.integer[Any]]
    outgoing: NDArray[np.float64]
    postsynaptic: NDArray[np.integer[Any]]
    log_scale: float


LocalGradient = Callable[[Synapses], float]


class Neighbours:
    """The synapses of a network, sorted by the neurons they come from and go to."""

    def __init__(self, recurrent: Matrix) -> None:
        """Keep the synapses of these weights twice, by rows and by columns."""
        graph: Any = sparse.coo_array(recurrent, copy=True)
        there = (graph.data != 0) & (graph.row != graph.col)
        rows, columns = graph.row[there], graph.col[there]
        n_neurons = graph.shape[0]
        by_rows = np.lexsort((columns, rows))
        self._rows, self._columns = rows[by_rows], columns[by_rows]
        self._weights = graph.data[there][by_rows].astype(np.float64)
        self._by_columns = np.lexsort((self._rows, self._columns))
        self._onto = self._rows[self._by_columns]
        self._in_ends = np.cumsum(np.bincount(rows, minlength=n_neurons))
        self._out_ends = np.cumsum(np.bincount(columns, minlength=n_neurons))
        for fixed in (self._columns, self._onto):
            fixed.flags.writeable = False

    def at(self, h: NDArray[np.float64]) -> Iterator[Synapses]:
        """The synapses of each neuron in turn, at log-scales h."""
        with np.errstate(over="ignore"):
            weights = self._weights * np.exp(h[self._columns] - h[self._rows])
        if not np.isfinite(weights).all():
            bad = int(np.flatnonzero(~np.isfinite(weights))[0])
            where = (int(self._rows[bad]), int(self._columns[bad]))
            raise errors.beyond_range("recurrent", where, weights.dtype)
        turned = weights[self._by_columns]
        weights.flags.writeable = turned.flags.writeable = False
        for k, (in_end, out_end) in enumerate(zip(self._in_ends, self._out_ends, strict=True)):
            onto = slice(self._in_ends[k - 1] if k else 0, in_end)
            away = slice(self._out_ends[k - 1] if k else 0, out_end)
            yield Synapses(
                k, weights[onto], self._columns[onto], turned[away], self._onto[away], float(h[k])
            )

"""Which units matter: some path of synapses leads to them and from them to the output."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from homolog.balancing._modules._layers import GROUND


def living(costs: csr_array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Units that are joined to the ground both ways, and those that only it leads to.

    Parameters
    ----------
    costs
        (post, pre) of all synapses; unit 0 is the ground.
    """
    reached = _reached(costs.T.tocsr())
    leads_on = _reached(costs)
    return reached & leads_on, reached & ~leads_on


def _reached(arcs: csr_array) -> NDArray[np.bool_]:
    """Units to which a path leads from the ground."""
    there = np.zeros(len(arcs.indptr) - 1, dtype=bool)
    reached: Any = breadth_first_order(arcs, GROUND, return_predecessors=False)
    there[reached] = True
    return there

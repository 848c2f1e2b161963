"""The outside as one more neuron, by which what comes in and goes out takes part in the balance."""

from __future__ import annotations

from typing import Any

import numpy as np

from homolog import errors
from homolog.balancing._graph import Reals, array_of, is_sparse


def grounded(costs: Any, ground: Any) -> tuple[Any, Reals, Reals]:
    """Costs with the outside as their last neuron.

    Parameters
    ----------
    costs
        (neuron, neuron), dense or CSR, checked.
    ground
        Two vectors (neuron,): costs of synapses from the outside into each neuron, and to it.

    Returns
    -------
    costs, inward, outward
        The costs with one neuron more, and the two vectors.

    Raises
    ------
    HomologError
        HM051 if they are no costs, or not one for each neuron.
    """
    if not isinstance(ground, tuple | list) or len(ground) != 2:
        raise errors.bad_costs("ground", repr(ground), "Give two vectors (neuron,).")
    n = costs.shape[0]
    column, row = _vector("inward", ground[0], n), _vector("outward", ground[1], n)
    if not is_sparse(costs):
        joined = np.block([[costs, column[:, None]], [row[None], np.zeros((1, 1))]])
        return joined, column, row
    from scipy.sparse import block_array, csr_array

    blocks = [[csr_array(costs), csr_array(column[:, None])], [csr_array(row[None]), None]]
    return block_array(blocks, format="csr"), column, row


def _vector(name: str, values: Any, n: int) -> Reals:
    vector = array_of(values, f"ground: {name}")
    if vector.dtype.kind not in "buif":
        raise errors.bad_costs(f"ground: {name}", f"dtype {vector.dtype}", "Costs are real.")
    vector = vector.astype(np.float64)
    if vector.shape != (n,):
        raise errors.bad_costs(f"ground: {name}", f"shape {vector.shape}", f"Give ({n},).")
    if not np.isfinite(vector).all() or vector.min() < 0:
        first = int(np.flatnonzero(~np.isfinite(vector) | (vector < 0))[0])
        remedy = "Costs are finite and not negative."
        raise errors.bad_costs(f"ground: {name}", f"{vector[first]} at {first}", remedy)
    return vector

"""Matching from responses: the costs of pairs of tuning curves."""

import numpy as np

from homolog._arrays import centre, check_pair, require_memory, to_numpy, unit_columns
from homolog.matching._matching import Matching
from homolog.matching._transport import transport


def match(
    x: np.ndarray, y: np.ndarray, *, normalise: bool = True, approximate: float | None = None
) -> Matching:
    """Match the neurons of two populations, softly where their numbers differ.

    Parameters
    ----------
    x, y
        (stimulus, neuron) responses to the same stimuli, in any unit; any array library.
    normalise
        Whether a pair costs minus the correlation of its tuning curves; otherwise minus
        the inner product of the centred curves.
    approximate
        As in `transport`.

    Returns
    -------
    matching
        Optimal; its objective is minus the mean correlation of matched neurons.
    """
    curves = unit_columns if normalise else centre
    x, y = (to_numpy(curves(population)) for population in check_pair(x, y))
    return transport(cross_costs(x, y), approximate=approximate)


def cross_costs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Minus the inner product of every pair of tuning curves."""
    require_memory(
        3 * 8 * x.shape[1] * y.shape[1],
        "matching",
        f"3 × {x.shape[1]:,} × {y.shape[1]:,} costs, float64",
        "Match fewer neurons: select some, or reduce them to components first.",
    )
    # The rows of the larger population lie together in memory, as the solver likes it.
    costs = x.T @ y if x.shape[1] >= y.shape[1] else (y.T @ x).T
    return np.negative(costs, out=costs)

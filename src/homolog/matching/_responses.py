"""Matching from responses: the costs of pairs of tuning curves."""

from typing import Any

import numpy as np

from homolog._arrays import centre, fits, require_memory, to_numpy
from homolog.matching._arguments import allowed_gap, yes_or_no
from homolog.matching._matching import Matching
from homolog.matching._populations import sides
from homolog.matching._proof import MOST_WORK, TOLERANCE, searched, vouched_for
from homolog.matching._transport import shares, transport

WORKING_COPIES = 3
"""Matrices of costs that have to fit in memory for one to be held."""


def match(x: Any, y: Any, *, normalise: bool = True, approximate: float | None = None) -> Matching:
    """Match the neurons of two populations, softly where their numbers differ.

    Where the costs of all pairs would not fit in memory they are computed a few at a time.

    Parameters
    ----------
    x, y
        Responses to the same stimuli, in any unit: (stimulus, neuron) arrays of any library,
        `Representation`, or what `represent` makes one of. Trials are averaged, and stimulus
        labels, where both have them, have to agree row for row.
    normalise
        Whether a pair costs minus the correlation of its tuning curves; otherwise minus
        the inner product of the centred curves.
    approximate
        As in `transport`.

    Returns
    -------
    matching
        Optimal; its objective is minus the mean correlation of matched neurons.

    Raises
    ------
    HomologError
        HM001 other stimuli, HM002 another order, HM003 transposed, HM004 not finite, HM006 a
        constant neuron, HM025 an option, HM028 a time axis or a stimulus without responses
        of some neuron.
    """
    normalise = yes_or_no("normalise", normalise)
    x, y = (
        to_numpy(side.unit_curves() if normalise else centre(side.responses))
        for side in sides(x, y)
    )
    return match_curves(x, y, approximate=approximate)


def match_curves(
    x: np.ndarray, y: np.ndarray, *, approximate: float | None = None, held: bool | None = None
) -> Matching:
    """The cheapest soft matching of tuning curves as they are.

    Parameters
    ----------
    x, y
        (stimulus, neuron) arrays of finite numbers; a pair costs minus its inner product.
    approximate
        As in `transport`.
    held
        Whether all costs are computed at once, by default if they fit in memory. Otherwise
        they are computed a few at a time and forgotten, some of them more than once.
    """
    approximate = allowed_gap(approximate)
    n_x, n_y = x.shape[1], y.shape[1]
    if fits(WORKING_COPIES * 8 * n_x * n_y) if held is None else held:
        return transport(cross_costs(x, y), approximate=approximate)
    if n_x < n_y:
        return match_curves(y, x, approximate=approximate, held=False).transposed()
    try:
        from homolog.matching import _computed, _solver
    except ImportError:  # no numba: the costs have to be held, or are refused
        return transport(cross_costs(x, y), approximate=approximate)
    problem = _computed.computed(x, y, np.zeros(n_y))
    matching = searched(
        _solver,
        problem,
        *shares(n_x, n_y),
        tolerance=TOLERANCE,
        approximate=approximate,
        warm=False,
        most_work=MOST_WORK,
    )
    return vouched_for(matching, TOLERANCE * problem.scale + (approximate or 0))


def cross_costs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Minus the inner product of every pair of tuning curves."""
    require_memory(
        WORKING_COPIES * 8 * x.shape[1] * y.shape[1],
        "matching",
        f"{WORKING_COPIES} × {x.shape[1]:,} × {y.shape[1]:,} costs, float64",
        "Match fewer neurons: select some, or reduce them to components first.",
    )
    # The rows of the larger population lie together in memory, as the solver likes it.
    costs = x.T @ y if x.shape[1] >= y.shape[1] else (y.T @ x).T
    return np.negative(costs, out=costs)

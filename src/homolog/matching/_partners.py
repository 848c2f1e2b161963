"""Who is whose partner: the pairs of a sparse plan, seen from the neurons."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors

Indices = NDArray[np.int64]
Reals = NDArray[np.float64]

Neurons = int | Sequence[int] | Sequence[bool] | NDArray[np.integer | np.bool_] | None
"""Positions of neurons, a mask of them, or None for all."""


def heaviest(rows: Indices, columns: Indices, mass: Reals) -> Indices:
    """Order of the pairs by row, in each row the heaviest first and of those the leftmost."""
    return np.lexsort((columns, -mass, rows))


def shares(neurons: Indices, mass: Reals) -> Reals:
    """What part of all that is matched of a pair's neuron goes to this pair."""
    return mass / np.bincount(neurons, weights=mass)[neurons]


def layers(neurons: Indices, mass: Reals, wanted: Indices) -> Iterator[tuple[Indices, Reals]]:
    """One pair at a time of each wanted neuron, with the pair's share of that neuron.

    There are as many layers as the busiest of them has pairs; in the later ones, those that
    have no more repeat their last with a share of 0. So a sparse plan is applied by picking
    and adding alone, which every array library can do and differentiate.
    """
    own = np.argsort(neurons, kind="stable")
    counts = np.bincount(neurons)
    first = (np.cumsum(counts) - counts)[wanted]
    counts, share = counts[wanted], shares(neurons, mass)
    for turn in range(int(counts.max(initial=0))):
        pairs = own[first + np.minimum(turn, counts - 1)]
        yield pairs, np.where(turn < counts, share[pairs], 0.0)


def positions(neurons: Neurons, n_neurons: int) -> Indices:
    """Positions as an array, all for None; HM025 for what is neither positions nor a mask."""
    if neurons is None:
        return np.arange(n_neurons)
    try:
        wanted = np.atleast_1d(neurons)
    except ValueError:  # rows of unequal length
        raise _no_positions(neurons, n_neurons) from None
    if wanted.dtype == bool and wanted.shape == (n_neurons,):
        return np.flatnonzero(wanted)
    whole = wanted.ndim == 1 and (wanted.dtype.kind in "iu" or not wanted.size)
    if not whole or (wanted.size and not 0 <= wanted.min() <= wanted.max() < n_neurons):
        raise _no_positions(neurons, n_neurons)
    return wanted.astype(np.int64)


def _no_positions(given: object, n_neurons: int) -> errors.HomologError:
    allowed = f"positions from 0 to {n_neurons - 1}, or a mask of {n_neurons} True and False"
    return errors.bad_value("neurons", given, allowed)


def require_partners(wanted: Indices, neurons: Indices, n_neurons: int) -> None:
    """HM040 if a wanted neuron is in no pair."""
    single = np.setdiff1d(wanted, neurons)
    if single.size:
        raise errors.no_partner(single.tolist(), n_neurons)


def require_size(name: str, shape: tuple[int, ...], n_neurons: int) -> None:
    """HM025 unless responses have as many neurons as were matched."""
    if shape[1] != n_neurons:
        raise errors.bad_value(
            f"the shape of {name}", shape, f"(stimulus, {n_neurons}), as was matched"
        )


def named(
    neurons: Indices, labels: Sequence[object] | None, side: str, n_neurons: int
) -> NDArray[Any]:
    """The labels of neurons, or the positions where there are no labels."""
    if labels is None:
        return neurons
    if len(labels) != n_neurons:
        raise errors.labels_miscounted(side, "neuron", len(labels), n_neurons)
    called = np.empty(n_neurons, dtype=object)
    called[:] = list(labels)
    return called[neurons]

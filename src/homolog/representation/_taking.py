"""A part of a population, with the labels that belong to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.representation import _axes
from homolog.representation._checks import Mask

if TYPE_CHECKING:
    from homolog.representation._representation import Representation


def without(x: Representation, dim: str, out: Mask, why: str) -> Representation:
    """Leave out the stimuli or neurons where `out` is true, and say so in `dropped`."""
    if not out.any():
        return x
    if out.all():
        raise errors.nothing_left(x.called, dim, out.size, why)
    labels = x.labels if dim == "stimulus" else x.neuron_labels
    gone = [labels[i] for i in np.flatnonzero(out)]
    sentence = _axes.left_out(x.called, dim, gone, out.size, why)
    if dim == "neuron":
        x = replace(x, neurons=x.neuron_labels)  # else what is told of neurons would move up
    kept = taken(x, {dim: np.flatnonzero(~out)})
    return replace(kept, dropped=(*kept.dropped, sentence))


def taken(x: Representation, at: dict[str, NDArray[Any]]) -> Representation:
    """Keep positions along axes, with their labels."""
    responses, missing = x.responses, x.missing
    for dim, where in at.items():
        axis = x.dims.index(dim)
        responses = responses.take(where, axis)
        missing = None if missing is None else missing.take(where, axis)
    return replace(
        x,
        responses=responses,
        missing=missing,
        stimuli=_labels(_stimuli(x, at.get("stimulus")), at.get("stimulus")),
        groups=_labels(x.groups, at.get("stimulus")),
        times=_labels(x.times, at.get("time")),
        neurons=_labels(x.neurons, at.get("neuron")),
    )


def _stimuli(x: Representation, where: NDArray[Any] | None) -> tuple[_axes.Label, ...] | None:
    """The labels; where rows move up, their old positions if they have none.

    Else two populations that lost different rows would be paired by position.
    """
    moved = where is not None and not np.array_equal(where, np.arange(x.n_stimuli))
    return x.labels if moved else x.stimuli


def _labels(labels: tuple[Any, ...] | None, where: NDArray[Any] | None) -> tuple[Any, ...] | None:
    if labels is None or where is None:
        return labels
    return tuple(labels[i] for i in where)

"""A recording and layers, brought row for row onto the same stimuli."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog.encoding._layers import named_layers
from homolog.files import load
from homolog.files._record import digest
from homolog.pairing import Halves, gaps, trusted
from homolog.representation import Representation, align, represent, require_same_stimuli, without


@dataclass(frozen=True, eq=False)
class Rows:
    """What is predicted and what predicts, row for row.

    Attributes
    ----------
    brain
        Means over trials, complete.
    layers
        (stimulus, neuron) responses by name.
    halves
        Means over odd and over even trials of the recording; None if not asked for.
    groups
        The stimulus of each row, where rows are times of stimuli.
    warnings
        What was dropped or taken on trust.
    digests
        Fingerprints of the recording and of the layers, in order.
    """

    brain: Representation
    layers: Mapping[str, NDArray[np.floating]]
    halves: Halves | None
    groups: tuple[object, ...] | None
    warnings: tuple[str, ...]
    digests: tuple[str, ...]


def row_by_row(layers: Any, brain: Any, *, reorder: bool, halves: bool) -> Rows:
    """Check that all saw the same stimuli; leave out those without responses of every neuron.

    Raises
    ------
    HomologError
        HM001 other stimuli, HM002 another order, HM003 transposed, HM011 no trials to halve,
        HM028 a time axis, or a layer with missing responses, HM036 rows grouped differently.
    """
    recorded = load(brain) if isinstance(brain, str | PathLike) else represent(brain)
    recorded = recorded if recorded.name else replace(recorded, name="brain")
    listed = {name: layer.condition_means() for name, layer in named_layers(layers).items()}
    if reorder:
        recorded = reduce(lambda kept, layer: align(kept, layer)[0], listed.values(), recorded)
        listed = {name: align(recorded, layer)[1] for name, layer in listed.items()}
    for layer in listed.values():
        require_same_stimuli(recorded, layer)
        _refuse_incomplete(layer)
    means, kept = _complete(recorded.condition_means())
    return Rows(
        brain=means,
        layers={
            name: layer.responses if kept.all() else layer.responses[kept]
            for name, layer in listed.items()
        },
        halves=_halved(recorded, kept) if halves else None,
        groups=_groups(means, listed, kept),
        warnings=_said(means, recorded, listed),
        digests=tuple(map(digest, (recorded, *listed.values()))),
    )


def _complete(means: Representation) -> tuple[Representation, NDArray[np.bool_]]:
    """Leave out stimuli at which any neuron was never recorded, and say which are kept."""
    if means.missing is None or "time" in means.dims:
        _refuse_incomplete(means)
        return means, np.ones(means.n_stimuli, dtype=bool)
    lacking = np.asarray(means.missing.any(axis=-1))
    return without(means, "stimulus", lacking, "without any response of some neuron"), ~lacking


def _refuse_incomplete(x: Representation) -> None:
    """HM028 without making the float64 copy that a matrix may be."""
    if x.dims != ("stimulus", "neuron") or x.missing is not None:
        _ = x.matrix


def _halved(brain: Representation, kept: NDArray[np.bool_]) -> Halves:
    first, second = (brain if kept.all() else brain.select(stimuli=kept)).halves()
    return first.matrix, second.matrix


def _groups(
    brain: Representation, layers: Mapping[str, Representation], kept: NDArray[np.bool_]
) -> tuple[object, ...] | None:
    if brain.groups is not None:
        return brain.groups
    told = next((one.groups for one in layers.values() if one.groups is not None), None)
    return told and tuple(one for one, there in zip(told, kept, strict=True) if there)


def _said(
    means: Representation, brain: Representation, layers: dict[str, Representation]
) -> tuple[str, ...]:
    all_of_them = (means, *layers.values())
    dropped = (note for one in all_of_them for note in one.dropped)
    named = {brain.called: brain} | layers
    unlabelled = [name for name, one in named.items() if one.stimuli is None]
    return (*dropped, *gaps(brain), *trusted(unlabelled))

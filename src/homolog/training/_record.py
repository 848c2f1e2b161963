"""What the neurons of a network respond, as populations that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from homolog import errors
from homolog.networks import LayeredNetwork
from homolog.representation import Representation
from homolog.training._evaluate import CHUNK
from homolog.training._plan import whole


def record(
    network: LayeredNetwork,
    stimuli: Any,
    *,
    labels: Iterable[object] | None = None,
    layers: Sequence[int] | None = None,
    name: str = "",
) -> dict[str, Representation]:
    """Settled rates of every neuron to every stimulus, for `compare` and `matrix`.

    Parameters
    ----------
    network
        One or more replicas, with a rule.
    stimuli
        (stimulus, input), for example ``task.test[:1000]``.
    labels
        A name for each stimulus, so that populations are known to have seen the same.
    layers
        Which layers, counted from 1; by default all, the last of which is the output.
    name
        What messages and tables call the network; by default its rule's name.

    Returns
    -------
    populations
        ``"layer 1"`` and so on. Of several replicas ``"replica 0, layer 1"``, counted as in
        `network`. Neurons keep their numbers as labels. Those that never change are left
        out, for no measure can tell what they are tuned to, and `Representation.dropped`
        says how many.

    Raises
    ------
    HomologError
        HM025 for what is no network, or a layer that it does not have; HM006 for a layer in
        which nothing changes; what the network refuses as stimuli, and `Representation` as
        labels.

    Examples
    --------
    >>> import homolog
    >>> task = homolog.tasks.load("digits")
    >>> rule = homolog.rules.find("backprop")()
    >>> seen = homolog.record(rule.wire((64, 30, 10), replicas=2), task.test, layers=[1])
    >>> list(seen)
    ['replica 0, layer 1', 'replica 1, layer 1']
    """
    if not isinstance(network, LayeredNetwork):  # pyright: ignore[reportUnnecessaryIsInstance]
        allowed = (
            "a LayeredNetwork: of a training its .network, of a file homolog.rules.load(path);"
            " a RecurrentNetwork has network.run(inputs).representation()"
        )
        raise errors.bad_value("network", type(network).__name__, allowed)
    chosen = _chosen(network, layers)
    rates = _rates(network, stimuli, chosen)
    labels = None if labels is None else list(labels)
    name = name or (network.rule.name if network.rule else "network")
    populations: dict[str, Representation] = {}
    for replica in range(network.n_replicas):
        for layer in chosen:
            where = f"layer {layer}"
            where = where if network.n_replicas == 1 else f"replica {replica}, {where}"
            populations[where] = _population(rates[layer][replica], f"{name}, {where}", labels)
    return populations


def _chosen(network: LayeredNetwork, layers: Sequence[int] | None) -> tuple[int, ...]:
    there = tuple(range(1, network.n_layers + 1))
    if layers is not None and (not isinstance(layers, Iterable) or isinstance(layers, str)):
        raise errors.bad_value("layers", layers, f"a list of layers, such as [{network.n_layers}]")
    chosen = there if layers is None else tuple(whole("layer", layer, 1) for layer in layers)
    for layer in chosen:
        if layer not in there:
            raise errors.bad_value("layer", layer, f"1 to {network.n_layers}; 0 is the stimulus")
    return chosen


def _rates(
    network: LayeredNetwork, stimuli: Any, layers: Sequence[int]
) -> dict[int, np.ndarray[Any, Any]]:
    """(replica, stimulus, neuron) of each layer, a chunk of stimuli at a time."""
    parts = [
        [rates.cpu().numpy() for rates in network.respond(chunk)]
        for chunk in _readable(stimuli).split(CHUNK)
    ]
    return {layer: np.concatenate([part[layer - 1] for part in parts], 1) for layer in layers}


def _readable(stimuli: Any) -> torch.Tensor:
    try:
        found = torch.as_tensor(stimuli)
    except (TypeError, ValueError, RuntimeError) as error:
        allowed = "an array or tensor of real numbers (stimulus, input)"
        raise errors.bad_value("type of stimuli", type(stimuli).__name__, allowed) from error
    if found.layout is not torch.strided:
        raise errors.bad_value("layout of stimuli", found.layout, "dense: stimuli.to_dense()")
    return found


def _population(
    rates: np.ndarray[Any, Any], name: str, labels: Sequence[object] | None
) -> Representation:
    return Representation(
        rates,
        ("stimulus", "neuron"),
        stimuli=labels,  # pyright: ignore[reportArgumentType]
        neurons=tuple(range(rates.shape[-1])),
        unit="rate",
        name=name,
    ).drop_constant()

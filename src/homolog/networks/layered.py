"""A network of layers: its weights, and how far it has learned. What it does, its rule knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from homolog import errors
from homolog._write import replacing

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule

TENSORS = ("forward", "feedback", "lateral", "biases", "moments")
HEADER = "homolog"
"""Under which a file keeps everything of a network that is no tensor."""


@dataclass(frozen=True, eq=False)
class LayeredNetwork:
    """Layers of neurons with the synapses between them; several replicas side by side.

    Layer 0 is the stimulus. Replicas are networks of the same sizes and rule that were born
    and taught with other random numbers; they never touch each other.

    Attributes
    ----------
    forward
        Synapses up: ``forward[k]``, (replica, n_post, n_pre), from layer k to layer k + 1.
    feedback
        Synapses down, where the rule has its own: ``feedback[k]``, from layer k + 2 to
        layer k + 1.
    lateral
        Synapses within a layer: ``lateral[k]`` of layer k + 1.
    biases
        (replica, n_post) of each layer from the first.
    moments
        Running averages of an optimiser; empty if it keeps none or has not begun.
    seeds
        One for each replica, from which its random streams come.
    steps, epochs
        Batches learned from, and whole passes through a task. Schedules go by these.
    rule
        The settings by which it was wired.

    Raises
    ------
    HomologError
        HM041 if weights do not fit each other: shapes, number, precision or device.
    """

    forward: tuple[Tensor, ...]
    feedback: tuple[Tensor, ...] = ()
    lateral: tuple[Tensor, ...] = ()
    biases: tuple[Tensor, ...] = ()
    moments: tuple[Tensor, ...] = ()
    seeds: tuple[int, ...] = ()
    steps: int = 0
    epochs: int = 0
    rule: LearningRule | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check that every weight fits the layers it joins."""
        if len(self.forward) == 0:
            raise errors.network_misfit("forward", "no weights", "at least one layer")
        for name in TENSORS:
            for k, weights in enumerate(getattr(self, name)):
                _refuse_unlike(f"{name}[{k}]", weights, self.forward[0])
        if self.forward[0].ndim != 3:
            shape = tuple(self.forward[0].shape)
            raise errors.network_misfit("forward[0]", shape, "(replica, n_post, n_pre)")
        if not self.seeds:
            object.__setattr__(self, "seeds", tuple(range(self.n_replicas)))
        expected = _expected(self.n_replicas, self.sizes)
        for name, shapes in expected.items():
            _refuse_count(name, len(getattr(self, name)), len(shapes))
            for k, (weights, shape) in enumerate(zip(getattr(self, name), shapes, strict=False)):
                if weights.shape != shape:
                    raise errors.network_misfit(f"{name}[{k}]", tuple(weights.shape), shape)
        if len(self.seeds) != self.n_replicas:
            raise errors.network_misfit("seeds", len(self.seeds), self.n_replicas)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Neurons of every layer, the stimulus first."""
        return (self.forward[0].shape[-1], *(weights.shape[-2] for weights in self.forward))

    @property
    def n_layers(self) -> int:
        """Layers of neurons, the stimulus not counted."""
        return len(self.forward)

    @property
    def n_replicas(self) -> int:
        """Networks side by side."""
        return self.forward[0].shape[0]

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the weights."""
        return self.forward[0].dtype

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.forward[0].device

    def __repr__(self) -> str:
        """Sizes, replicas and how far it has learned."""
        name = self.rule.name if self.rule else "no rule"
        sizes = "-".join(map(str, self.sizes))
        replicas = "1 replica" if self.n_replicas == 1 else f"{self.n_replicas} replicas"
        steps = "1 step" if self.steps == 1 else f"{self.steps} steps"
        return f"<LayeredNetwork {sizes}, {name}: {replicas}, {steps}>"

    def each(self, change: Callable[[Tensor], Tensor], **other: Any) -> LayeredNetwork:
        """The network with every weight changed by a function."""
        changed = {name: tuple(map(change, getattr(self, name))) for name in TENSORS}
        return replace(self, **changed, **other)

    def copy(self) -> LayeredNetwork:
        """A network with weights of its own."""
        return self.each(lambda weights: weights.detach().clone())

    def replica(self, which: int) -> LayeredNetwork:
        """One of the replicas, as a network that shares its weights with this one."""
        count = self.n_replicas
        if not isinstance(which, Integral) or not -count <= which < count:
            raise errors.bad_value("replica", which, f"0 to {count - 1}")
        at = int(which) % count
        return self.each(lambda weights: weights[at : at + 1], seeds=(self.seeds[at],))

    def to(
        self, device: str | torch.device | None = None, dtype: torch.dtype | None = None
    ) -> LayeredNetwork:
        """The network elsewhere, or in another precision; itself where nothing changes."""
        return self.each(lambda weights: weights.to(device or self.device, dtype or self.dtype))

    def after_step(self) -> LayeredNetwork:
        """The network one batch older."""
        return replace(self, steps=self.steps + 1)

    def after_epoch(self) -> LayeredNetwork:
        """The network one whole pass older."""
        return replace(self, epochs=self.epochs + 1)

    def respond(self, stimulus: Any, **options: Any) -> tuple[Tensor, ...]:
        """Rates of every layer from the first, (replica, trial, neuron), as its rule has it."""
        if self.rule is None:
            raise errors.bad_value("rule of the network", None, "a rule: rule.wire(sizes) gives it")
        return self.rule.respond(self, stimulus, **options)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write weights, streams and settings to a safetensors file, whole or not at all.

        `homolog.rules.load` reads it back, bit for bit.
        """
        from safetensors.torch import save

        path = Path(path)
        tensors = {
            f"{name}.{k}": weights.contiguous()
            for name in TENSORS
            for k, weights in enumerate(getattr(self, name))
        }
        with replacing(path) as temporary:
            # Its own save_file would make a file that nobody but the owner can read.
            temporary.write_bytes(save(tensors, {HEADER: json.dumps(self._header())}))
        return path

    def _header(self) -> dict[str, Any]:
        rule = self.rule and {"name": self.rule.name, "settings": settings(self.rule)}
        seeds = [int(seed) for seed in self.seeds]
        return {"rule": rule, "seeds": seeds, "steps": self.steps, "epochs": self.epochs}


def settings(rule: LearningRule) -> Mapping[str, Any]:
    """What a rule was set to, by name; numbers of NumPy as those of Python."""
    values = {one.name: getattr(rule, one.name) for one in fields(rule)}
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in values.items()
    }


def _refuse_unlike(what: str, weights: object, first: Tensor) -> None:
    """Refuse weights that cannot be multiplied with the first."""
    if not isinstance(weights, Tensor) or not weights.is_floating_point():
        kind = weights.dtype if isinstance(weights, Tensor) else type(weights).__name__
        raise errors.network_misfit(what, kind, "a tensor of real numbers")
    if (weights.dtype, weights.device) != (first.dtype, first.device):
        got, wanted = (f"{one.dtype} on {one.device}" for one in (weights, first))
        raise errors.network_misfit(what, got, wanted)


def _refuse_count(name: str, count: int, most: int) -> None:
    """Refuse parts of layers that are not there, and layers that lack what others have."""
    # The output may go without lateral synapses.
    fitting = count <= most if name == "lateral" else count in (0, most)
    if not fitting:
        raise errors.network_misfit(name, f"{count} tensors", f"{most}, or none")


def _expected(n_replicas: int, sizes: tuple[int, ...]) -> dict[str, list[tuple[int, ...]]]:
    """Shapes that weights between layers of these sizes have."""
    pairs = list(zip(sizes[1:], sizes, strict=False))
    return {
        "forward": [(n_replicas, post, pre) for post, pre in pairs],
        "feedback": [(n_replicas, pre, post) for post, pre in pairs[1:]],
        "lateral": [(n_replicas, post, post) for post, _ in pairs],
        "biases": [(n_replicas, post) for post, _ in pairs],
    }

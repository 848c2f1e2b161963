"""A small task and a rule that can be made to fail, for tests of training."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch

from homolog.rules._rule import born, xavier
from homolog.tasks import Classification

N_CLASSES = 3


def clusters(n_train: int = 50, n_test: int = 30) -> Classification:
    """Stimuli scattered around one place for each class."""
    rng = np.random.default_rng(0)
    places = rng.normal(size=(N_CLASSES, 5))

    def drawn(n: int) -> tuple[Any, Any]:
        labels = np.arange(n) % N_CLASSES
        stimuli = places[labels] + 0.3 * rng.normal(size=(n, 5))
        return stimuli.astype(np.float32), labels.astype(np.int64)

    return Classification(*drawn(n_train), *drawn(n_test), ("a", "b", "c"), "clusters")


@dataclass(frozen=True)
class Told:
    """Whatever a test wants: `learning` is called with the network and every batch."""

    name: ClassVar[str] = "told"
    learning: Callable[..., object] = lambda *_: None
    seen: Mapping[str, float] | None = None
    settled: Callable[..., Any] = lambda network, stimulus: stimulus @ network.forward[0].mT
    rate: float = 0.5

    def wire(self, sizes, rng=0, *, replicas=1, dtype=torch.float32, device="cpu"):
        def draw(sizes, generator):
            pairs = zip(sizes[1:], sizes, strict=False)
            return {"forward": [xavier(n_post, n_pre, generator) for n_post, n_pre in pairs]}

        return born(self, sizes, rng, replicas, dtype, device, draw)

    def settle(self, network, stimulus):
        return (self.settled(network, stimulus),)

    def learn(self, network, stimulus, target):
        self.learning(network, stimulus, target)
        return replace(network, steps=network.steps + 1)

    def observe(self, network, stimulus, target):
        return {name: torch.full((network.n_replicas,), x) for name, x in (self.seen or {}).items()}

"""Equilibrium propagation, broken in many ways."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch

from homolog.errors import HomologError, bad_value, unstable_step
from homolog.rules.equilibrium_propagation import EquilibriumPropagation

Sound = EquilibriumPropagation


def broken(**methods: Any) -> Sound:
    """Equilibrium propagation with some of its methods replaced."""
    return type("Broken", (Sound,), {"__doc__": Sound.__doc__, **methods})()


def with_wiring(change: Callable[[Any], Any]) -> Sound:
    """Its newborn networks are put through `change`."""
    return broken(wire=lambda self, *a, **k: change(Sound.wire(self, *a, **k)))


def with_rates(change: Callable[[Any], Any]) -> Sound:
    """The rates of every layer are put through `change`."""
    settle = lambda self, *a: tuple(map(change, Sound.settle(self, *a)))  # noqa: E731
    return broken(settle=settle)


def with_step(change: Callable[[Any, Any], Any]) -> Sound:
    """What a step makes of a network is put through `change`, with the network given."""
    return broken(step=lambda self, n, x, y: change(n, Sound.step(self, n, x, y)))


def with_learning(change: Callable[[Any, Any, Any], Any]) -> Sound:
    """After learning in place, network, stimulus and target are put through `change`."""

    def learn(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
        return change(Sound.learn(self, network, stimulus, target), stimulus, target)

    return broken(learn=learn)


def with_observed(change: Callable[[Any], Any]) -> Sound:
    """Every number that it observes is put through `change`."""
    return broken(
        observe=lambda self, *a: {k: change(v) for k, v in Sound.observe(self, *a).items()}
    )


@dataclass(unsafe_hash=True)
class Thawed:
    """Settings that anyone may change."""

    name: ClassVar[str] = "thawed"
    title: ClassVar[str] = "Thawed"
    source: ClassVar[str] = "https://example.org"
    citation: ClassVar[str] = "@misc{thawed}"
    parts: ClassVar[dict[str, int]] = {}
    step_size: float = 0.1

    wire, respond, step = Sound.wire, Sound.respond, Sound.step
    settle, learn, observe = Sound.settle, Sound.learn, Sound.observe


def twins(network: Any) -> Any:
    return network.each(lambda w: w[:1].expand_as(w).clone())


def same_for_any_seed(self: Sound, sizes: Any, rng: Any = 0, **options: Any) -> Any:
    return Sound.wire(self, sizes, 1 if isinstance(rng, int) and rng >= 0 else rng, **options)


def by_global_numbers(self: Sound, *given: Any, **options: Any) -> Any:
    torch.rand(1)
    return Sound.wire(self, *given, **options)


def seeded_by_place(self: Sound, sizes: Any, rng: Any = 0, *, replicas: Any = 1, **o: Any) -> Any:
    count = replicas if isinstance(replicas, int) else len(replicas)
    return Sound.wire(self, sizes, rng, replicas=count, **o)


def noisy(rates: Any) -> Any:
    return rates + 1e-6 * torch.tensor(np.random.default_rng().random(), dtype=rates.dtype)


def in_place(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
    copy = Sound.step(self, network, stimulus, target)
    network.forward[0].copy_(copy.forward[0])
    return copy


def into_the_stimuli(self: Sound, network: Any, stimulus: Any) -> Any:
    rates = Sound.respond(self, network, stimulus)
    if isinstance(stimulus, torch.Tensor):
        stimulus *= 2
    return rates


def keeping_some(network: Any, stepped: Any) -> Any:
    return replace(stepped, biases=network.biases)


def observed_in_place(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
    network.forward[0].mul_(1.001)
    return Sound.observe(self, network, stimulus, target)


def by_place_in_batch(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].add_(1e-3 * stimulus[0, 0, 0])
    return network


def among_replicas(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].copy_(network.biases[0].mean(0, keepdim=True).expand_as(network.biases[0]))
    return network


def with_global_noise(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].add_(1e-3 * torch.rand_like(network.biases[0]))
    return network


def unseeded(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].add_(1e-3 * np.random.default_rng().random())
    return network


def with_a_memory(network: Any, stimulus: Any, target: Any, seen: Any = {}) -> Any:  # noqa: B006
    """What it has seen stands beside the network, not in it."""
    own = seen.setdefault(network.steps, len(seen) + 1)
    seen[network.steps] = own + 1
    network.biases[0].add_(1e-3 * own)
    return network


def first_layer_kept(network: Any, stepped: Any) -> Any:
    return replace(stepped, forward=(network.forward[0].clone(), *stepped.forward[1:]))


def raised(network: Any, stimulus: Any, target: Any) -> Any:
    network.biases[0].add_(1e-3)
    return network


def lowered_for_rates(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
    out = Sound.step(self, network, stimulus, target)
    if torch.as_tensor(target).is_floating_point():
        out.biases[0].sub_(1e-3)
    return out


def opposite(network: Any, stepped: Any) -> Any:
    pairs = zip(network.forward, stepped.forward, strict=True)
    return replace(stepped, forward=tuple(2 * before - after for before, after in pairs))


def deeper(self: Sound, sizes: Any, *given: Any, **options: Any) -> Any:
    return Sound.wire(self, (*sizes[:-1], 9, sizes[-1]), *given, **options)


def dividing(self: Sound, sizes: Any, *given: Any, **options: Any) -> Any:
    assert all(20 // n >= 0 for n in sizes)
    return Sound.wire(self, sizes, *given, **options)


def at_least_one(self: Sound, *given: Any, replicas: Any = 1, **options: Any) -> Any:
    return Sound.wire(self, *given, replicas=replicas or 1, **options)


def unchecked(self: Sound, network: Any, stimulus: Any, target: Any) -> Any:
    return replace(network.copy(), steps=network.steps + 1)


def unchecked_response(self: Sound, network: Any, stimulus: Any) -> Any:
    return self.settle(network, torch.as_tensor(stimulus, dtype=network.dtype)[None])


def refusing_otherwise(self: Sound, network: Any, stimulus: Any) -> Any:
    raise HomologError("HM099", "no")


def with_bound(bound: float, told: float) -> Sound:
    """Refuses steps from `bound` on and speaks of another."""

    def check(self: Sound) -> None:
        if not self.step_size > 0:
            raise bad_value("step_size", self.step_size, "above 0")
        if self.step_size >= bound:
            raise unstable_step(self.step_size, told, "so I say")

    return broken(__post_init__=check)


def exploding(self: Sound, network: Any, stimulus: Any) -> Any:
    rates = Sound.settle(self, network, stimulus)
    return tuple(r / (self.step_size < 10) for r in rates)


def positive_only(self: Sound) -> None:
    if not self.step_size > 0:
        raise bad_value("step_size", self.step_size, "above 0")

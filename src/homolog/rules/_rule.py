"""What every learning rule offers, and what all of them share: birth, checks, streams, schedules.

A rule is a frozen dataclass of settings. All state is in the network, so that a rule can be
compared, printed and written down, and a network killed and brought back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from homolog import errors
from homolog.networks import LayeredNetwork
from homolog.networks._device import present

Rates = tuple[Tensor, ...]
"""Of every layer from the first, (replica, trial, neuron)."""

Draws = Mapping[str, Sequence[Tensor]]
"""The weights of one newborn network, by field."""

NudgeSign = Literal["random", "positive"]


class LearningRule(Protocol):
    """How the neurons of a network settle and its synapses learn.

    `respond` and `step` check what they are given and leave it untouched. `settle`, `learn` and
    `observe` trust it, for those who call them thousands of times: `learn` changes the weights in
    place. They take stimuli as (replica or 1, trial, input) and targets as (replica or 1, trial,
    output).
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    citation: ClassVar[str]
    parts: ClassVar[Mapping[str, int]]
    """Weights besides the forward ones, by field: how many layers, the first, have none."""

    def wire(
        self,
        sizes: Sequence[int],
        rng: int | np.random.Generator = 0,
        *,
        replicas: int | Sequence[int] = 1,
        dtype: torch.dtype = torch.float32,
        device: str | torch.device = "cpu",
    ) -> LayeredNetwork:
        """Bring networks to life that have learned nothing.

        Parameters
        ----------
        sizes
            Neurons of every layer, the stimulus first.
        rng
            Seed of the weights and of later random signs.
        replicas
            How many networks side by side, or which ones: number 3 is the same network alone
            as among others.
        dtype, device
            Precision and place of the weights.
        """
        ...

    def respond(self, network: LayeredNetwork, stimulus: Any) -> Rates:
        """Rates of every layer."""
        ...

    def step(self, network: LayeredNetwork, stimulus: Any, target: Any) -> LayeredNetwork:
        """The network that has learned from one batch."""
        ...

    def settle(self, network: LayeredNetwork, stimulus: Tensor) -> Rates:
        """`respond`, unchecked."""
        ...

    def learn(self, network: LayeredNetwork, stimulus: Tensor, target: Tensor) -> LayeredNetwork:
        """`step`, unchecked and in place.

        Under ``torch.inference_mode``, which leaves out what autograd would note: 4 to 11 % of
        a step of many small operations.
        """
        ...

    def observe(
        self, network: LayeredNetwork, stimulus: Tensor, target: Tensor
    ) -> Mapping[str, Tensor]:
        """What this rule keeps an eye on, such as its energy: a number for each replica."""
        ...


@dataclass(frozen=True)
class Preset:
    """A row of a published table: the settings behind it, and what was published.

    Attributes
    ----------
    rule
        The settings.
    dataset, variant, row
        Of which images; which of the rule's rows; and how the table names it.
    sizes
        Neurons of every layer, the stimulus first.
    published
        Mean test accuracy in the table, in per cent; None if the table has no such row.
    published_std
        Standard deviation as printed, in points.
    test_std
        That of test accuracy over ten seeds, from the authors' logs, where the table prints
        another or none.
    note
        What a reader of the table should know.
    """

    rule: LearningRule
    dataset: str
    variant: str
    row: str
    sizes: tuple[int, ...]
    published: float | None = None
    published_std: float | None = None
    test_std: float | None = None
    note: str = ""


def learn_in_copy(
    rule: LearningRule, network: LayeredNetwork, stimulus: Any, target: Any
) -> LayeredNetwork:
    """Return the network that has learned from one batch; all that is given stays as it is.

    Parameters
    ----------
    rule
        By which it learns.
    network
        That it starts from.
    stimulus
        (trial, input), or (replica, trial, input) where each replica sees its own.
    target
        Labels, integers of shape (trial,) or (replica, trial); or rates wanted of the output,
        (trial, output) or (replica, trial, output).

    Raises
    ------
    HomologError
        HM042 for shapes that do not fit, HM043 for NaN and infinity, HM044 for labels out of
        range.
    """
    shown = checked_stimulus(rule, network, stimulus)
    return rule.learn(network.copy(), shown, checked_target(network, target, shown.shape[1]))


def checked_stimulus(rule: LearningRule, network: LayeredNetwork, stimulus: Any) -> Tensor:
    """As (replica or 1, trial, input), in the network's precision and on its device.

    For a network that has all parts that the rule works with, which else is refused.
    """
    for name, fewer in rule.parts.items():
        has, needs = len(getattr(network, name)), network.n_layers - fewer
        if has != needs:
            raise errors.network_misfit(name, f"of {has} layers", f"{needs}, for {rule.name}")
    shown = _tensor("stimulus", stimulus, network)
    n_inputs, n_replicas = network.sizes[0], network.n_replicas
    fits = shown.ndim in (2, 3) and shown.shape[-1] == n_inputs and shown.shape[-2] > 0
    if not fits or (shown.ndim == 3 and shown.shape[0] not in (1, n_replicas)):
        takes = f"(trial, {n_inputs}) or ({n_replicas}, trial, {n_inputs})"
        raise errors.trials_misfit("stimulus", shown.shape, takes)
    return _finite("stimulus", shown[None] if shown.ndim == 2 else shown)


def checked_target(network: LayeredNetwork, target: Any, n_trials: int) -> Tensor:
    """As (replica or 1, trial, output); labels become a one at their output."""
    n_classes, n_replicas = network.sizes[-1], network.n_replicas
    given = _tensor("target", target, None)
    if given.is_floating_point() and given.ndim == 1:
        allowed = "whole numbers for labels: target.astype(int); or rates, (trial, output)"
        raise errors.bad_value("type of target", str(given.dtype), allowed)
    wanted = given if given.is_floating_point() else _one_hot(given, n_classes)
    wanted = wanted.to(network.device, network.dtype)
    wanted = wanted[None] if wanted.ndim == 2 else wanted
    if wanted.ndim != 3 or wanted.shape[1:] != (n_trials, n_classes):
        takes = (
            f"{n_trials} labels, or rates ({n_trials}, {n_classes}), for each replica or for all"
        )
        raise errors.trials_misfit("target", given.shape, takes)
    if wanted.shape[0] not in (1, n_replicas):
        raise errors.trials_misfit("target", given.shape, f"1 or {n_replicas} replicas")
    return _finite("target", wanted)


def _one_hot(labels: Tensor, n_classes: int) -> Tensor:
    if labels.dtype == torch.bool:
        raise errors.bad_value("type of target", str(labels.dtype), "integer labels, or rates")
    labels = labels.long()
    for label in (int(labels.min()), int(labels.max())) if labels.numel() else ():
        if not 0 <= label < n_classes:
            raise errors.label_out_of_range(label, n_classes)
    return torch.nn.functional.one_hot(labels, n_classes).double()


def _tensor(what: str, given: Any, network: LayeredNetwork | None) -> Tensor:
    try:
        if isinstance(given, np.ndarray):  # In the layout and byte order that PyTorch reads.
            given = np.require(given, given.dtype.newbyteorder("="), ("C", "W"))
        found = torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError) as error:
        allowed = "an array or tensor of real numbers"
        raise errors.bad_value(f"type of {what}", type(given).__name__, allowed) from error
    if found.is_complex():
        raise errors.complex_input(what, found.dtype)
    return found if network is None else found.to(network.device, network.dtype)


def _finite(what: str, given: Tensor) -> Tensor:
    bad = ~torch.isfinite(given)
    if bad.any():
        where = bad.nonzero()
        raise errors.trials_not_finite(what, len(where), where[0].tolist())
    return given


def born(
    rule: LearningRule,
    sizes: Sequence[int],
    rng: int | np.random.Generator,
    replicas: int | Sequence[int],
    dtype: torch.dtype,
    device: str | torch.device,
    draw: Callable[[Sequence[int], torch.Generator], Draws],
) -> LayeredNetwork:
    """Draw each replica's weights from a stream of its own, in double precision.

    A replica is thus the same alone and among others, and in any precision but for rounding.
    """
    sizes = _checked_sizes(sizes)
    seeds = _seeds(rng, replicas)
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise errors.bad_value("dtype", dtype, "a real type of PyTorch, such as torch.float64")
    device = present(device)
    drawn = [draw(sizes, torch.Generator().manual_seed(seed)) for seed in seeds]
    weights: dict[str, Any] = {
        name: tuple(
            torch.stack(same).to(device, dtype)
            for same in zip(*(one[name] for one in drawn), strict=True)
        )
        for name in drawn[0]
    }
    return LayeredNetwork(**weights, seeds=seeds, rule=rule)


def _checked_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    whole = isinstance(sizes, Sequence) and all(isinstance(n, Integral) and n > 0 for n in sizes)
    if not whole or len(sizes) < 2:
        raise errors.bad_value("sizes", sizes, "neurons of each layer, the stimulus first")
    return tuple(map(int, sizes))


def _seeds(rng: int | np.random.Generator, replicas: int | Sequence[int]) -> tuple[int, ...]:
    """A seed for each replica, which depends on its number and not on the others."""
    which = range(int(replicas)) if isinstance(replicas, int | np.integer) else replicas
    numbers = isinstance(which, Sequence) and all(isinstance(r, Integral) and r >= 0 for r in which)
    if not numbers or not which:
        raise errors.bad_value("replicas", replicas, "how many (1 or more), or their numbers")
    entropy = int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else rng
    if not isinstance(entropy, Integral) or entropy < 0:
        raise errors.bad_value("rng", rng, "0 or more, or a numpy Generator")
    streams = (np.random.SeedSequence(int(entropy), spawn_key=(int(r),)) for r in which)
    return tuple(int(stream.generate_state(1, "u8")[0]) >> 1 for stream in streams)


def uniform(n_post: int, n_pre: int, bound: float, generator: torch.Generator) -> Tensor:
    """Weights between minus and plus `bound`."""
    drawn = torch.rand(n_post, n_pre, generator=generator, dtype=torch.float64)
    return (2 * drawn - 1) * bound


def xavier(n_post: int, n_pre: int, generator: torch.Generator) -> Tensor:
    """Uniform weights that keep the variance of activity up and down alike (Glorot, Bengio)."""
    return uniform(n_post, n_pre, (6 / (n_post + n_pre)) ** 0.5, generator)


def correlations(n: int, generator: torch.Generator) -> Tensor:
    """A random symmetric matrix with eigenvalues from 0 to about 4 and mean 1."""
    factor = xavier(n, n, generator)
    return factor @ factor.T


SIGNS_AT_ONCE = 1024


def nudges(network: LayeredNetwork, strength: float, sign: NudgeSign) -> Tensor:
    """How strongly each replica's output is pulled in this step, (replica, 1, 1).

    With random signs it is pushed as often as it is pulled, which takes the bias of one-sided
    nudging out of the mean update. The signs are a stream of each replica's seed and step.
    """
    if sign == "positive":
        drawn = [strength] * network.n_replicas
    else:
        block, place = divmod(network.steps, SIGNS_AT_ONCE)
        drawn = [strength * int(_signs(seed, block)[place]) for seed in network.seeds]
    return torch.tensor(drawn, dtype=network.dtype, device=network.device)[:, None, None]


@lru_cache(maxsize=256)
def _signs(seed: int, block: int) -> NDArray[np.int8]:
    stream = np.random.Generator(np.random.Philox(key=seed, counter=block << 64))
    return 2 * stream.integers(0, 2, SIGNS_AT_ONCE, dtype=np.int8) - 1


T = TypeVar("T")


def per_layer(given: Sequence[T], n_layers: int, what: str) -> tuple[T, ...]:
    """A setting of each layer; a single one holds for all."""
    if len(given) not in (1, n_layers):
        raise errors.bad_value(what, tuple(given), f"one, or {n_layers}: one for each layer")
    return tuple(given) * (n_layers if len(given) == 1 else 1)


def rates_of_layers(rule: LearningRule, *names: str) -> None:
    """Make settings with a number for each layer tuples, unless None may be; refuse odd numbers."""
    for name in names:
        given: Any = getattr(rule, name)
        if given is None and rule.__dataclass_fields__[name].default is None:
            continue
        numbers: tuple[Any, ...] = (
            tuple(given) if isinstance(given, Sequence | np.ndarray) else (given,)
        )
        if not numbers or not all(is_number(n) and n >= 0 for n in numbers):
            raise errors.bad_value(name, given, "a number from 0 up for each layer, or one for all")
        object.__setattr__(rule, name, tuple(map(float, numbers)))


def positive(**settings: float) -> None:
    """Refuse a setting that is no finite number above 0."""
    for what, value in settings.items():
        if not is_number(value) or value <= 0:
            raise errors.bad_value(what, value, "above 0, and finite")


def not_negative(**settings: float) -> None:
    """Refuse a setting that is no finite number from 0 up."""
    for what, value in settings.items():
        if not is_number(value) or value < 0:
            raise errors.bad_value(what, value, "0 or more, and finite")


def is_number(value: object) -> bool:
    """Whether it is a finite number, of Python or NumPy."""
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def tupled(setting: Any) -> Any:
    """A setting with tuples where it had lists, which JSON makes of them and which can change."""
    if isinstance(setting, dict):
        return {name: tupled(value) for name, value in setting.items()}
    return tuple(map(tupled, setting)) if isinstance(setting, list | tuple) else setting


def one_of(what: str, value: object, allowed: Sequence[object]) -> None:
    """Refuse a setting that is none of those there are."""
    if value not in allowed:
        raise errors.bad_value(what, value, ", ".join(map(repr, allowed)))

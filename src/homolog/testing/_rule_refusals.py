"""Trials from which nothing can be learned must be refused, and settings that cannot work."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.errors import HomologError
from homolog.testing._populations import require
from homolog.testing._toy import (
    N_CLASSES,
    Trials,
    clusters,
    counters,
    require_equal,
    wired,
)

if TYPE_CHECKING:
    from homolog.rules._rule import LearningRule


def _with_first(x: np.ndarray, first: float) -> np.ndarray:
    x = x.astype(np.float64)
    x[0, 0] = first
    return x


_UNFIT_STIMULI: dict[str, tuple[str, Callable[[np.ndarray], Any]]] = {
    "stimuli with a NaN": ("HM043", lambda x: _with_first(x, np.nan)),
    "stimuli with an infinity": ("HM043", lambda x: _with_first(x, -np.inf)),
    "stimuli of one input less": ("HM042", lambda x: x[:, 1:]),
    "one stimulus without a trial axis": ("HM042", lambda x: x[0]),
    "stimuli with four axes": ("HM042", lambda x: x[None, None]),
    "stimuli for 3 replicas of 2": ("HM042", lambda x: np.stack([x] * 3)),
    "no stimuli": ("HM042", lambda x: x[:0]),
    "complex stimuli": ("HM016", lambda x: x + 1j),
    "text as stimuli": ("HM025", lambda x: x.astype(str)),
}

_UNFIT_TARGETS: dict[str, tuple[str, Callable[[np.ndarray], Any]]] = {
    "a label below 0": ("HM044", lambda labels: np.append(labels[1:], -1)),
    "a label beyond the outputs": ("HM044", lambda labels: np.append(labels[1:], N_CLASSES)),
    "labels that are no integers": ("HM025", lambda labels: labels.astype(float)),
    "one label less": ("HM042", lambda labels: labels[1:]),
    "rates of one output less": ("HM042", lambda labels: _one_hot(labels)[:, 1:]),
    "rates with a NaN": ("HM043", lambda labels: _with_first(_one_hot(labels), np.nan)),
    "targets for 3 replicas of 2": ("HM042", lambda labels: np.stack([labels] * 3)),
    "truths as targets": ("HM025", lambda labels: labels > 0),
    "complex targets": ("HM016", lambda labels: _one_hot(labels) + 1j),
    "text as targets": ("HM025", lambda labels: labels.astype(str)),
}


def _one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(N_CLASSES)[labels]


_UNFIT_WIRING: dict[str, tuple[Any, dict[str, Any]]] = {
    "a network of one layer": ((5,), {}),
    "a layer of nobody": ((5, 0, 3), {}),
    "half a neuron": ((5, 2.5, 3), {}),
    "no replicas": ((40, 60, 4), {"replicas": 0}),
    "a negative seed": ((40, 60, 4), {"rng": -1}),
}


def check_unfit_trials(rule: LearningRule, rng: np.random.Generator) -> None:
    """Trials that do not fit the network are refused with the right code; nothing is learned."""
    trials, network = clusters(rng, 12)[0], wired(rule, replicas=2)
    before = network.copy()
    for what, (code, spoil) in _UNFIT_STIMULI.items():
        unfit = spoil(trials.stimulus)
        _refused(rule, f"to respond to {what}", code, lambda x=unfit: rule.respond(network, x))
        learning = Trials(unfit, trials.labels)
        _refused(rule, f"to learn from {what}", code, lambda t=learning: _step(rule, network, t))
    for what, (code, spoil) in _UNFIT_TARGETS.items():
        learning = Trials(trials.stimulus, spoil(trials.labels))
        _refused(rule, f"to learn from {what}", code, lambda t=learning: _step(rule, network, t))
    require_equal(network, before, f"{rule.name} learned from what it refused")
    require(counters(network) == counters(before), f"{rule.name} counted what it refused")


def _step(rule: LearningRule, network: Any, trials: Trials) -> Any:
    return rule.step(network, trials.stimulus, trials.labels)


def check_unfit_wiring(rule: LearningRule, rng: np.random.Generator) -> None:
    """Networks that cannot be are refused."""
    for what, (sizes, options) in _UNFIT_WIRING.items():
        _refused(rule, f"to wire {what}", "HM025", lambda s=sizes, o=options: rule.wire(s, **o))


def check_unfit_steps(rule: LearningRule, rng: np.random.Generator) -> None:
    """A settling step is above 0, and below a bound that the refusal gives where there is one."""
    if not hasattr(rule, "step_size"):
        return
    for size in (0.0, -0.1, np.nan):
        _refused(rule, f"a step_size of {size}", "HM025", lambda s=size: _with_step(rule, s))
    try:
        _with_step(rule, 1e6)
    except HomologError as error:
        _check_bound(rule, error)
    else:
        _check_finite(_with_step(rule, 1e6), rng)


def _with_step(rule: Any, step_size: float) -> Any:
    return replace(rule, step_size=step_size)


def _check_bound(rule: LearningRule, error: HomologError) -> None:
    """The bound in the message is where refusals begin."""
    require(
        error.code == "HM045",
        f"{rule.name} refused a step_size of 1e6 as {error.code}, not HM045: {error}",
    )
    numbers = re.findall(r"(?<![\w.])\d+\.?\d*(?:e[-+]?\d+)?(?![\w.]*\w)", str(error))
    bounds = [float(number) for number in numbers if float(number) < 1e6]
    for bound in bounds:
        if _accepts(rule, 0.999 * bound) and not _accepts(rule, 1.001 * bound):
            return
    raise AssertionError(
        f"{rule.name} refuses a step_size of 1e6, but no number in the message is where refusals"
        f" begin: {error}"
    )


def _accepts(rule: LearningRule, step_size: float) -> bool:
    try:
        _with_step(rule, step_size)
    except HomologError:
        return False
    return True


def _check_finite(rule: LearningRule, rng: np.random.Generator) -> None:
    """A rule that takes any step must bound its rates in some other way."""
    rates = rule.respond(wired(rule), clusters(rng, 12)[0].stimulus)
    bounded = all(bool(layer.isfinite().all()) for layer in rates)
    require(
        bounded,
        f"{rule.name} takes a step_size of 1e6 and settles to rates that are not finite; it must"
        " refuse (HM045) and give the bound",
    )


def _refused(rule: LearningRule, what: str, code: str, call: Callable[[], Any]) -> None:
    try:
        call()
    except HomologError as error:
        require(
            error.code == code, f"{rule.name} refused {what} as {error.code}, not {code}: {error}"
        )
    except Exception as error:
        raise AssertionError(
            f"{rule.name}, asked {what}, fails with {type(error).__name__} ({error}), not"
            " HomologError"
        ) from error
    else:
        raise AssertionError(f"{rule.name} did not refuse {what} ({code})")

"""The kit catches rules that break a promise, and says which in one sentence."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from homolog import rules, testing
from homolog.testing import _rule_learning
from properties.broken_rules import (
    Thawed,
    among_replicas,
    at_least_one,
    broken,
    by_global_numbers,
    by_place_in_batch,
    deeper,
    dividing,
    exploding,
    first_layer_kept,
    in_place,
    into_the_stimuli,
    keeping_some,
    lowered_for_rates,
    noisy,
    observed_in_place,
    opposite,
    positive_only,
    raised,
    refusing_otherwise,
    same_for_any_seed,
    seeded_by_place,
    twins,
    unchecked,
    unchecked_response,
    unseeded,
    with_a_memory,
    with_bound,
    with_global_noise,
    with_learning,
    with_observed,
    with_rates,
    with_step,
    with_wiring,
)

CHECKS = {check.__name__: check for check in testing.CHECKS_OF_RULES}

MISTAKES: dict[str, tuple[Callable[[], Any], str, str]] = {
    "a name with a space": (
        lambda: broken(name="two words"),
        "check_declared",
        r"^the name 'two words' is not an identifier$",
    ),
    "no source": (
        lambda: broken(source="a book"),
        "check_declared",
        r"names no address where it was defined: 'a book'$",
    ),
    "a part that it does not name": (
        lambda: broken(parts={}),
        "check_wiring",
        r"wired biases of \d layers; its parts say 0$",
    ),
    "no entry to cite": (
        lambda: broken(citation="Scellier and Bengio (2017)"),
        "check_declared",
        r"has no BibTeX entry: its citation must begin with @$",
    ),
    "no title": (lambda: broken(title=None), "check_declared", r"^Broken has no title$"),
    "no observe": (lambda: broken(observe=None), "check_declared", r"has no method observe$"),
    "settings that change": (
        Thawed,
        "check_declared",
        r"^thawed\.step_size can be changed: freeze the dataclass$",
    ),
    "twins": (
        lambda: with_wiring(twins),
        "check_wiring",
        r"gave two replicas the same forward\[0\]$",
    ),
    "one network for any seed": (
        lambda: broken(wire=same_for_any_seed),
        "check_wiring",
        r"wired the same forward\[0\] from another rng$",
    ),
    "global random numbers": (
        lambda: broken(wire=by_global_numbers),
        "check_wiring",
        r"\.wire draws from torch's global random state; draw from rng instead$",
    ),
    "a network that forgets its rule": (
        lambda: with_wiring(lambda network: replace(network, rule=None)),
        "check_wiring",
        r"has 0 steps, 0 epochs and the rule None$",
    ),
    "one layer too many": (
        lambda: broken(wire=deeper, step=lambda self, network, *batch: network),
        "check_wiring",
        r"wired 3 replicas of \(40, 60, 4\) as 3 of \(40, 60, 9, 4\)$",
    ),
    "rates of one replica": (
        lambda: with_rates(lambda rates: rates[0]),
        "check_responses_of_rule",
        r"\(replica, trial, neuron\) of every layer is \[\(2, 12, 60\), \(2, 12, 4\)\]$",
    ),
    "noisy rates": (
        lambda: with_rates(noisy),
        "check_responses_of_rule",
        r"to the same stimuli a second time: rates of layer 1 differ by \S+$",
    ),
    "rates that depend on other trials": (
        lambda: with_rates(lambda rates: rates - 0.1 * rates.mean(1, keepdim=True)),
        "check_responses_of_rule",
        r"to the same stimuli alone, not among other trials: rates of layer 1 differ by \S+$",
    ),
    "another rate in single precision": (
        lambda: with_rates(lambda r: r + 0.1 * (r.dtype == torch.float32)),
        "check_responses_of_rule",
        r"to the same stimuli in single precision: rates of layer 1 differ by 0\.0\d+$",
    ),
    "observes one number": (
        lambda: with_observed(lambda values: values.mean()),
        "check_observed",
        r"observes energy of shape \(\), not \(3,\) for 3 replicas$",
    ),
    "observes nothing that is a number": (
        lambda: with_observed(lambda values: values * torch.nan),
        "check_observed",
        r"observes energy of \[nan, nan, nan\]$",
    ),
    "changes what it observes": (
        lambda: broken(observe=observed_in_place),
        "check_observed",
        r"changed the network by observing it: forward\[0\] differs by \S+$",
    ),
    "a step in place": (
        lambda: broken(step=in_place),
        "check_untouched",
        r"changed the network given to step: forward\[0\] differs by \S+$",
    ),
    "writes into the stimuli": (
        lambda: broken(respond=into_the_stimuli),
        "check_untouched",
        r"changed the stimuli$",
    ),
    "hands on what it was given": (
        lambda: with_step(keeping_some),
        "check_untouched",
        r"biases\[0\] after a step and biases\[0\] of the network given are the same memory, so",
    ),
    "a step that does not count": (
        lambda: with_step(lambda network, stepped: replace(stepped, steps=network.steps)),
        "check_step_counts",
        r"only the steps must grow, by 1$",
    ),
    "other seeds after a step": (
        lambda: with_step(lambda network, stepped: replace(stepped, seeds=stepped.seeds[::-1])),
        "check_step_counts",
        r"of \(seeds, steps, epochs, rule\) .* by one step .*; only the steps must grow, by 1$",
    ),
    "learns otherwise in place": (
        lambda: with_step(first_layer_kept),
        "check_step_counts",
        r"\.learn does otherwise than step: forward\[0\] differs by \S+$",
    ),
    "learns otherwise from labels": (
        lambda: broken(learn=with_learning(raised).learn.__func__, step=lowered_for_rates),
        "check_step_counts",
        r"learns otherwise from one-hot rates than labels: biases\[0\] differs by 0\.001",
    ),
    "the first trial counts more": (
        lambda: with_learning(by_place_in_batch),
        "check_order_of_trials",
        r"depends on the order of the trials in a batch: biases\[0\] differs by \S+$",
    ),
    "learning by global random numbers": (
        lambda: with_learning(with_global_noise),
        "check_repeatable_learning",
        r"\.step draws from torch's global random state; draw from rng instead$",
    ),
    "learning without a seed": (
        lambda: with_learning(unseeded),
        "check_repeatable_learning",
        r"learned otherwise from the same rng: \S+ differs by \S+$",
    ),
    "replicas born by their place": (
        lambda: broken(wire=seeded_by_place),
        "check_replicas",
        r"wired replica 2 otherwise alone than as the third of 4: forward\[0\] differs by \S+$",
    ),
    "replicas that learn from each other": (
        lambda: with_learning(among_replicas),
        "check_replicas",
        r"taught replica 2 otherwise alone than among 4: \S+ differs by \S+$",
    ),
    "a memory outside the network": (
        lambda: with_learning(with_a_memory),
        "check_saved",
        r"goes on otherwise once it has been saved and loaded: \S+ differs by \S+$",
    ),
    "learns from anything": (
        lambda: broken(step=unchecked),
        "check_unfit_trials",
        r"did not refuse to learn from stimuli with a NaN \(HM043\)$",
    ),
    "responds to anything": (
        lambda: broken(respond=unchecked_response),
        "check_unfit_trials",
        r"did not refuse to respond to stimuli with a NaN \(HM043\)$",
    ),
    "the wrong code": (
        lambda: broken(respond=refusing_otherwise),
        "check_unfit_trials",
        r"refused to respond to stimuli with a NaN as HM099, not HM043: HM099 no$",
    ),
    "a library's error": (
        lambda: broken(wire=dividing),
        "check_unfit_wiring",
        r"asked to wire a layer of nobody, fails with ZeroDivisionError",
    ),
    "any number of replicas": (
        lambda: broken(wire=at_least_one),
        "check_unfit_wiring",
        r"did not refuse to wire no replicas \(HM025\)$",
    ),
    "steps of no size": (
        lambda: broken(__post_init__=lambda self: None),
        "check_unfit_steps",
        r"did not refuse a step_size of 0\.0 \(HM025\)$",
    ),
    "a bound that is another": (
        lambda: with_bound(2.0, 1.5),
        "check_unfit_steps",
        r"no number in the message is where refusals begin: HM045 step_size is 1e\+06;",
    ),
    "steps that explode": (
        lambda: broken(__post_init__=positive_only, settle=exploding),
        "check_unfit_steps",
        r"takes a step_size of 1e6 and settles to rates that are not finite; it must refuse",
    ),
    "learns nothing": (
        lambda: broken(step=unchecked),
        "check_learns",
        r"is right on \d+% of new trials of 8 well separated clusters in 4 classes after 300 steps",
    ),
    "learns the opposite": (
        lambda: with_step(opposite),
        "check_learns",
        r"chance is 25% and 70% are asked for$",
    ),
    "one layer learns nothing": (
        lambda: with_step(first_layer_kept),
        "check_learns",
        r"never changed forward\[0\], from layer 0 to layer 1$",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_caught(
    mistake: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, check, sentence = MISTAKES[mistake]
    rule = make()
    monkeypatch.setattr(_rule_learning, "_MOST_STEPS", 300)
    monkeypatch.setattr(rules, "find", lambda name: type(rule))
    with pytest.raises(AssertionError) as caught:
        CHECKS[check](rule, rng)
    assert re.search(sentence, str(caught.value))


def test_every_check_catches_something() -> None:
    assert {check for _, check, _ in MISTAKES.values()} == set(CHECKS)


def test_a_rule_in_no_file_is_told_that_its_networks_cannot_be_loaded(
    rng: np.random.Generator,
) -> None:
    with pytest.warns(UserWarning, match="saving networks of mine was not checked: no file of"):
        CHECKS["check_saved"](broken(name="mine"), rng)

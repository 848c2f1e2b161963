"""Predictive coding, held and nudged, against references written out trial by trial."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from homolog.rules.predictive_coding import PredictiveCoding
from homolog.rules.predictive_coding_nudge import PredictiveCodingNudge
from rules.explicit_reference import (
    Adam,
    arrays,
    assert_same,
    batch,
    cosine,
    descent,
    held,
    logistic,
    logistic_slope,
    nudged,
    one_hot,
    products,
    tensors,
    wired,
)

FEW_AND_MANY = pytest.mark.parametrize(
    ("settle_steps", "n_steps"), [(50, 1), (6, 10), (1, 1), (2, 1)]
)
"""Few settling steps too, of which the first do not reach the lowest layer."""


@FEW_AND_MANY
def test_holding_the_output_is_as_written_out(settle_steps, n_steps, rng):
    rule = PredictiveCoding(settle_steps=settle_steps, rate=0.01)
    network = wired(rule)
    weights, biases = arrays(network)
    adam = Adam(0.01, raw=True)
    for _ in range(n_steps):
        x, labels = batch(rng, 5)
        trials = held(weights, biases, x, one_hot(labels), settle_steps)
        adam.descend(weights + biases, [-each / 5 for each in products(trials)])
        network = rule.step(network, x, labels)
    assert_same(network, weights, biases)


@pytest.mark.parametrize("sign", [1, -1])
@FEW_AND_MANY
def test_nudging_the_output_is_as_written_out(settle_steps, n_steps, sign, rng, monkeypatch):
    """The sum over trials, the division by the signed nudge, and the 2 of an energy without ½."""
    w = 0.01 * sign
    where = "homolog.rules.predictive_coding_nudge.nudges"
    monkeypatch.setattr(where, lambda *_: torch.full((1, 1, 1), w, dtype=torch.float64))
    rule = PredictiveCodingNudge(settle_steps=settle_steps, rate=0.02, nudge=0.01)
    network = wired(rule)
    weights, biases = arrays(network)
    for _ in range(n_steps):
        x, labels = batch(rng, 5)
        change = products(nudged(weights, biases, x, one_hot(labels), settle_steps, w))
        assert settle_steps < 3 or all(each.any() for each in change)  # no layer is silent
        for each, grown in zip(weights + biases, change, strict=True):
            each += 0.02 * 2 / w * grown
        network = rule.step(network, x, labels)
    assert_same(network, weights, biases)


def test_the_response_is_the_forward_pass(rng):
    rule = PredictiveCoding()
    network = wired(rule)
    x, _ = batch(rng, 5)
    (w1, w2, w3), (b1, b2, b3) = arrays(network)
    first = logistic(x @ w1.T + b1)
    second = logistic(first @ w2.T + b2)
    expected = (first, second, second @ w3.T + b3)
    for got, wanted in zip(rule.respond(network, x), expected, strict=True):
        np.testing.assert_allclose(got[0].numpy(), wanted, atol=1e-14)


def test_the_input_is_shown_as_it_is_though_pixels_have_infinite_logits(rng):
    rule = PredictiveCoding()
    network = wired(rule)
    x = np.array([[0.0, 1.0] * 3 + [0.0]])
    assert all(torch.isfinite(w).all() for w in rule.step(network, x, [2]).forward)
    assert all(torch.isfinite(rates).all() for rates in rule.respond(network, x))


def test_what_settling_left_is_reported(rng):
    rule = PredictiveCoding(settle_steps=9)
    network = wired(rule, replicas=2)
    x, labels = batch(rng, 5)
    seen = rule.observe(network, *tensors(x, labels))
    for replica in range(2):
        trials = held(*arrays(network, replica), x, one_hot(labels), 9)
        energy = np.mean([trial.energy() for trial in trials])
        residual = max(trial.residual for trial in trials)
        assert seen["energy"][replica].item() == pytest.approx(energy, abs=1e-12)
        assert seen["residual"][replica].item() == pytest.approx(residual, abs=1e-12)


def test_what_a_nudge_left_is_reported_in_its_proportion(rng):
    rule = PredictiveCodingNudge(settle_steps=9, nudge=0.01)
    network = wired(rule)
    x, labels = batch(rng, 5)
    wanted = one_hot(labels)
    trials = nudged(*arrays(network), x, wanted, 9, 0.01)
    both = zip(trials, wanted, strict=True)
    missed = np.mean([np.sum((trial.states[-1] - y) ** 2) for trial, y in both])
    energy = np.mean([trial.energy() for trial in trials]) / 0.01 + missed
    residual = max(trial.residual for trial in trials) / 0.01
    seen = rule.observe(network, *tensors(x, labels))
    assert seen["energy"].item() == pytest.approx(energy, abs=1e-11)
    assert seen["residual"].item() == pytest.approx(residual, abs=1e-11)


def test_random_signs_come_from_each_replica_alone_and_change(rng):
    """A step with random signs is one of two, that with the nudge positive or the other."""
    rule = PredictiveCodingNudge(nudge=0.3, rate=0.01, settle_steps=10)
    network = wired(rule, replicas=3)
    x, labels = batch(rng, 5)
    pushed = []
    for steps in range(12):
        aged = replace(network, steps=steps)
        pulled = replace(rule, nudge_sign="positive").step(aged, x, labels).forward[0]
        drawn = rule.step(aged, x, labels).forward[0]
        pushed.append([not torch.equal(a, b) for a, b in zip(pulled, drawn, strict=True)])
        alone = rule.step(aged.replica(2), x, labels).forward[0]
        torch.testing.assert_close(alone[0], drawn[2], rtol=0, atol=1e-14)
    assert 0 < np.mean(pushed) < 1
    assert len({tuple(replica) for replica in np.transpose(pushed)}) == 3


def test_epsilon_counts_32_times_as_much_in_the_first_step(rng):
    """Tiny gradients show on which side of the correction Adam adds it."""
    rule = PredictiveCoding(rate=1.0, target_floor=0.0, settle_steps=1)
    network = wired(rule, (3, 2))
    x = rng.uniform(0, 1, (1, 3))
    target = rule.respond(network, x)[-1][0] + 1e-8  # the gradient of each bias is -1e-8
    moved = (rule.step(network, x, target).biases[0] - network.biases[0]).numpy()
    raw = 1e-8 * math.sqrt(0.001)
    np.testing.assert_allclose(moved, raw / (raw + 1e-8), rtol=1e-6)


# The limits in which predictive coding is backpropagation


def test_the_nudged_update_becomes_the_gradient_as_the_nudge_vanishes(rng):
    """Settled to the end and nudged ever less: minus the gradient of the summed square."""
    x, labels = batch(rng, 5)
    cosines = []
    for nudge in (1.0, 1e-2, 1e-6):
        rule = PredictiveCodingNudge(
            nudge=nudge, settle_steps=3000, nudge_sign="positive", rate=1.0
        )
        network = wired(rule)
        weights, biases = arrays(network)
        after = arrays(rule.step(network, x, labels))
        change = [b - a for a, b in zip([*weights, *biases], [*after[0], *after[1]], strict=True)]
        fall = descent(weights, biases, x, one_hot(labels), "mse", [w.T for w in weights[1:]])
        cosines.append(cosine(change, [-each for each in fall]))
    assert cosines[0] < cosines[1] < cosines[2]
    assert cosines[2] > 1 - 1e-7
    # The reference is a mean over 5 trials and 4 outputs, the rule follows the sum.
    assert np.linalg.norm(change[0]) / np.linalg.norm(fall[0]) == pytest.approx(20, rel=1e-3)


def given_to_adam(rule, network, x, target):
    """In its first step the running mean is a tenth of the gradient it was given."""
    moments = rule.step(network, x, target).moments
    return [10 * mean.numpy()[0] for mean in moments[: len(moments) // 2]]


def backpropagated(network, x, output_errors):
    """What these errors of the output, one for each trial, give when carried down exactly."""
    weights, biases = arrays(network)
    of_weights = [np.zeros_like(w) for w in weights]
    of_biases = [np.zeros_like(b) for b in biases]
    for shown, error in zip(x, output_errors, strict=True):
        states, senders = [], [shown]
        for w, b in zip(weights, biases, strict=True):
            states.append(w @ senders[-1] + b)
            senders.append(logistic(states[-1]))
        for k in reversed(range(3)):
            of_weights[k] += np.outer(error, senders[k])
            of_biases[k] += error
            if k:
                error = logistic_slope(states[k - 1]) * (weights[k].T @ error)
    return of_weights + of_biases


def shared_out(network, shown):
    """1 + Σ J J', with J how the output changes with the state of a hidden layer."""
    weights, biases = arrays(network)
    states, sent = [], shown
    for w, b in zip(weights, biases, strict=True):
        states.append(w @ sent + b)
        sent = logistic(states[-1])
    total, through = np.eye(4), np.eye(4)
    for k in (2, 1):
        through = through @ weights[k] * logistic_slope(states[k - 1])
        total = total + through @ through.T
    return total


def test_holding_a_near_target_is_backpropagation_of_an_error_shared_out(rng):
    """Settled to the end, with the target ever closer to the output of the forward pass."""
    rule = PredictiveCoding(settle_steps=1000, target_floor=0.0)
    network = wired(rule)
    x, _ = batch(rng, 5)
    output = rule.respond(network, x)[-1][0].numpy()
    direction = rng.standard_normal(output.shape)
    errors = [
        -np.linalg.solve(shared_out(network, s), d) for s, d in zip(x, direction, strict=True)
    ]
    expected = backpropagated(network, x, errors)
    cosines = [
        cosine(given_to_adam(rule, network, x, output + apart * direction), expected)
        for apart in (10.0, 0.1, 1e-5)
    ]
    assert cosines[0] < cosines[1] < cosines[2]
    assert cosines[2] > 1 - 1e-8


def test_holding_a_near_target_is_backpropagation_where_feedback_is_weak(rng):
    """The limit of Whittington and Bogacz: hidden states that hardly leave the forward pass."""
    rule = PredictiveCoding(settle_steps=1000, target_floor=0.0)
    newborn = wired(rule)
    x, _ = batch(rng, 5)
    direction = rng.standard_normal((5, 4))
    worst = []
    for strength in (3.0, 1.0, 0.01):
        upper = tuple(strength * w for w in newborn.forward[1:])
        network = replace(newborn, forward=(newborn.forward[0], *upper))
        output = rule.respond(network, x)[-1][0].numpy()
        got = given_to_adam(rule, network, x, output + 1e-5 * direction)
        expected = backpropagated(network, x, -direction)
        worst.append(min(cosine([g], [e]) for g, e in zip(got, expected, strict=True)))
    assert worst[0] < worst[1] < worst[2]
    assert worst[2] > 1 - 1e-6

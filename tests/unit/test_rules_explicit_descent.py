"""Backpropagation and feedback alignment, against autograd and a reference of their own."""

from dataclasses import replace

import pytest
import torch

from homolog.rules.backprop import Backprop
from homolog.rules.feedback_alignment import FeedbackAlignment
from rules.explicit_reference import (
    Adam,
    arrays,
    assert_same,
    batch,
    descent,
    one_hot,
    tensors,
    wired,
)

LOSSES = {
    "mse": torch.nn.functional.mse_loss,
    "cross_entropy": torch.nn.functional.cross_entropy,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("make", [Backprop, FeedbackAlignment])
@pytest.mark.parametrize("n_steps", [1, 10])
def test_descending_is_as_written_out_trial_by_trial(make, loss, n_steps, rng):
    rule = make(rate=0.01, loss=loss)
    network = wired(rule)
    weights, biases = arrays(network)
    fixed = [carried[0].numpy() for carried in network.feedback]
    adam = Adam(0.01)
    for _ in range(n_steps):
        x, labels = batch(rng, 5)
        down = fixed or [w.T for w in weights[1:]]
        fall = descent(weights, biases, x, one_hot(labels), loss, down)
        assert all(each.any() for each in fall)  # no layer is silent
        adam.descend(weights + biases, fall)
        network = rule.step(network, x, labels)
    assert_same(network, weights, biases)


@pytest.mark.parametrize("loss", LOSSES)
def test_backprop_follows_the_gradient_that_autograd_finds(loss, rng):
    rule = Backprop(rate=0.003, loss=loss)
    network = wired(rule)
    copies = [w.clone().requires_grad_() for w in (*network.forward, *network.biases)]
    optimiser = torch.optim.Adam(copies, lr=0.003)
    for _ in range(10):
        x, labels = batch(rng, 5)
        shown, wanted = tensors(x, labels)
        rates = shown[0]
        for k in range(3):
            rates = rates @ copies[k][0].T + copies[3 + k][0]
            rates = rates.relu() if k < 2 else rates
        lost = LOSSES[loss](rates, wanted[0])
        observed = rule.observe(network, shown, wanted)["loss"].item()
        assert observed == pytest.approx(lost.item(), abs=1e-12)
        optimiser.zero_grad()
        lost.backward()
        optimiser.step()
        network = rule.step(network, x, labels)
    for got, expected in zip((*network.forward, *network.biases), copies, strict=True):
        torch.testing.assert_close(got, expected.detach(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_alignment_with_the_transpose_is_backpropagation(loss, rng):
    backprop, alignment = Backprop(loss=loss), FeedbackAlignment(1e-3, 0.95, 10, loss)
    x, labels = batch(rng, 5)
    plain = wired(backprop, replicas=2)
    mirrored = replace(plain, feedback=tuple(w.mT for w in plain.forward[1:]))
    expected = backprop.step(plain, x, labels)
    got = alignment.step(mirrored, x, labels)
    both = zip((*got.forward, *got.biases), (*expected.forward, *expected.biases), strict=True)
    assert all(torch.equal(one, other) for one, other in both)
    assert not torch.equal(got.forward[0], plain.forward[0])


def test_alignment_never_changes_its_feedback_and_needs_it(rng):
    rule = FeedbackAlignment(rate=0.01)
    network = wired(rule)
    assert [tuple(carried.shape) for carried in network.feedback] == [(1, 9, 8), (1, 8, 4)]
    x, labels = batch(rng, 5)
    after = rule.step(rule.step(network, x, labels), x, labels)
    assert all(torch.equal(b, a) for b, a in zip(network.feedback, after.feedback, strict=True))
    cut = replace(network, feedback=tuple(torch.zeros_like(b) for b in network.feedback))
    moved = rule.step(cut, x, labels)
    assert torch.equal(moved.forward[0], network.forward[0])
    assert not torch.equal(moved.forward[-1], network.forward[-1])


@pytest.mark.parametrize("loss", LOSSES)
def test_rates_wanted_of_the_output_are_learned_as_well_as_labels(loss, rng):
    """Cross-entropy weighs a trial by the sum of its target, which labels leave at 1."""
    rule = Backprop(rate=0.01, loss=loss)
    network = wired(rule)
    x, _ = batch(rng, 5)
    wanted = rng.uniform(0, 1, (5, 4))
    weights, biases = arrays(network)
    fall = descent(weights, biases, x, wanted, loss, [w.T for w in weights[1:]])
    Adam(0.01).descend(weights + biases, fall)
    assert_same(rule.step(network, x, wanted), weights, biases)


def test_cross_entropy_of_an_output_that_is_far_too_sure_is_finite():
    rule = Backprop()
    network = wired(rule, (2, 2))
    sure = replace(network, forward=(torch.eye(2, dtype=torch.float64)[None] * 1e4,))
    shown = torch.eye(2, dtype=torch.float64)[None]
    observed = rule.observe(sure, shown, shown.flip(1))["loss"].item()
    assert observed == pytest.approx(1e4, rel=1e-3)
    assert all(torch.isfinite(w).all() for w in rule.learn(sure, shown, shown.flip(1)).forward)

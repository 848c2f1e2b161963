"""What backpropagation, feedback alignment and both kinds of predictive coding share."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from homolog import errors, rules
from homolog.rules.backprop import Backprop
from homolog.rules.feedback_alignment import FeedbackAlignment
from homolog.rules.predictive_coding import PredictiveCoding
from homolog.rules.predictive_coding_nudge import PredictiveCodingNudge
from rules.explicit_reference import SIZES, batch, tensors, wired

EXPLICIT = ("backprop", "feedback_alignment", "predictive_coding", "predictive_coding_nudge")


# Schedules


@pytest.mark.parametrize("make", [Backprop, FeedbackAlignment, PredictiveCoding])
def test_rates_fall_by_epochs(make, rng):
    """In its first step Adam moves each weight by its rate, whatever the gradient."""
    rule = make(rate=0.01, rate_decay=0.5, decay_every=2)
    network = wired(rule)
    x, labels = batch(rng, 5)
    for epochs, expected in [(0, 0.01), (1, 0.01), (2, 0.005), (3, 0.005), (4, 0.0025)]:
        after = rule.step(replace(network, epochs=epochs), x, labels)
        moved = (after.biases[-1] - network.biases[-1]).abs().max().item()
        assert moved == pytest.approx(expected, rel=1e-3)


def test_nudged_rates_fall_by_batches(rng):
    rule = PredictiveCodingNudge(nudge_sign="positive", rate_decay=0.5, decay_every_steps=3)
    network = wired(rule)
    x, labels = batch(rng, 5)
    moved = []
    for steps in (0, 2, 3, 5, 6):
        after = rule.step(replace(network, steps=steps, epochs=9), x, labels)
        moved.append((after.forward[-1] - network.forward[-1]).norm().item())
    np.testing.assert_allclose(np.divide(moved, moved[0]), [1, 1, 0.5, 0.5, 0.25], rtol=1e-10)


# Replicas, in place or not, any depth


@pytest.mark.parametrize("name", EXPLICIT)
def test_replicas_together_are_as_alone(name, rng):
    """In float64, where products of several replicas may round otherwise in the last digits."""
    rule = rules.find(name)()
    together = rule.wire(SIZES, 5, replicas=3, dtype=torch.float64)
    alone = rule.wire(SIZES, 5, replicas=[1], dtype=torch.float64)
    assert torch.equal(together.forward[0][1], alone.forward[0][0])
    for _ in range(5):
        x, labels = batch(rng, 3, 5)
        together = rule.step(together, x, labels)
        alone = rule.step(alone, x[1], labels[1])
    picked = together.replica(1)
    both = zip(picked.forward + picked.biases, alone.forward + alone.biases, strict=True)
    for one, other in both:
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    assert not torch.allclose(together.forward[0][0], together.forward[0][1])


@pytest.mark.parametrize("name", EXPLICIT)
def test_learning_in_place_is_the_step_that_leaves_its_network_alone(name, rng):
    rule = rules.find(name)()
    network = wired(rule)
    x, labels = batch(rng, 5)
    before = [w.clone() for w in network.forward]
    stepped = rule.step(rule.step(network, x, labels), x, labels)
    assert all(torch.equal(a, b) for a, b in zip(before, network.forward, strict=True))
    assert network.moments == ()

    own, (shown, wanted) = network.copy(), tensors(x, labels)
    kept = own.forward[0], shown.clone(), wanted.clone()
    for _ in range(2):
        own = rule.learn(own, shown, wanted)
    assert own.steps == stepped.steps == 2
    assert torch.equal(own.forward[0], stepped.forward[0])
    assert own.forward[0] is kept[0]
    assert torch.equal(shown, kept[1])
    assert torch.equal(wanted, kept[2])


@pytest.mark.parametrize("name", EXPLICIT)
@pytest.mark.parametrize("hidden", [(), (9,), (9, 8, 7)])
def test_any_depth_learns(name, hidden, rng):
    """What the rule watches falls: its loss, or its energy."""
    rule = replace(rules.find(name)(), rate=0.01)
    network = wired(rule, (SIZES[0], *hidden, SIZES[-1]))
    x, labels = batch(rng, 8)

    def watched(network):
        return next(iter(rule.observe(network, *tensors(x, labels)).values())).item()

    before = watched(network)
    for _ in range(60):
        network = rule.step(network, x, labels)
    assert watched(network) < 0.9 * before


@pytest.mark.parametrize("name", EXPLICIT)
def test_weights_are_born_within_their_bounds(name):
    network = rules.find(name)().wire((400, 300, 200), 1)
    gain = 6**0.5 if name.startswith("predictive") else 1
    for k, n_pre in enumerate((400, 300)):
        assert network.forward[k].abs().max().item() == pytest.approx(gain / n_pre**0.5, rel=1e-3)
        assert network.biases[k].abs().max().item() == pytest.approx(1 / n_pre**0.5, rel=0.05)
    assert len(network.feedback) == (name == "feedback_alignment")
    for carried in network.feedback:
        assert carried.abs().max().item() == pytest.approx((6 / 500) ** 0.5, rel=1e-3)


def test_descent_that_goes_on_without_moments_begins_them_at_zero(rng):
    network = wired(Backprop())
    x, labels = batch(rng, 5)
    fresh = Backprop().step(replace(network, steps=7), x, labels)
    zeros = tuple(torch.zeros_like(w) for w in 2 * (network.forward + network.biases))
    begun = Backprop().step(replace(network, steps=7, moments=zeros), x, labels)
    assert all(torch.equal(a, b) for a, b in zip(fresh.forward, begun.forward, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(fresh.moments, begun.moments, strict=True))


# Refusals


@pytest.mark.parametrize(
    ("make", "setting", "says"),
    [
        (Backprop, {"rate": 0.0}, "HM025 rate is 0.0; allowed: above 0"),
        (Backprop, {"rate_decay": 1.5}, "HM025 rate_decay is 1.5; allowed: above 0, at most 1"),
        (Backprop, {"decay_every": 0}, "HM025 decay_every is 0; allowed: a whole number"),
        (Backprop, {"loss": "hinge"}, "HM025 loss is 'hinge'; allowed: 'mse', 'cross_entropy'"),
        (FeedbackAlignment, {"loss": "ce"}, "HM025 loss is 'ce'"),
        (FeedbackAlignment, {"rate": math.nan}, "HM025 rate is nan"),
        (PredictiveCoding, {"settle_steps": 0}, "HM025 settle_steps is 0"),
        (PredictiveCoding, {"settle_steps": 2.5}, "HM025 settle_steps is 2.5; allowed: a whole"),
        (PredictiveCoding, {"rate_decay": 0.0}, "HM025 rate_decay is 0.0"),
        (PredictiveCoding, {"target_floor": 0.5}, "HM025 target_floor is 0.5; allowed: 0 to below"),
        (PredictiveCoding, {"step_size": 2.0}, "HM045 step_size is 2; settling diverges from 2 on"),
        (PredictiveCodingNudge, {"nudge": -1e-3}, "HM025 nudge is -0.001; allowed: above 0"),
        (PredictiveCodingNudge, {"nudge_sign": "negative"}, "HM025 nudge_sign is 'negative'"),
        (PredictiveCodingNudge, {"decay_every_steps": 0}, "HM025 decay_every_steps is 0"),
        (PredictiveCodingNudge, {"step_size": 1.0}, "HM045 step_size is 1; settling diverges from"),
    ],
)
def test_nonsense_is_refused(make, setting, says):
    with pytest.raises(errors.HomologError) as refusal:
        make(**setting)
    assert str(refusal.value).startswith(says)


@pytest.mark.parametrize(("make", "bound"), [(PredictiveCoding, 2), (PredictiveCodingNudge, 0.999)])
def test_settling_diverges_from_the_bound_that_is_named(make, bound, rng):
    """Even where the layers hardly predict each other, which is the most lenient case."""
    network = wired(make())
    weak = replace(network, forward=tuple(0.01 * w for w in network.forward))
    shown = tensors(*batch(rng, 5))
    below, above = make(step_size=0.9 * bound, settle_steps=3000), make(settle_steps=3000)
    object.__setattr__(above, "step_size", 1.02 * bound)  # past the refusal
    assert below.observe(weak, *shown)["residual"].item() < 1e-6
    assert not above.observe(weak, *shown)["residual"].item() < 1


# Published rows


def test_every_published_row_of_these_rules_is_there():
    rows = [row for name in EXPLICIT for row in rules.presets(name)]
    assert sorted((row.row, row.dataset) for row in rows) == sorted(
        (row, dataset)
        for row in ("BP-MSE", "BP-CE", "FA-MSE", "FA-CE", "PC-Nudge", "PC")
        for dataset in ("mnist", "fashion_mnist", "cifar10")
        if (row, dataset) != ("PC", "cifar10")
    )
    inputs = {"mnist": 784, "fashion_mnist": 784, "cifar10": 3072}
    for row in rows:
        assert (row.sizes[0], row.sizes[-1]) == (inputs[row.dataset], 10)
        assert row.published is not None
        assert 40 < row.published < 99


@pytest.mark.parametrize(
    ("name", "dataset", "variant", "settings"),
    [
        ("backprop", "mnist", "mse", {"rate": 1e-3, "rate_decay": 0.9, "decay_every": 15}),
        ("backprop", "cifar10", "cross_entropy", {"rate": 1e-4, "decay_every": 10}),
        ("feedback_alignment", "cifar10", "mse", {"rate": 1e-4, "rate_decay": 0.9}),
        ("feedback_alignment", "mnist", "cross_entropy", {"rate": 5e-4, "decay_every": 25}),
        ("predictive_coding", "fashion_mnist", None, {"rate_decay": 0.9, "decay_every": 1}),
        ("predictive_coding_nudge", "cifar10", None, {"rate_decay": 0.75, "rate": 1e-3}),
        ("predictive_coding_nudge", "fashion_mnist", None, {"nudge_sign": "positive"}),
    ],
)
def test_presets_are_as_published(name, dataset, variant, settings):
    rule = rules.preset(name, dataset, variant)
    assert {key: getattr(rule, key) for key in settings} == settings

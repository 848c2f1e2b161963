"""Backpropagation through time: gradients, what is conserved, and what an iteration does."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from homolog import HomologError
from homolog.networks import Activation
from homolog.networks import activations as known
from homolog.tasks.delayed_match import DelayedMatch
from homolog.training import through_time
from homolog.training.through_time import _products, _unrolled
from homolog.training.through_time._course import iterated
from homolog.training.through_time._curves import into_gains, rates_into
from homolog.training.through_time._descent import Learner, descend, newborn, norms, penalise
from homolog.training.through_time._observed import COLUMNS, charges, observed
from homolog.training.through_time._unrolled import memory_for
from homolog.training.through_time._weights import PARTS, Weights, born
from unit.through_time import (
    SMALL,
    by_autograd,
    error_by_autograd,
    ours,
    plan_of,
    shown_of,
    weights_of,
)

LEAKY = Activation("leaky", tuple(np.linspace(-0.5, 1.5, 12)))
MASKED = DelayedMatch(n_items=2, wait=1, shown=1, delay=(1, 4), response=2, batch=5)
ACTIVATIONS = [*(Activation(name) for name in known.names()), LEAKY]


def close(found, expected, tolerance=1e-10):
    for name, a, b in zip(PARTS, found, expected, strict=True):
        apart = float((a - b).abs().max() / b.abs().max())
        assert apart < tolerance, f"{name}: {apart}"


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_the_gradient_is_that_of_autograd(activation):
    plan = plan_of(activation=activation)
    weights, shown = weights_of(plan), shown_of(plan)
    error, gradient = ours(plan, weights, shown)
    expected, slopes = by_autograd(plan, weights, shown)
    torch.testing.assert_close(error, expected, rtol=1e-12, atol=0)
    close(gradient, slopes)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_trials_that_end_early_count_as_far_as_they_go(activation):
    plan = plan_of(MASKED, activation)
    weights, shown = weights_of(plan), shown_of(plan)
    assert 0 < shown.weights.mean() < 1
    error, gradient = ours(plan, weights, shown)
    expected, slopes = by_autograd(plan, weights, shown)
    torch.testing.assert_close(error, expected, rtol=1e-12, atol=0)
    close(gradient, slopes)
    after = replace(shown, targets=torch.where(shown.weights > 0, shown.targets, 7.0))
    assert torch.equal(ours(plan, weights, after)[0], error)


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1])
def test_the_gradient_at_other_steps_of_time(dt):
    plan = plan_of(dt=dt)
    weights, shown = weights_of(plan), shown_of(plan)
    assert plan.course.substeps == round(1 / dt)
    close(ours(plan, weights, shown)[1], by_autograd(plan, weights, shown)[1])


@pytest.mark.parametrize("part", PARTS)
def test_the_gradient_is_that_of_finite_differences(part):
    """Of every part along a random direction, penalty included, without autograd."""
    plan = plan_of(activation="tanh", penalty=0.3)
    weights, shown = weights_of(plan), shown_of(plan)
    gradient = ours(plan, weights, shown)[1]
    penalise(gradient, weights, plan.penalty)
    along = torch.from_numpy(np.random.default_rng(2).normal(size=getattr(weights, part).shape))

    def loss(step):
        moved = replace(weights, **{part: getattr(weights, part) + step * along})
        return ours(plan, moved, shown)[0] + 0.3 * (moved.recurrent**2).sum((1, 2))

    step = 1e-5
    slope = (loss(step) - loss(-step)) / (2 * step)
    expected = (getattr(gradient, part) * along).flatten(1).sum(1)
    torch.testing.assert_close(expected, slope, rtol=1e-7, atol=1e-9)


def test_the_gradient_with_a_penalty_is_that_of_autograd():
    plan = plan_of(penalty=0.3)
    weights, shown = weights_of(plan), shown_of(plan)
    gradient = ours(plan, weights, shown)[1]
    penalise(gradient, weights, plan.penalty)
    close(gradient, by_autograd(plan, weights, shown)[1])


@pytest.mark.parametrize("activation", ["relu", LEAKY, "abs"], ids=repr)
@pytest.mark.parametrize("without", ["numba", "threadpoolctl"])
def test_the_same_without_what_makes_it_fast(monkeypatch, activation, without):
    """As where numba cannot be had, or NumPy cannot be held to one thread; or not on a CPU."""
    plan = plan_of(activation=activation)
    weights, shown = weights_of(plan), shown_of(plan)
    device = weights.bias.device
    assert _unrolled.loops(plan.course, device)[0].__module__.endswith("_compiled_loops")
    before = ours(plan, weights, shown)[1]
    if without == "numba":
        monkeypatch.setitem(sys.modules, f"{through_time.__name__}._compiled_loops", None)
        monkeypatch.delattr(through_time, "_compiled_loops", raising=False)
    else:
        monkeypatch.setattr(_products, "find_spec", lambda name: None)
        assert _products.product(device) is torch.bmm
    assert _unrolled.loops(plan.course, device)[0].__module__.endswith("_tensor_loops")
    close(ours(plan, weights, shown)[1], before, 1e-13)


def test_an_error_of_zero_leads_nowhere():
    plan = plan_of()
    weights, shown = weights_of(plan), shown_of(plan)
    shown = replace(shown, targets=torch.zeros_like(shown.targets))
    silent = replace(weights, output_weights=torch.zeros_like(weights.output_weights))
    error, gradient = ours(plan, silent, shown)
    assert error.tolist() == [0, 0]
    assert all(not part.any() for part in gradient)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_rates_and_gains_are_those_of_the_activation(activation):
    currents = np.random.default_rng(0).normal(0, 3, (5, 12))
    x = torch.from_numpy(currents.copy())
    rates = torch.empty_like(x)
    rates_into(activation, x)(x, rates)
    into_gains(activation, x)
    np.testing.assert_allclose(rates.numpy(), activation(currents), atol=1e-12)
    np.testing.assert_allclose(x.numpy(), activation.derivative(currents), atol=1e-12)


# What learning conserves


def drift(plan, weights, gradient):
    """How neural gradient and charge change per unit of time along -gradient, to first order.

    Both are quadratic, so a central difference is exact but for rounding.
    """

    def moved(step):
        parts = zip(weights, gradient, strict=True)
        return charges(Weights(*(part - step * slope for part, slope in parts)))

    ahead, behind = moved(0.5), moved(-0.5)
    return ahead[0] - behind[0], ahead[1] - behind[1]


@pytest.mark.parametrize("activation", ["relu", "linear", "abs", LEAKY])
def test_learning_conserves_the_charge_and_not_the_neural_gradient(activation):
    plan = plan_of(activation=activation)
    weights = weights_of(plan)
    neural, charge = drift(plan, weights, ours(plan, weights, shown_of(plan))[1])
    assert charge.abs().max() < 1e-12 * neural.abs().max()
    assert neural.norm() > 0.01


def test_of_units_that_are_not_homogeneous_nothing_is_conserved():
    plan = plan_of(activation="tanh")
    weights = weights_of(plan)
    neural, charge = drift(plan, weights, ours(plan, weights, shown_of(plan))[1])
    assert charge.norm() > 0.01 * neural.norm()


def test_with_a_penalty_the_charge_falls_with_the_neural_gradient():
    plan = plan_of(penalty=0.3)
    weights = weights_of(plan)
    gradient = ours(plan, weights, shown_of(plan))[1]
    penalise(gradient, weights, plan.penalty)
    charge = drift(plan, weights, gradient)[1]
    torch.testing.assert_close(charge, -4 * 0.3 * charges(weights)[0], rtol=1e-9, atol=1e-11)


def test_small_steps_conserve_the_charge_to_first_order():
    """Twice as many steps of half the size leave half the change."""

    def change(rate, iterations):
        plan = plan_of(rate=rate, clip=None)
        weights = weights_of(plan)
        before = charges(weights)
        after = charges(taught(plan, weights, iterations, fresh=False).weights)
        return [float((b - a).norm()) for a, b in zip(before, after, strict=True)]

    coarse, fine = change(1e-3, 40), change(5e-4, 80)
    assert coarse[1] / fine[1] == pytest.approx(2, rel=0.1)  # the charge, an effect of finite steps
    assert coarse[0] / fine[0] == pytest.approx(1, rel=0.1)  # the neural gradient really changes
    assert fine[1] < 0.1 * fine[0]


def taught(plan, weights, iterations, *, fresh=True):
    learner = newborn(weights.each(torch.clone), plan)
    memory = memory_for(weights, shown_of(plan), plan.course)
    for iteration in range(iterations):
        shown = shown_of(plan, iteration=iteration if fresh else 0)
        with _products.quiet_thread(), torch.no_grad():
            learner, _ = iterated(plan, (0, 1), learner, shown, memory)
    return learner


# An iteration


def test_an_iteration_is_one_step_down_the_gradient():
    plan = plan_of(penalty=0.2, rate=0.01, clip=None)
    weights, shown = weights_of(plan), shown_of(plan)
    slopes = by_autograd(plan, weights, shown)[1]
    after = taught(plan, weights, 1)
    assert after.iterations == 1
    for part, before, slope in zip(after.weights, weights, slopes, strict=True):
        torch.testing.assert_close(part, before - 0.01 * slope, rtol=1e-12, atol=1e-14)


def test_long_gradients_are_shortened_each_replica_by_itself():
    plan = plan_of(rate=1.0, clip=2.0)
    weights = weights_of(plan)
    gradient = weights.each(torch.clone)
    for part in gradient:
        part[0] *= 100
        part[1] *= 1e-3
    expected = [part.clone() for part in gradient]
    norm = norms(gradient)
    assert norm[0] == pytest.approx(torch.cat([p[0].flatten() for p in expected]).norm().item())
    after = descend(Learner(weights.each(torch.clone)), gradient, norm, plan).weights
    steps = [before - now for before, now in zip(weights, after, strict=True)]
    assert norms(Weights(*steps)).tolist() == pytest.approx([2.0, norm[1].item()])
    for step, slope in zip(steps, expected, strict=True):
        torch.testing.assert_close(step[0], slope[0] * 2 / norm[0], rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(step[1], slope[1], rtol=1e-9, atol=1e-12)


def test_adam_is_that_of_pytorch():
    plan = plan_of(optimiser="adam", rate=1e-2, penalty=0.1, clip=None)
    weights = weights_of(plan)
    parts = [part.clone().requires_grad_() for part in weights]
    theirs = torch.optim.Adam(parts, lr=1e-2)
    for iteration in range(4):
        loss = error_by_autograd(plan, parts, shown_of(plan, iteration=iteration)).sum()
        theirs.zero_grad()
        (loss + 0.1 * (parts[0] ** 2).sum()).backward()
        theirs.step()
    after = taught(plan, weights, 4)
    close(after.weights, [part.detach() for part in parts])


def test_what_is_observed_of_an_iteration():
    plan = plan_of(penalty=0.3)
    weights, shown = weights_of(plan), shown_of(plan)
    error, gradient = ours(plan, weights, shown)
    row = observed(weights, error, 0.3, norms(gradient))
    seen = dict(zip(COLUMNS, row[1].tolist(), strict=True))
    J, inputs, outputs, bias = (part[1].numpy() for part in weights)  # noqa: N806
    r, s = (J**2).sum(1), (J**2).sum(0)
    assert seen["cost"] == pytest.approx((J**2).sum())
    assert seen["rmse"] == error[1]
    assert seen["loss"] == pytest.approx(error[1] + 0.3 * (J**2).sum())
    assert seen["neural_gradient"] == pytest.approx(np.linalg.norm(r - s))
    charge = r - s + (inputs**2).sum(1) + bias**2 - (outputs**2).sum(0)
    assert seen["charge"] == pytest.approx(np.linalg.norm(charge))
    rng = np.random.default_rng(0)
    orders = [np.sum((rng.permutation(r) - s) ** 2) for _ in range(4000)]
    assert seen["null"] == pytest.approx(np.sqrt(np.mean(orders)), rel=0.02)


def test_newborn_networks_have_the_variance_they_should():
    weights = born(200, 50, 40, 3, 0, torch.float64)
    for part in list(weights)[:3]:
        assert part.var().item() == pytest.approx(1 / 200, rel=0.05)
    assert not weights.bias.any()
    single = born(200, 50, 40, 3, 0, torch.float32)
    assert torch.equal(single.recurrent, weights.recurrent.float())
    assert not torch.equal(born(200, 50, 40, 3, 1, torch.float64).recurrent, weights.recurrent)


# Settings that diverge


def test_the_settings_of_the_published_text_diverge():
    """Squared errors summed over times and outputs, mean over conditions, no limit, rate 3e-3.

    The gradient of that sum is the one of the root mean square, times 2 count rmse / conditions.
    """
    plan = plan_of(replace(SMALL, n_steps=50), dt=0.1, n_neurons=64, rate=3e-3, clip=None)
    weights = weights_of(plan, shift=0.0)
    losses = []
    for iteration in range(4):
        shown = shown_of(plan, iteration=iteration)
        error, gradient = ours(plan, weights, shown)
        scale = (2 * shown.targets[0].numel() * error / 8).view(-1, 1, 1)
        losses.append(float((error[0] ** 2) * shown.targets[0].numel() / 8))
        shapes = (scale, scale, scale, scale[:, 0])
        parts = zip(weights, gradient, shapes, strict=True)
        weights = Weights(*(part - 3e-3 * each * slope for part, slope, each in parts))
    assert losses[1] > 1e6 * losses[0]
    assert not np.isfinite(losses[-1])


def test_divergence_is_noticed_before_it_spoils_the_weights():
    plan = plan_of(rate=1e30, clip=None, penalty=0.1)
    weights = weights_of(plan)
    learner = newborn(weights.each(torch.clone), plan)
    shown = shown_of(plan)
    memory = memory_for(weights, shown, plan.course)

    def go_on():
        with _products.quiet_thread(), torch.no_grad():
            return iterated(plan, (4, 7), learner, shown, memory)[0]

    learner = go_on()
    assert learner.weights.recurrent.abs().max() > 1e20
    before = learner.weights.each(torch.clone)
    message = (
        r"HM015 the loss of replica 4 or its gradient is not finite in iteration 2 "
        r"\(sgd, rate 1e\+30, no clip, penalty 0\.1\)\. Lower the rate, or clip"
    )
    with pytest.raises(HomologError, match=message):
        go_on()
    assert all(torch.equal(a, b) for a, b in zip(before, learner.weights, strict=True))

"""The benchmark of training in time: what it counts, what it compares, what it says."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from benchmarks.recurrent import measuring, page, plain
from benchmarks.recurrent.measuring import REPLICAS, WORK, Measured, flops
from benchmarks.rules.alternating import Taken


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(measuring, "N_NEURONS", 20)


def taken(seconds: float) -> Taken:
    return Taken((seconds, 2 * seconds, 3 * seconds))


def measured(ours: float = 0.02) -> Measured:
    products = {name: taken(work / 100e9) for name, work in WORK.items()}
    alike = {"float64": 1e-15, "float32": 1e-6}
    each = {count: taken(ours) for count in REPLICAS}
    return Measured(each, taken(0.03), taken(0.08), products, alike, (2.5, 3.5))


def test_plain_numpy_has_the_same_gradient(small):
    assert measuring.difference("float64") < 1e-12
    assert measuring.difference("float32") < 1e-4


def test_another_gradient_is_not_timed(small, monkeypatch):
    monkeypatch.setattr(plain, "DT", 0.2)
    with pytest.raises(RuntimeError, match=r"gradients differ by .* in float64, more than allowed"):
        measuring._alike("float64")


def test_both_ways_of_writing_it_learn_the_same(small):
    weights = [part[0].numpy() for part in measuring.newborns(measuring.plan_of(), 1)]
    parts = [torch.from_numpy(part.copy()).requires_grad_() for part in weights]
    one, other = (np.random.default_rng(0) for _ in range(2))
    for _ in range(3):
        plain.iteration_by_numpy(weights, one, 0.3)
        plain.iteration_by_autograd(parts, other, 0.3)
    for ours, theirs in zip(weights, parts, strict=True):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), atol=1e-5)


def test_its_trials_are_those_of_the_task():
    inputs, targets = plain.trials(np.random.default_rng(0), "float64")
    task = plain.TASK.draw()
    assert inputs.shape == task.inputs.swapaxes(0, 1).shape
    assert abs((inputs - np.round(inputs.mean(0))).std() - 0.3) < 0.02
    np.testing.assert_array_equal(np.round(inputs.mean(0)), np.round(task.inputs.mean(1)))
    for trial, context in enumerate(task.labels["context"]):
        relevant = inputs[:, trial, 2 + 2 * context : 4 + 2 * context]
        np.testing.assert_allclose(targets[:, trial], np.cumsum(relevant, 0))


def test_operations_are_those_of_three_products_for_each_substep():
    assert flops() == 2 * 8 * 256**2 * 1499


def test_speeds_and_the_least_time_follow_from_seconds():
    assert list(measured().speeds.values()) == pytest.approx([100] * len(WORK))
    assert measured().floor == pytest.approx(flops() / 100e9)


def test_the_page_shows_what_was_measured():
    text = page.page(measured())
    assert "| homolog, 1 replica | 20.0 | 40.0 | 79 | 1.50 × |" in text
    assert "| plain NumPy | 30.0 | 60.0 | 52 | 1.00 × |" in text
    assert "| substep, NumPy | 100 |" in text
    assert "1e-15 in float64, 1e-06 in float32" in text
    assert "What is reached is 1.5 times, 79% of what the products alone" in text
    assert "no code can take less than 15.7 ms here" in text
    assert "2.5 wanted a processor before the run, 3.5 after it" in text

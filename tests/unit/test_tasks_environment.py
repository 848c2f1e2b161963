"""Environments that make trials become tasks in time; here small ones of our own."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from homolog import HomologError, tasks
from homolog.tasks import TemporalTask


class Duck:
    """Quacks as neurogym's environments do: a stimulus, then a choice, of random length."""

    action_space = SimpleNamespace(n=3)

    def reset(self, seed=None):
        self.rng = np.random.RandomState(seed)
        return np.zeros(2), {}

    def new_trial(self):
        length = self.rng.randint(4, 9)
        side = self.rng.randint(1, 3)
        self.ob = np.ones((length, 2)) * side + self.rng.randn(length, 2)
        self.gt = np.zeros(length, int)
        self.gt[-2:] = side
        self.trial = {"ground_truth": side, "coherence": 0.5, "kind": "odd", "parts": [1, 2]}
        return self.trial


class Seeded(Duck):
    """Is started with a seed by a function of its own, and not by `reset`."""

    def reset(self, seed=None):
        self.seed(None)

    def seed(self, seed):
        self.rng = np.random.RandomState(seed)


class Continuous(Duck):
    def new_trial(self):
        super().new_trial()
        self.gt = np.stack([np.sin(self.gt), np.cos(self.gt)], 1)


def changed(**parts):
    """A duck whose trials have other parts."""

    class Changed(Duck):
        def new_trial(self):
            super().new_trial()
            vars(self).update(parts)

    return Changed()


def test_an_environment_becomes_a_task():
    task = tasks.from_environment(Duck(), step=0.2, batch=6)
    assert isinstance(task, TemporalTask)
    assert (task.n_inputs, task.n_outputs, task.n_classes, task.called) == (2, 3, 3, "Duck")
    trials = task.draw(rng=4)
    assert trials.step == 0.2
    assert len(trials.inputs) == 6
    assert set(trials.labels) == {"ground_truth", "coherence", "kind"}  # no list is a label
    for t, side in enumerate(trials.labels["ground_truth"]):
        length = int(trials.mask[t].sum())
        assert 4 <= length <= 8
        assert trials.mask[t, :length].all()
        assert (trials.targets[t, length - 2 : length].argmax(1) == side).all()
        assert (trials.targets[t, :length].sum(1) == 1).all()
        assert not trials.targets[t, length:].any()
        assert not trials.inputs[t, length:].any()
        assert trials.inputs[t, :length].all()
    assert len(set(trials.mask.sum(1))) > 1


@pytest.mark.parametrize("kind", [Duck, Seeded])
def test_its_trials_depend_on_the_seed_and_their_number_alone(kind):
    task = tasks.from_environment(kind())
    many, few = task.draw(rng=4, n_trials=30), task.draw(rng=4, n_trials=3)
    n_steps = few.inputs.shape[1]
    np.testing.assert_array_equal(few.inputs, many.inputs[:3, :n_steps])
    np.testing.assert_array_equal(few.mask, many.mask[:3, :n_steps])
    assert task.draw(rng=5, n_trials=1).inputs[0, 0, 0] != few.inputs[0, 0, 0]


def test_trials_of_one_length_need_no_mask():
    same = {"ob": np.ones((4, 2)), "gt": np.array([0, 0, 1, 2])}
    trials = tasks.from_environment(changed(**same)).draw()
    assert trials.mask is None
    assert trials.targets[0].tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_an_environment_that_wants_real_numbers():
    task = tasks.from_environment(Continuous())
    assert (task.n_outputs, task.n_inputs) == (2, 2)
    trials = task.draw(n_trials=1)
    side = int(trials.labels["ground_truth"][0])
    np.testing.assert_allclose(trials.targets[0, -1], [np.sin(side), np.cos(side)])


def test_a_wrapped_environment_is_unwrapped():
    inner = Duck()
    assert tasks.from_environment(SimpleNamespace(unwrapped=inner)).environment is inner


@pytest.mark.parametrize(
    ("environment", "options", "message"),
    [
        (object(), {}, r"object is without reset\(\); they need reset\(seed=…\), new_trial\(\)"),
        (changed(gt=[0, 7]), {}, r"Changed\.gt is \[0\.0, 7\.0\]; they need whole numbers from 0 "),
        (changed(gt=[0, 0.5]), {}, r"Changed\.gt is \[0\.0, 0\.5\]; they need whole numbers"),
        (changed(gt=[0, 1], ob=np.ones((3, 2))), {}, r"Changed is \(\(3, 2\), \(2, 3\)\); they n"),
        (changed(ob=np.ones(4)), {}, r"Changed is .* they need ob \(time, input\) and gt"),
        (changed(ob="seen"), {}, r"Changed\.ob is not there; they need an array of real"),
        (Duck(), {"n_classes": 2}, r"Duck\.gt is .* whole numbers from 0 to 1; say how many with"),
    ],
)
def test_an_environment_that_cannot_be_read(environment, options, message):
    with pytest.raises(HomologError, match=f"HM058 trials: {message}"):
        tasks.from_environment(environment, **options).draw()


def test_trials_that_change_their_size():
    class Growing(Duck):
        count = 0

        def new_trial(self):
            super().new_trial()
            self.count += 1
            self.ob = np.ones((len(self.gt), self.count))

    with pytest.raises(HomologError, match=r"trial 0 of Growing is \(2, 3\); they need 1 inputs a"):
        tasks.from_environment(Growing()).draw()

"""Trainings in time: the same alone and among others, killed and taken up again, or refused."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import tomllib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")

import torch

import homolog
from homolog import HomologError
from homolog.networks import load_recurrent
from homolog.tasks.context_integration import ContextIntegration
from homolog.tasks.delayed_match import DelayedMatch
from homolog.training.through_time import _course
from unit.test_tasks_environment import Duck

SMALL = ContextIntegration(n_steps=6)
PARTS = ("recurrent", "input_weights", "output_weights", "bias")

KILLED = """
import homolog
from homolog.training.through_time import _course
from homolog.tasks.context_integration import ContextIntegration
_course.KEEP_EVERY = 7
homolog.train_recurrent(
    ContextIntegration(n_steps=6), n_neurons=12, iterations=400, replicas=2, folder={folder!r}
)
"""


def taught(task=SMALL, **options):
    return homolog.train_recurrent(task, **{"n_neurons": 12, "iterations": 12, **options})


def same(one, other, which=slice(None), where=slice(None)):
    """Replicas `which` of one are those `where` of the other, to the last bit."""
    for part in PARTS:
        a, b = getattr(one.networks, part)[which], getattr(other.networks, part)[where]
        np.testing.assert_array_equal(a, b)
    numbers = np.array(one.numbers)[which], np.array(other.numbers)[where]
    np.testing.assert_array_equal(*numbers)
    histories = (
        each.history[each.history.replica.isin(numbers[0])].reset_index(drop=True)
        for each in (one, other)
    )
    pd.testing.assert_frame_equal(*histories, check_exact=True)


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(_course, "KEEP_EVERY", 4)


def iterations_in(folder, number=0):
    """As another program would read them; 0 while nothing has been kept."""
    path = folder / f"replica-{number}/checkpoint.npz"
    return len(np.load(path)["history"]) if path.exists() else 0


# What comes out


def test_what_a_training_leaves():
    training = taught(replicas=[4, 1], penalty=0.1)
    assert training.numbers == (4, 1)
    assert training.networks.recurrent.shape == (2, 12, 12)
    assert training.networks.dtype == np.float32
    assert training.networks.name == "context_integration"
    history = training.history
    assert history.columns.tolist() == [
        "replica", "iteration", "loss", "rmse", "neural_gradient", "null", "charge", "cost",
        "gradient_norm",
    ]  # fmt: skip
    assert history.replica.tolist() == [4] * 12 + [1] * 12
    assert history.iteration.tolist() == [*range(1, 13)] * 2
    np.testing.assert_allclose(history.loss, history.rmse + 0.1 * history.cost, rtol=1e-12)
    text = str(training)
    assert text.startswith("<RecurrentNetwork 'context_integration': 12 relu neurons")
    assert "after 12 iterations" in text
    assert training.last.index.tolist() == [4, 1]


def test_learning_makes_the_error_smaller():
    history = taught(iterations=300, replicas=2).history
    begin, end = (
        history[history.iteration.between(*span)].groupby("replica").rmse.mean()
        for span in ((1, 20), (281, 300))
    )
    assert (end < 0.85 * begin).all()


def test_the_trained_network_does_what_training_saw():
    """The error of the last row is that of the network before its last step, run by NumPy."""
    training, before = (taught(iterations=n, dtype="float64") for n in (12, 11))
    plan = SimpleNamespace(task=SMALL, rng=0, batch=8, device="cpu", precision=torch.float64)
    shown = _course.drawn(plan, [0], 11)
    inputs, targets = (part[0].numpy().swapaxes(0, 1) for part in (shown.inputs, shown.targets))
    outputs = before.networks.replica(0).run(inputs).outputs
    error = np.sqrt(np.mean((outputs - targets) ** 2))
    assert training.history.rmse.iloc[-1] == pytest.approx(error, rel=1e-12)


def test_precisions_begin_alike_and_stay_near():
    single, double = (taught(dtype=dtype) for dtype in ("float32", "float64"))
    assert (single.networks.dtype, double.networks.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(single.networks.recurrent, double.networks.recurrent, atol=1e-5)
    assert not np.array_equal(single.networks.recurrent, double.networks.recurrent)


def test_trainings_that_differ_in_the_penalty_begin_alike():
    one, other = (taught(penalty=penalty).history for penalty in (0.0, 0.3))
    assert one.rmse[0] == other.rmse[0]
    assert one.cost[0] == other.cost[0]
    assert one.cost.iloc[-1] > other.cost.iloc[-1]


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("n_neurons", [12, 23])
def test_a_replica_is_the_same_alone_and_among_others(optimiser, n_neurons):
    options = {"optimiser": optimiser, "n_neurons": n_neurons, "penalty": 0.1}
    among = taught(replicas=5, **options)
    same(taught(replicas=[3], **options), among, slice(None), slice(3, 4))
    assert not np.array_equal(among.networks.recurrent[0], among.networks.recurrent[1])


def test_a_replica_of_full_size_is_the_same_alone_and_among_others():
    options = {"n_neurons": 256, "iterations": 2, "penalty": 0.3}
    task = ContextIntegration()
    same(
        taught(task, replicas=[1], **options),
        taught(task, replicas=3, **options),
        where=slice(1, 2),
    )


def test_other_seeds_are_other_networks():
    one, other = taught(rng=0), taught(rng=1)
    assert not np.array_equal(one.networks.recurrent, other.networks.recurrent)
    same(taught(rng=np.random.default_rng(5)), taught(rng=np.random.default_rng(5)))


@pytest.mark.parametrize("name", homolog.tasks.names("temporal"))
def test_every_task_can_be_learned(name):
    training = homolog.train_recurrent(name, n_neurons=8, iterations=2)
    assert np.isfinite(training.history.loss).all()


def test_trials_of_an_environment_of_many_lengths():
    task = homolog.tasks.from_environment(Duck(), batch=4)
    training = taught(task, replicas=2, iterations=4)
    assert training.networks.name == "environment"
    assert np.isfinite(training.history.loss).all()


def test_progress_is_told():
    told = []
    taught(replicas=2, iterations=150, progress=lambda *news: told.append(news))
    assert [news[1:] for news in told] == [(100, 150), (150, 150)]
    assert told[0][0].startswith("12 neurons on context_integration, 2 replicas — error ")


# Kept, killed and taken up again


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_more_iterations_and_replicas_than_before(tmp_path, often, optimiser):
    taught(iterations=5, folder=tmp_path, optimiser=optimiser)
    later = taught(iterations=11, replicas=3, folder=tmp_path, optimiser=optimiser)
    same(later, taught(iterations=11, replicas=3, optimiser=optimiser))
    same(taught(iterations=11, replicas=3, folder=tmp_path, optimiser=optimiser), later)


def test_a_training_killed_at_any_moment_goes_on_as_if_it_had_not_been(tmp_path, often):
    """By SIGKILL, which no handler sees."""
    folder, delays, before = tmp_path / "run", random.Random(0), -1
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", KILLED.format(folder=str(folder))])
        while process.poll() is None and iterations_in(folder) <= max(before, 0):
            time.sleep(0.002)
        time.sleep(delays.uniform(0, 0.05))
        process.kill()
        process.wait()
        now = iterations_in(folder)
        assert max(before, 0) < now < 400
        before = now
    same(taught(iterations=400, replicas=2, folder=folder), taught(iterations=400, replicas=2))
    assert [one.name for one in folder.rglob(".*")] == []


class Killed(BaseException):
    """In place of a kill, at a moment of the test's choosing."""


@pytest.mark.parametrize("moment", ["nothing written", "half written", "network written"])
def test_between_any_two_writes_nothing_is_lost(tmp_path, often, monkeypatch, moment):
    """The first replica has been kept three times, the second twice and a part."""
    keep, count = _course.keep, 0

    def torn(folder, replica, *others):
        nonlocal count
        count += 1
        if count == 6:
            place = folder / f"replica-{replica.number}"
            checkpoint = (place / "checkpoint.npz").read_bytes()
            if moment == "half written":
                (place / ".torn.npz").write_bytes(b"half")
            if moment == "network written":
                keep(folder, replica, *others)
                (place / "checkpoint.npz").write_bytes(checkpoint)
            raise Killed
        keep(folder, replica, *others)

    with monkeypatch.context() as patch:
        patch.setattr(_course, "keep", torn)
        with pytest.raises(Killed):
            taught(replicas=2, iterations=20, folder=tmp_path / "run")
    assert [iterations_in(tmp_path / "run", number) for number in (0, 1)] == [12, 8]
    again = taught(replicas=2, iterations=20, folder=tmp_path / "run")
    same(again, taught(replicas=2, iterations=20))
    assert sorted(one.name for one in (tmp_path / "run/replica-1").iterdir()) == [
        "checkpoint.npz", "network.npz"
    ]  # fmt: skip


def test_workers_give_the_same(tmp_path):
    same(taught(replicas=3, workers=2, folder=tmp_path), taught(replicas=3))
    same(taught(replicas=2, workers=2), taught(replicas=2))


def test_the_folder_can_be_read(tmp_path, often):
    training = taught(replicas=2, folder=tmp_path, activation="leaky", penalty=0.1)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["replica-0", "replica-1", "run.toml"]
    kept = load_recurrent(tmp_path / "replica-1/network.npz")
    np.testing.assert_array_equal(kept.recurrent, training.networks.recurrent[1])
    assert kept.phi == training.networks.phi
    read = homolog.training.read_recurrent(tmp_path)
    same(read, training)
    assert read.networks.phi.name == "leaky"
    said = tomllib.loads((tmp_path / "run.toml").read_text())
    assert (said["task"], said["penalty"], said["slopes"]) == ("context_integration", 0.1, 0.01)
    assert said["settings"] == {
        "n_steps": 6, "noise": 0.3, "strength": 1.0, "n_streams": 2, "n_options": 2, "step": 1.0
    }  # fmt: skip
    assert set(said["versions"]) == {"homolog", "python", "numpy", "torch"}


def test_a_training_that_goes_on_can_be_read(tmp_path, often, monkeypatch):
    read = []

    def reading(what, done, total):
        read.append(len(homolog.training.read_recurrent(tmp_path).history))

    taught(folder=tmp_path, progress=reading)
    assert read == [4, 8, 12]
    writing = tmp_path / "replica-0/.half.npz"
    writing.write_bytes(b"half")
    assert homolog.training.read_recurrent(tmp_path).numbers == (0,)
    assert writing.exists()  # of a training that is writing it just now


# Refused


def test_another_training_is_refused_and_told_apart(tmp_path):
    taught(folder=tmp_path)
    for changes, message in [
        ({"penalty": 0.2}, "penalty was 0.0, now 0.2"),
        ({"clip": None}, "clip was 10.0, now None"),
        ({"task": ContextIntegration(n_steps=7)}, "settings.n_steps was 6, now 7"),
        ({"activation": "leaky"}, "activation was 'relu', now 'leaky'; slopes was None, now 0.01"),
        ({"rng": 3}, "rng was 0, now 3"),
    ]:
        with pytest.raises(HomologError, match=f"HM046 .* of other settings: {message}"):
            taught(folder=tmp_path, **changes)
    with pytest.raises(HomologError, match=r"HM025 iterations is 5; allowed: 12 or more: replica"):
        taught(folder=tmp_path, iterations=5)


def test_a_folder_of_a_rule_is_another_training(tmp_path):
    from unit.learning import clusters

    homolog.train("backprop", clusters(), (5, 8, 3), epochs=1, folder=tmp_path)
    with pytest.raises(HomologError, match=r"HM046 .* task was 'clusters', now 'context_integra"):
        taught(folder=tmp_path)


def test_a_folder_in_use(tmp_path):
    def again(*_):
        with pytest.raises(HomologError, match=f"HM047 process {os.getpid()} is training in"):
            taught(folder=tmp_path)

    taught(folder=tmp_path, progress=again)


@pytest.mark.parametrize("content", [b"", b"half a file"])
def test_a_damaged_checkpoint(tmp_path, content):
    taught(folder=tmp_path)
    (tmp_path / "replica-0/checkpoint.npz").write_bytes(content)
    with pytest.raises(HomologError, match=r"HM021 .*checkpoint\.npz"):
        taught(folder=tmp_path)


def test_nothing_to_read(tmp_path):
    with pytest.raises(HomologError, match=r"HM059 .* holds no training of recurrent networks"):
        homolog.training.read_recurrent(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "integration"}, "HM023 no task 'integration'. Closest: 'context_integration'"),
        ({"task": "digits"}, r"HM023 .* stimuli with classes: homolog\.tasks\.load\('digits'\)"),
        ({"task": ContextIntegration}, "HM025 task is .*; allowed: a task in time with its setti"),
        ({"task": 3}, "HM025 task is 3; allowed: a task in time"),
        ({"activation": "step"}, "HM023 no activation 'step'"),
        ({"activation": homolog.networks.Activation("leaky", (0.1, 0.2))}, "HM053 .*2 slopes; exp"),
        ({"n_neurons": 0}, "HM025 n_neurons is 0; allowed: a whole number, 1 or more"),
        ({"iterations": 0}, "HM025 iterations is 0"),
        ({"penalty": -0.1}, "HM025 penalty is -0.1; allowed: a number from 0"),
        ({"rate": 0.0}, "HM025 rate is 0.0; allowed: a number above 0"),
        ({"clip": 0}, "HM025 clip is 0; allowed: a number above 0"),
        ({"clip": float("nan")}, "HM025 clip is nan"),
        ({"optimiser": "lbfgs"}, 'HM025 optimiser is \'lbfgs\'; allowed: "sgd" or "adam"'),
        ({"dtype": "float16"}, 'HM025 dtype is \'float16\'; allowed: "float32" or "float64"'),
        ({"dt": 0.3}, "HM025 dt is 0.3; allowed: 1 or less, and 1, the task's step, over a whole"),
        ({"dt": 1.5}, "HM025 dt is 1.5; allowed: 1 or less"),
        ({"batch": 0}, "HM025 batch is 0"),
        ({"replicas": [1, 1]}, r"HM025 replicas is \[1, 1\]; allowed: how many"),
        ({"rng": -1}, "HM025 rng is -1; allowed: a whole number, 0 or more"),
        ({"device": "abacus"}, "HM025 device is 'abacus'; allowed: \"cpu\""),
        ({"workers": 0}, "HM025 workers is 0"),
    ],
)
def test_what_makes_no_training(options, message):
    with pytest.raises(HomologError, match=message):
        taught(**options)


def test_divergence_leaves_what_was_kept(tmp_path, often):
    with pytest.raises(HomologError, match="HM015 the loss of replica 0") as error:
        taught(folder=tmp_path, rate=50.0, clip=None, iterations=100, penalty=0.05)
    assert "Lower the rate, or clip the gradient" in str(error.value)
    assert iterations_in(tmp_path) % 4 == 0


def test_a_mask_limits_what_is_learned():
    """Targets that do not count change nothing."""
    task = DelayedMatch(n_items=2, wait=1, shown=1, delay=(1, 4), response=2, batch=4)

    class Other(DelayedMatch):
        def draw(self, rng=0, n_trials=None):
            trials = super().draw(rng, n_trials)
            targets = np.where(trials.mask[..., None] > 0, trials.targets, 9.0)
            return homolog.tasks.Trials(trials.inputs, targets, trials.mask, trials.labels)

    other = Other(n_items=2, wait=1, shown=1, delay=(1, 4), response=2, batch=4)
    same(taught(task), taught(other))

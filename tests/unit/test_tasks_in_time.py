"""Tasks in time: what each of them asks, how its trials are drawn, and what becomes of labels."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from homolog import HomologError, tasks
from homolog.tasks import TemporalTask, Trials
from homolog.tasks.context_integration import ContextIntegration
from homolog.tasks.delayed_match import DelayedMatch
from homolog.tasks.evidence_accumulation import EvidenceAccumulation
from homolog.tasks.flip_flop import FlipFlop
from homolog.tasks.memory_guided_direction import MemoryGuidedDirection

EVERY = tasks.names("temporal")


def same(one: Trials, other: Trials, n_trials: int) -> None:
    for name in ("inputs", "targets", "mask"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_array_equal(a[:n_trials], b[:n_trials])
    for name, values in one.labels.items():
        np.testing.assert_array_equal(values[:n_trials], other.labels[name][:n_trials])


def test_tasks_in_time_are_found_by_name():
    assert EVERY == (
        "context_integration",
        "delayed_match",
        "evidence_accumulation",
        "flip_flop",
        "memory_guided_direction",
    )
    assert tasks.find(" Flip-Flop ") is FlipFlop


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: tasks.find("flipflop"),
            "HM023 no task 'flipflop'. Closest: 'flip_flop'. All: context_integration, delayed",
        ),
        (
            lambda: tasks.find("digits"),
            "It has stimuli with classes: homolog.tasks.load('digits').",
        ),
        (lambda: tasks.load("flip_flop"), "It is a task in time: homolog.tasks.find('flip_flop')."),
        (lambda: tasks.find(3), 'HM025 task is 3; allowed: a name, one of homolog.tasks.names("t'),
        (lambda: tasks.names("images"), 'kind is \'images\'; allowed: "classification" or "temp'),
    ],
)
def test_a_task_of_the_other_kind_or_none(ask, message):
    with pytest.raises(HomologError) as error:
        ask()
    assert message in str(error.value)


@pytest.mark.parametrize("name", EVERY)
def test_every_task_keeps_the_contract(name):
    task = tasks.find(name)()
    assert isinstance(task, TemporalTask)
    assert task.name == name
    assert task.source.startswith("https://doi.org/")
    trials = task.draw(rng=5)
    assert len(trials.inputs) == task.batch
    assert (trials.inputs.shape[2], trials.targets.shape[2]) == (task.n_inputs, task.n_outputs)
    assert trials.labels
    assert trials.step == task.step == 1
    with pytest.raises(FrozenInstanceError):
        task.step = 2.0


@pytest.mark.parametrize("name", EVERY)
def test_a_trial_depends_on_the_seed_and_its_number_alone(name):
    task = tasks.find(name)()
    many = task.draw(rng=5, n_trials=40)
    same(task.draw(rng=5, n_trials=3), many, 3)
    assert not np.array_equal(task.draw(rng=6, n_trials=3).inputs, many.inputs[:3])
    assert not np.array_equal(many.inputs[0], many.inputs[24])  # same condition where there are 8
    generator = np.random.default_rng(0)
    first, second = task.draw(generator, 2), task.draw(generator, 2)
    assert not np.array_equal(first.inputs, second.inputs)
    same(task.draw(np.random.default_rng(0), 2), first, 2)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(("rng", "n_trials"), [(-1, 2), (0, 0), (1.5, 2)])
def test_what_is_no_seed_or_number_of_trials(name, rng, n_trials):
    with pytest.raises(HomologError, match=r"HM025 (rng|n_trials) is .* a whole number"):
        tasks.find(name)().draw(rng, n_trials)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (ContextIntegration, {"n_steps": 0}, "n_steps is 0; allowed: a whole number, 1 or more"),
        (ContextIntegration, {"noise": -0.1}, "noise is -0.1; allowed: a number from 0"),
        (ContextIntegration, {"step": 0}, "step is 0; allowed: a number above 0"),
        (ContextIntegration, {"n_options": 1}, "n_options is 1; allowed: a whole number, 2 or"),
        (DelayedMatch, {"delay": (5, 3)}, r"delay is \(5, 3\); allowed: the shortest first"),
        (DelayedMatch, {"delay": 5}, "delay is 5; allowed: the shortest and the longest, as in"),
        (DelayedMatch, {"n_items": 1}, "n_items is 1"),
        (EvidenceAccumulation, {"log_ratios": ()}, r"log_ratios is \(\); allowed: a tuple of"),
        (EvidenceAccumulation, {"log_ratios": (float("inf"),)}, "log_ratios is inf; allowed"),
        (EvidenceAccumulation, {"rate": 0.0}, "rate is 0.0; allowed: a number above 0"),
        (FlipFlop, {"probability": 1.5}, "probability is 1.5; allowed: a number from 0 to 1"),
        (FlipFlop, {"n_bits": True}, "n_bits is True; allowed: a whole number"),
        (MemoryGuidedDirection, {"cue": 0}, "cue is 0; allowed: a whole number, 1 or more"),
        (MemoryGuidedDirection, {"noise": float("nan")}, "noise is nan; allowed"),
    ],
)
def test_settings_without_a_task_are_refused(kind, settings, message):
    with pytest.raises(HomologError, match=f"HM025 {message}"):
        kind(**settings)


# Each task


def test_context_integration_sums_the_noisy_relevant_stream():
    trials = ContextIntegration().draw(rng=1)
    assert trials.inputs.shape == (8, 50, 6)
    rows = zip(*(trials.labels[name] for name in ("context", "stream_1", "stream_2")), strict=True)
    expected = [(c, a, b) for c in (0, 1) for a in (0, 1) for b in (0, 1)]
    assert [tuple(map(int, row)) for row in rows] == expected
    for trial, (context, first, second) in enumerate(expected):
        shown = np.zeros(6)
        shown[[context, 2 + first, 4 + second]] = 1
        np.testing.assert_allclose(trials.inputs[trial].mean(0), shown, atol=5 * 0.3 / np.sqrt(50))
        relevant = trials.inputs[trial][:, 2 + 2 * context : 4 + 2 * context]
        np.testing.assert_allclose(trials.targets[trial], np.cumsum(relevant, 0), atol=1e-12)


def test_context_integration_has_the_noise_it_is_asked_for():
    trials = ContextIntegration(n_steps=500).draw(rng=1, n_trials=80)
    noise = trials.inputs - np.round(trials.inputs.mean(1, keepdims=True))
    assert abs(noise.std() - 0.3) < 0.003
    assert ContextIntegration(noise=0.0, strength=2.0).draw().inputs.max() == 2


def test_context_integration_of_other_sizes():
    task = ContextIntegration(n_streams=3, n_options=2, step=0.5, noise=0.0)
    trials = task.draw()
    assert (task.n_inputs, task.n_outputs, task.batch) == (9, 2, 24)
    assert len(set(trials.conditions())) == 24
    assert trials.step == 0.5
    assert trials.targets[-1, -1].tolist() == [0, 50]  # a sum over inputs, however long they last


def test_delayed_match_asks_for_a_match_after_both_items():
    task = DelayedMatch(noise=0.0)
    trials = task.draw(rng=2, n_trials=60)
    delays = trials.labels["delay"]
    assert (delays.min(), delays.max()) == (10, 20)
    for t in range(60):
        inputs, target, delay = trials.inputs[t], trials.targets[t], int(delays[t])
        sample, test = (int(trials.labels[name][t]) for name in ("sample", "test"))
        go = 5 + 5 + delay + 5
        assert inputs[5:10, 1:].sum(0).tolist() == [5 * (k == sample) for k in range(4)]
        assert inputs[go - 5 : go, 1:].sum(0).tolist() == [5 * (k == test) for k in range(4)]
        assert inputs[:, 1:].sum() == 10
        assert inputs[:go, 0].all()
        assert not inputs[go:, 0].any()
        match = int(trials.labels["match"][t])
        assert match == (sample == test)
        assert not target[:go].any()
        assert (target[go:] == ([1, 0] if match else [0, 1])).all()
        assert trials.mask[t].sum() == go + 10
        assert trials.mask[t, : go + 10].all()
    assert trials.labels["match"].mean() == 0.5


def test_evidence_accumulation_names_the_side_with_more_clicks():
    trials = EvidenceAccumulation().draw(rng=2, n_trials=600)
    difference = trials.inputs[:, :, 1].sum(1) - trials.inputs[:, :, 0].sum(1)
    np.testing.assert_array_equal(difference, trials.labels["difference"])
    choice = trials.labels["choice"]
    decided = difference != 0
    np.testing.assert_array_equal(np.sign(difference[decided]), choice[decided])
    ties = ~decided
    assert 0 < ties.sum() < 60
    np.testing.assert_array_equal(np.sign(trials.labels["log_ratio"][ties]), choice[ties])
    assert not trials.targets[:, :40].any()
    assert (trials.targets[:, 40:, 0] == choice[:, None]).all()
    rates = trials.inputs[trials.labels["log_ratio"] == 2, :40, :2].mean((0, 1))
    np.testing.assert_allclose(rates, 0.8 / (1 + np.exp([2, -2])), atol=0.05)


def test_evidence_accumulation_draws_lots_where_nothing_decides():
    trials = EvidenceAccumulation(log_ratios=(0.0,), clicks=4).draw(rng=2, n_trials=200)
    choices = trials.labels["choice"][trials.labels["difference"] == 0]
    assert set(choices.tolist()) == {-1, 1}


def test_flip_flop_holds_the_last_pulse():
    trials = FlipFlop(n_steps=100).draw(rng=2, n_trials=50)
    for t in range(50):
        held = np.zeros(3)
        for now in range(100):
            pulse = trials.inputs[t, now]
            held = np.where(pulse != 0, pulse, held)
            np.testing.assert_array_equal(trials.targets[t, now], held)
        assert [trials.labels[f"bit_{k}"][t] for k in (1, 2, 3)] == held.tolist()
    assert set(np.unique(trials.inputs)) == {-1, 0, 1}
    assert abs((trials.inputs != 0).mean() - 0.1) < 0.01
    assert not FlipFlop(probability=0.0).draw().targets.any()


def test_memory_guided_direction_points_to_where_the_cue_was():
    trials = MemoryGuidedDirection(noise=0.0).draw(rng=2, n_trials=16)
    assert trials.labels["direction"].tolist() == [45.0 * k for k in range(8)] * 2
    for t in range(16):
        angle = np.deg2rad(trials.labels["direction"][t])
        there = np.array([np.cos(angle), np.sin(angle)])
        go = 10 + int(trials.labels["delay"][t])
        np.testing.assert_allclose(trials.inputs[t, 5:10, 1:], np.tile(there, (5, 1)), atol=1e-12)
        assert not trials.inputs[t, :5, 1:].any()
        assert not trials.inputs[t, 10:, 1:].any()
        assert trials.inputs[t, :, 0].sum() == go
        assert not trials.targets[t, :go].any()
        np.testing.assert_allclose(trials.targets[t, go:], there[None].repeat(40 - go, 0))
        assert trials.mask[t].sum() == go + 10


# Trials


@pytest.fixture
def trials(rng):
    labels = {"side": np.array(["left", "right", "left", "up"]), "loud": np.array([1, 2, 1, 1])}
    return Trials(rng.random((4, 5, 2)), rng.random((4, 5, 1)), None, labels)


def test_trials_cannot_be_written_to(trials):
    for array in (trials.inputs, trials.targets, trials.labels["side"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError):
        trials.labels["side"] = np.zeros(3)


def test_trials_leave_what_they_are_given_as_it_is(rng):
    given = rng.random((3, 5, 2))
    Trials(given, given)
    given[0] = 0  # would be refused if it had been made read-only


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": np.zeros((3, 5))}, r"inputs is \(3, 5\); they need \(trial, time, input\)"),
        ({"inputs": np.zeros((0, 5, 2))}, r"inputs is \(0, 5, 2\)"),
        ({"inputs": np.zeros((3, 5, 2), complex)}, "inputs is of type complex128; they need real"),
        ({"targets": np.zeros((2, 5, 1))}, r"targets is \(2, 5, 1\); they need 4 trials of 5 st"),
        ({"targets": np.full((4, 5, 1), np.nan)}, "targets is NaN or infinite in places"),
        ({"mask": np.zeros((4, 5))}, "mask is nothing above 0, or less; they need weights from 0"),
        ({"mask": -np.ones((4, 5))}, "mask is nothing above 0"),
        ({"labels": {"side": np.zeros(2)}}, r"labels\['side'\] is \(2,\); they need \(4,\), one"),
    ],
)
def test_what_are_no_trials_is_refused(trials, change, message):
    given = {name: getattr(trials, name) for name in ("inputs", "targets", "mask", "labels")}
    with pytest.raises(HomologError, match=f"HM058 trials: {message}"):
        Trials(**{**given, **change})


def test_labels_become_the_stimuli_of_a_representation(trials, rng):
    states = rng.random((4, 5, 4))
    population = trials.represent(states, name="net")
    assert repr(population).startswith("<Representation 'net': trial 2 × stimulus 3 × time 5")
    assert population.stimuli == ("side=left, loud=1", "side=right, loud=2", "side=up, loud=1")
    np.testing.assert_array_equal(population.responses[:, 0], states[[0, 2]])
    np.testing.assert_array_equal(population.responses[0, 1:], states[[1, 3]])
    assert population.missing[:, :, 0, 0].tolist() == [[False] * 3, [False, True, True]]


def test_conditions_that_are_never_repeated_have_no_axis_of_trials(rng):
    drawn = ContextIntegration(n_steps=4).draw()
    states = rng.random((8, 4, 3))
    assert drawn.represent(states).dims == ("stimulus", "time", "neuron")
    population = drawn.represent(states, by=["stream_1", "stream_2"])
    assert population.dims == ("trial", "stimulus", "time", "neuron")
    assert population.stimuli[1] == "stream_1=0, stream_2=1"
    np.testing.assert_array_equal(population.responses[:, 1], states[[1, 5]])
    assert population.missing is None
    with pytest.raises(HomologError, match=r"HM019 .* has 2 stimuli"):
        drawn.represent(states, by="context")


@pytest.mark.parametrize(
    ("states", "by", "message"),
    [
        (np.ones((2, 5, 4)), None, r"HM058 trials: responses is \(2, 5, 4\); they need 4 trials"),
        (np.ones((4, 5, 4)), ["colour"], "HM023 no label of these trials 'colour'. There are: si"),
        (np.ones((4, 5, 4)), [], r"HM025 by is \[\]; allowed: one label or more"),
    ],
)
def test_responses_to_other_trials(trials, states, by, message):
    with pytest.raises(HomologError, match=message):
        trials.represent(states, by=by)

"""Training: what is learned, in which order, and what the history says of it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import homolog
from homolog import HomologError
from homolog.networks import LayeredNetwork
from homolog.rules import find
from homolog.training import Training
from homolog.training import _evaluate as evaluate
from homolog.training._course import joined
from homolog.training._order import order, orders
from unit.learning import Told, clusters

SIZES = (5, 8, 3)


def same_weights(one: LayeredNetwork, other: LayeredNetwork) -> bool:
    names = ("forward", "feedback", "lateral", "biases", "moments")
    pairs = [zip(getattr(one, n), getattr(other, n), strict=True) for n in names]
    return all(torch.equal(a, b) for each in pairs for a, b in each)


def without_seconds(history: pd.DataFrame) -> pd.DataFrame:
    return history.drop(columns="seconds").reset_index(drop=True)


@pytest.mark.parametrize("rule", homolog.rules.names())
def test_every_rule_gets_better_on_a_task(rule):
    training = homolog.train(rule, "digits", (64, 50, 10), epochs=4)
    accuracies = training.history.test_accuracy
    assert accuracies.iloc[-1] > max(accuracies.iloc[0], 0.5)


def test_the_history_has_a_row_for_each_replica_and_epoch():
    training = homolog.train("corinfomax", clusters(), SIZES, epochs=3, replicas=2)
    history = training.history
    assert history[["replica", "epoch"]].to_numpy().tolist() == [
        [0, 1], [0, 2], [0, 3], [1, 1], [1, 2], [1, 3]
    ]  # fmt: skip
    assert list(history.columns[:7]) == [
        "replica", "epoch", "train_accuracy", "test_accuracy", "ties", "dead_outputs", "angle_1"
    ]  # fmt: skip
    assert history.columns[-1] == "seconds"
    assert {"cost", "residual"} <= set(history.columns)
    assert np.isfinite(history.to_numpy(dtype=float)).all()
    assert (history.seconds > 0).all()
    assert training.network.epochs == 3
    assert training.network.steps == 3 * 3  # of 50 stimuli, batches of 20, 20 and 10


@pytest.mark.parametrize("name", homolog.rules.names())
def test_every_column_of_the_history_is_explained(name):
    page = Path(__file__).resolve().parents[2] / "docs/how-to/train.md"
    explained = page.read_text().partition("## What the history says")[2]
    bounded = {"domain": "nonnegative_l1"} if name == "corinfomax" else {}
    history = homolog.train(find(name)(**bounded), clusters(), SIZES, epochs=1).history
    for column in set(history.columns) - {"replica", "epoch"}:
        cells = [line for line in explained.splitlines() if line.startswith("| `")]
        assert any(f"`{column}`" in line.split("|")[1] for line in cells), column


def test_results_and_progress_do_not_depend_on_the_company_of_others_or_on_workers():
    task = clusters()
    heard = {}

    def trained(who, **options):
        def hear(what, done, total):
            heard.setdefault(who, []).append((what.split(" — ")[0], done, total))

        options = {"epochs": 2, "rng": 5, "progress": hear, **options}
        return homolog.train("corinfomax", task, SIZES, **options)

    together = trained("one process", replicas=3)
    spread = trained("two", replicas=3, workers=2)
    alone = trained("one replica", replicas=[2])
    assert same_weights(together.network.replica(2), alone.network)
    assert same_weights(together.network, spread.network)
    pd.testing.assert_frame_equal(
        without_seconds(together.history), without_seconds(spread.history)
    )
    assert not torch.equal(together.network.forward[0][0], together.network.forward[0][1])
    expected = [(f"corinfomax on clusters, replica {r}", e, 2) for r in range(3) for e in (1, 2)]
    assert heard["one process"] == expected
    assert sorted(heard["two"]) == expected


def test_another_seed_is_another_training():
    task = clusters()
    one, other = (homolog.train("backprop", task, SIZES, epochs=1, rng=rng) for rng in (0, 1))
    assert not same_weights(one.network, other.network)
    drawn = np.random.default_rng(3)
    again = np.random.default_rng(3)
    one, other = (homolog.train("backprop", task, SIZES, epochs=1, rng=r) for r in (drawn, again))
    assert same_weights(one.network, other.network)


def test_every_stimulus_is_learned_from_once_an_epoch_with_its_own_target():
    task = clusters()
    batches = []
    rule = Told(learning=lambda _network, stimulus, target: batches.append((stimulus, target)))
    homolog.train(rule, task, (5, 3), epochs=2)
    assert [len(stimulus[0]) for stimulus, _ in batches] == [20, 20, 10] * 2
    epochs = [torch.cat([one[0] for one, _ in batches[k : k + 3]]).numpy() for k in (0, 3)]
    targets = torch.cat([one[0] for _, one in batches[:3]]).numpy()
    rank = np.lexsort(epochs[0].T), np.lexsort(task.train.T)
    np.testing.assert_array_equal(epochs[0][rank[0]], task.train[rank[1]])
    np.testing.assert_array_equal(targets[rank[0]], np.eye(3)[task.train_labels][rank[1]])
    assert not np.array_equal(epochs[0], task.train)  # in another order,
    assert not np.array_equal(epochs[0], epochs[1])  # anew in each epoch


def test_an_order_depends_on_seed_and_epoch_alone():
    np.testing.assert_array_equal(order(7, 3, 100), order(7, 3, 100))
    assert sorted(order(7, 3, 100)) == list(range(100))
    for other in (order(8, 3, 100), order(7, 4, 100)):
        assert not np.array_equal(other, order(7, 3, 100))
    np.testing.assert_array_equal(orders((8, 7), 3, 100)[1], order(7, 3, 100))


def test_replicas_side_by_side_each_see_their_own_order():
    from homolog.training._epoch import learned
    from homolog.training._shown import shown

    rule, seen = find("backprop")(), shown(clusters(), "cpu")
    pair, _ = learned(rule, rule.wire(SIZES, replicas=2), seen, 20)
    alone, _ = learned(rule, rule.wire(SIZES, replicas=[1]), seen, 20)
    for side_by_side, single in zip(pair.replica(1).forward, alone.forward, strict=True):
        torch.testing.assert_close(side_by_side, single)


def test_ties_are_counted_and_silent_outputs_answer_class_0():
    outputs = torch.tensor([[[0.0, 0.0, 0.0], [1.0, 2.0, 2.0], [0.0, 3.0, 1.0]]])
    assert evaluate.ties(outputs).tolist() == [2]
    assert evaluate.dead_outputs(outputs.argmax(-1), 3).tolist() == [1]
    silent = Told(settled=lambda _network, stimulus: torch.zeros(1, stimulus.shape[1], 3))
    row = homolog.train(silent, clusters(), (5, 3), epochs=1).history.iloc[0]
    assert (row.ties, row.dead_outputs) == (30, 2)
    assert row.test_accuracy == pytest.approx(1 / 3)


def test_accuracy_is_of_each_replica_and_its_own_stimuli():
    task = clusters(n_train=700)

    def right_in_training(_network, stimulus):
        known = (stimulus[0, :, None] == torch.from_numpy(task.train)).all(-1)
        labels = torch.from_numpy(task.train_labels)[known.int().argmax(-1)]
        return torch.nn.functional.one_hot(labels, 3).float()[None]

    row = homolog.train(Told(settled=right_in_training), task, (5, 3), epochs=1).history.iloc[0]
    assert row.train_accuracy == 1.0  # over several chunks
    assert row.test_accuracy == pytest.approx(1 / 3)  # all unknown are called what the first is


def test_train_accuracy_is_of_the_first_ten_thousand(monkeypatch):
    monkeypatch.setattr("homolog.training._evaluate.MOST_TRAINING", 4)
    shown = []
    rule = Told(settled=lambda n, stimulus: shown.append(len(stimulus[0])) or stimulus[..., :3])
    homolog.train(rule, clusters(), (5, 3), epochs=1)
    assert shown == [4, 30]


def test_angles_of_known_weights():
    x = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    turned = torch.tensor([[[1.0, 1.0], [0.0, 0.0]]])
    assert evaluate.angle(x, x).item() == 0
    assert evaluate.angle(x, -x).item() == pytest.approx(180)
    assert evaluate.angle(x, turned).item() == pytest.approx(45)
    barely = x + torch.tensor([[[0.0, 1e-6], [0.0, 0.0]]])
    assert evaluate.angle(x, barely).item() == pytest.approx(np.degrees(1e-6), rel=1e-6)
    up = (torch.zeros(1, 2, 3), torch.arange(8.0).reshape(1, 4, 2))
    network = LayeredNetwork(forward=up, feedback=(up[1].mT.clone(),))
    assert evaluate.angles(network)["angle_1"].item() == pytest.approx(0, abs=1e-5)


def test_the_angle_falls_as_synapses_up_align_with_those_down():
    history = homolog.train("feedback_alignment", "digits", (64, 50, 10), epochs=4).history
    assert history.angle_1.iloc[-1] < history.angle_1.iloc[0] - 3


def test_weights_that_are_no_longer_finite_stop_the_training(tmp_path, monkeypatch):
    rule = find("backprop")
    learn = rule.learn

    def burst(self, network, stimulus, target):
        if network.epochs == 1:
            network.biases[1].fill_(np.inf)
        return learn(self, network, stimulus, target)

    monkeypatch.setattr(rule, "learn", burst)
    with pytest.raises(HomologError, match=r"HM015 .* is no longer finite after epoch 2") as error:
        homolog.train(rule(), clusters(), SIZES, epochs=3, folder=tmp_path / "run")
    assert "(backprop: rate 0.001, rate_decay 0.95)" in str(error.value)
    assert "Lower the rates of learning" in str(error.value)
    kept = homolog.rules.load(tmp_path / "run/replica-0/network.safetensors")
    assert kept.epochs == 1
    assert torch.isfinite(kept.biases[1]).all()
    assert len((tmp_path / "run/replica-0/history.jsonl").read_text().splitlines()) == 1


def test_nothing_that_is_not_finite_enters_the_history():
    with pytest.raises(HomologError, match="HM015 energy is no longer finite after epoch 1"):
        homolog.train(Told(seen={"energy": np.nan}), clusters(), (5, 3), epochs=1)


def test_what_another_process_refuses_arrives_as_it_was(tmp_path):
    (tmp_path / "run").mkdir()
    task = clusters()
    homolog.train("backprop", task, SIZES, epochs=1, replicas=2, folder=tmp_path / "run")
    (tmp_path / "run/replica-1/history.jsonl").write_text("")
    with pytest.raises(HomologError, match=r"HM021 .*replica-1.*does not hold epochs 1 to 1") as e:
        homolog.train(
            "backprop", task, SIZES, epochs=2, replicas=2, folder=tmp_path / "run", workers=2
        )
    assert e.value.code == "HM021"


UNGUARDED = """
import homolog
homolog.train("backprop", "digits", (64, 8, 10), epochs=1, replicas=2, workers=2, folder="run")
"""


def test_a_script_that_its_workers_would_run_anew_is_refused_and_ends(tmp_path):
    (tmp_path / "unguarded.py").write_text(UNGUARDED)
    done = subprocess.run(
        [sys.executable, "unguarded.py"], cwd=tmp_path, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 1
    assert "HM049 homolog.train(workers=…) was called by a script that its wor" in done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        "homolog.errors.HomologError: HM049 a worker process ended before its work was done."
    )
    assert 'under if __name__ == "__main__":' in done.stderr.splitlines()[-1]


def test_threads_are_as_many_after_training_as_before():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        counts = []
        rule = Told(learning=lambda *_: counts.append(torch.get_num_threads()))
        homolog.train(rule, clusters(), (5, 3), epochs=1)
        assert set(counts) == {1}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rule": "backprob"}, "HM023 no rule 'backprob'. Closest: 'backprop'"),
        (
            {"rule": 3},
            'HM025 rule is 3; allowed: a rule with its settings, or a name: "corinfomax"',
        ),
        ({"task": "digit"}, "HM023 no task 'digit'"),
        ({"task": np.zeros((3, 3))}, "HM025 task is 'ndarray'; allowed: a Classification"),
        (
            {"sizes": (4, 8, 3)},
            r"HM025 sizes is \(4, 8, 3\); allowed: whole numbers, 5 first and 3",
        ),
        (
            {"sizes": (5, 8, 10)},
            r"for clusters has 5 inputs and 3 classes; for example \(5, 100, 3\)",
        ),
        ({"sizes": (5, 0, 3)}, r"HM025 sizes is \(5, 0, 3\)"),
        ({"sizes": 8}, "HM025 sizes is 8"),
        ({"epochs": 0}, "HM025 epochs is 0; allowed: a whole number, 1 or more"),
        ({"epochs": 1.5}, "HM025 epochs is 1.5"),
        ({"batch": 0}, "HM025 batch is 0"),
        ({"rng": -1}, "HM025 rng is -1; allowed: a whole number, 0 or more"),
        ({"replicas": 0}, "HM025 replicas is 0; allowed: how many, 1 or more, or their numbers"),
        ({"replicas": [0, 0]}, r"HM025 replicas is \[0, 0\]"),
        ({"replicas": [-1]}, r"HM025 replicas is \[-1\]"),
        ({"replicas": None}, "HM025 replicas is None"),
        ({"workers": 0}, "HM025 workers is 0"),
        ({"device": "abacus"}, "HM025 device is 'abacus'; allowed: \"cpu\", or one that is here"),
        ({"device": "meta", "workers": 2}, "HM025 workers is 2; allowed: 1 on meta"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(wrong, message):
    given = {"rule": "backprop", "task": clusters(), "sizes": SIZES, "epochs": 1, **wrong}
    with pytest.raises(HomologError, match=message):
        homolog.train(given.pop("rule"), given.pop("task"), given.pop("sizes"), **given)


def test_a_rule_without_settings_is_not_a_rule():
    with pytest.raises(HomologError, match=r"HM025 rule is .*allowed: a rule with its settings"):
        homolog.train(find("backprop"), clusters(), SIZES, epochs=1)


@pytest.mark.parametrize("call", ["train", "rules.find"])
def test_without_pytorch_the_extra_is_named(call):
    code = (
        "import sys; sys.modules['torch'] = None; import homolog\n"
        f"try: homolog.{call}('backprop')\n"
        "except homolog.HomologError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HM013" in done.stdout
    assert 'pip install "homolog[torch]"' in done.stdout


def finished(accuracies: list[float], dead: list[int]) -> Training:
    """A training of which only the end matters."""
    rows = [
        {"replica": r, "epoch": e, "test_accuracy": a * e / 2, "dead_outputs": d, "seconds": 1.0}
        for r, (a, d) in enumerate(zip(accuracies, dead, strict=True))
        for e in (1, 2)
    ]
    network = joined([Told().wire((5, 3), replicas=[r]) for r in range(len(accuracies))])
    return Training(network, pd.DataFrame(rows))


def test_a_summary_is_of_the_last_epoch_over_replicas():
    summary = finished([0.9, 0.6, 0.3], [0, 0, 0]).summary()
    assert summary.loc["test_accuracy"].to_list() == pytest.approx([0.6, 0.3, 0.6, 0.3, 0.9])
    assert list(summary.columns) == ["mean", "std", "median", "lowest", "highest"]
    assert summary.loc["seconds", "mean"] == 2.0  # of both epochs


def test_the_deviation_of_one_replica_is_unknown():
    alone = finished([0.9], [0])
    assert np.isnan(alone.summary().loc["test_accuracy", "std"])
    row = next(line for line in str(alone).splitlines() if line.startswith("test_accuracy"))
    assert row.split() == ["test_accuracy", "0.9", "0.9", "0.9", "0.9"]


def test_collapsed_are_those_far_below_the_best_or_without_a_class():
    assert finished([0.98, 0.97], [0, 0]).collapsed == ()
    assert finished([0.98, 0.48, 0.8], [0, 0, 1]).collapsed == (1, 2)
    assert finished([0.1], [9]).collapsed == (0,)  # nobody to compare with
    shown = str(finished([0.98, 0.48, 0.8], [0, 0, 2]))
    assert "test_accuracy" in shown
    *_, told, remedy = shown.splitlines()
    assert told == (
        "! 2 of 3 collapsed, or still learning: replica 1 (right less than half as often as the "
        "best), replica 2 (never answers 2 of the classes)"
    )
    assert remedy.startswith("  More epochs tell which.")
    assert "collapsed" not in str(finished([0.98], [0]))

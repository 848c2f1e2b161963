"""Trainings that are killed go on as if they had not been; folders belong to one training."""

import json
import os
import random
import subprocess
import sys
import time
from contextlib import contextmanager

import pandas as pd
import pytest
import torch

import homolog
from homolog import HomologError
from homolog.networks import LayeredNetwork
from homolog.rules import find
from homolog.training import _course as course
from homolog.training._plan import planned
from unit.learning import clusters
from unit.test_training import SIZES, same_weights, without_seconds

WEIGHTS, LINES = "replica-0/network.safetensors", "replica-0/history.jsonl"

KILLED = """
import homolog
from unit.learning import clusters
homolog.train("corinfomax", clusters(300), (5, 8, 3), epochs=40, folder={folder!r}, rng=3)
"""


def same(one, other):
    assert same_weights(one.network, other.network)
    assert one.network.steps == other.network.steps
    pd.testing.assert_frame_equal(without_seconds(one.history), without_seconds(other.history))


def go_on(folder, epochs, rule="corinfomax", **options):
    return homolog.train(rule, clusters(), SIZES, epochs=epochs, folder=folder, **options)


def test_a_training_killed_at_any_moment_goes_on_as_if_it_had_not_been(tmp_path):
    """By SIGKILL, which no handler sees; signs of nudges and orders of stimuli included."""
    folder = tmp_path / "run"
    delays = random.Random(0)
    seen = []
    for _ in range(2):
        done = subprocess.Popen(
            [sys.executable, "-c", KILLED.format(folder=str(folder))],
            env={**os.environ, "PYTHONPATH": "tests"},
        )
        before = seen[-1] if seen else 0
        while done.poll() is None and epochs_in(folder) <= before:
            time.sleep(0.005)
        time.sleep(delays.uniform(0, 0.1))
        done.kill()
        done.wait()
        seen.append(epochs_in(folder))
    assert 0 < seen[0] < seen[1] < 40
    settings = {"rule": "corinfomax", "task": clusters(300), "sizes": SIZES, "epochs": 40, "rng": 3}
    same(homolog.train(**settings, folder=folder), homolog.train(**settings))
    assert [one.name for one in folder.rglob(".*")] == []


def test_workers_end_with_the_process_that_began_them(tmp_path):
    folder = tmp_path / "run"
    code = """
import homolog
from unit.learning import clusters
if __name__ == "__main__":
    homolog.train(
        "corinfomax", clusters(300), (5, 8, 3), epochs=400, folder={folder!r}, replicas=2, workers=2
    )
"""
    script = tmp_path / "long.py"
    script.write_text(code.format(folder=str(folder)))
    parent = subprocess.Popen(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": "tests"}
    )
    while parent.poll() is None and epochs_in(folder) < 1:
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    time.sleep(0.5)
    before = [epochs_in(folder, number) for number in (0, 1)]
    time.sleep(1)
    assert [epochs_in(folder, number) for number in (0, 1)] == before
    assert before[0] < 400


def epochs_in(folder, number=0):
    """How many whole lines the history has."""
    history = folder / f"replica-{number}/history.jsonl"
    return history.read_text().count("\n") if history.exists() else 0


class Killed(BaseException):
    """In place of a kill, at a moment of the test's choosing."""


@contextmanager
def killed_in_epoch(monkeypatch, epoch, moment):
    """Stop `homolog.train` while it keeps an epoch: before, within or after writing weights."""
    save = LayeredNetwork.save

    def torn(network, path):
        if network.epochs < epoch:
            return save(network, path)
        if moment == "weights half written":
            (path.parent / f".torn{path.suffix}").write_bytes(b"half")
        if moment == "weights written":
            save(network, path)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(LayeredNetwork, "save", torn)
        yield


@pytest.mark.parametrize("moment", ["line written", "weights half written", "weights written"])
@pytest.mark.parametrize("epoch", [1, 3])
def test_between_any_two_writes_nothing_is_lost(tmp_path, monkeypatch, moment, epoch):
    with killed_in_epoch(monkeypatch, epoch, moment), pytest.raises(Killed):
        go_on(tmp_path / "run", 4)
    same(go_on(tmp_path / "run", 4), go_on(None, 4))
    assert sorted(one.name for one in (tmp_path / "run/replica-0").iterdir()) == [
        "history.jsonl", "network.safetensors"
    ]  # fmt: skip


def test_half_a_line_is_dropped(tmp_path):
    go_on(tmp_path, 2)
    with (tmp_path / LINES).open("a") as file:
        file.write('{"replica": 0, "epoch": 3, "train_acc')
    same(go_on(tmp_path, 3), go_on(None, 3))


def test_more_epochs_and_replicas_than_before(tmp_path):
    go_on(tmp_path, 1)
    later = go_on(tmp_path, 3, replicas=2)
    same(later, go_on(None, 3, replicas=2))
    same(go_on(tmp_path, 3), go_on(None, 3))  # nothing is left to do
    assert later.history.groupby("replica").epoch.max().tolist() == [3, 3]


@pytest.mark.parametrize("rule", homolog.rules.names())
def test_every_rule_goes_on_where_it_was(tmp_path, rule):
    go_on(tmp_path, 1, rule)
    same(go_on(tmp_path, 3, rule), go_on(None, 3, rule))


def test_replicas_side_by_side_that_were_left_behind_catch_up(tmp_path):
    """On an accelerator all replicas learn at once; here the same is done on the CPU."""
    folder = tmp_path / "run"
    options = {"epochs": 3, "batch": 20, "rng": 0, "device": "cpu", "folder": folder}
    plan = planned("corinfomax", clusters(), SIZES, **options)
    course.course(
        planned("corinfomax", clusters(), SIZES, **{**options, "epochs": 1}), [0, 1], quiet
    )
    course.course(planned("corinfomax", clusters(), SIZES, **{**options, "epochs": 2}), [1], quiet)
    ended = course.course(plan, [0, 1, 2], quiet)
    assert [one.network.epochs for one in ended] == [3, 3, 3]
    assert [[line["epoch"] for line in one.lines] for one in ended] == [[1, 2, 3]] * 3
    expected = go_on(None, 3, replicas=3).network
    for one in ended:
        for here, there in zip(
            one.network.forward, expected.replica(one.number).forward, strict=True
        ):
            torch.testing.assert_close(here, there)


def quiet(*_):
    pass


def test_the_folder_can_be_read_without_homolog(tmp_path):
    training = go_on(tmp_path, 2, replicas=2)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["replica-0", "replica-1", "run.toml"]
    lines = (tmp_path / "replica-1/history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]
    assert json.loads(lines[1])["test_accuracy"] == training.history.test_accuracy.iloc[-1]
    kept = homolog.rules.load(tmp_path / "replica-1/network.safetensors")
    assert same_weights(kept, training.network.replica(1))
    assert kept.rule == find("corinfomax")()
    modes = {one.stat().st_mode for one in (tmp_path / "replica-1").iterdir()}
    assert len(modes) == 1  # whoever may read the history may read the network


def test_run_toml_says_what_was_trained(tmp_path):
    import tomllib

    go_on(tmp_path, 1)
    said = tomllib.loads((tmp_path / "run.toml").read_text())
    assert said["rule"] == "corinfomax"
    assert said["sizes"] == list(SIZES)
    assert (said["batch"], said["rng"], said["task"]) == (20, 0, "clusters")
    assert said["settings"]["forward_rates"] == [1.0, 0.7]
    assert said["versions"]["homolog"] == homolog.__version__


def test_a_setting_without_a_value_is_left_out_of_run_toml(tmp_path):
    """Folders of before have it as text; they go on."""
    go_on(tmp_path, 1)
    record = tmp_path / "run.toml"
    assert "None" not in record.read_text()
    with pytest.raises(HomologError, match=r"settings.interneuron_rates was 'None', now \[0.1\]"):
        go_on(tmp_path, 2, find("corinfomax")(interneuron_rates=0.1))
    said = record.read_text()
    record.write_text(said.replace("[settings]", '[settings]\ninterneuron_rates = "None"'))
    assert record.read_text() != said
    same(go_on(tmp_path, 2), go_on(None, 2))


def test_of_another_rule_no_settings_are_told(tmp_path):
    go_on(tmp_path, 1)
    with pytest.raises(HomologError) as error:
        go_on(tmp_path, 1, "backprop")
    assert "rule was 'corinfomax', now 'backprop'. Give another folder" in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch": 10}, "batch was 20, now 10"),
        ({"rng": 1}, "rng was 0, now 1"),
        ({"rule": find("corinfomax")(leak=0.25)}, "settings.leak was 0.5, now 0.25"),
        ({"rule": "backprop"}, "rule was 'corinfomax', now 'backprop'"),
        ({"sizes": (5, 9, 3)}, r"sizes was \[5, 8, 3\], now \[5, 9, 3\]"),
    ],
)
def test_another_training_is_refused_and_told_apart(tmp_path, changes, message):
    settings = {"rule": "corinfomax", "task": clusters(), "sizes": SIZES, "epochs": 1}
    homolog.train(**settings, folder=tmp_path)
    with pytest.raises(
        HomologError, match=f"HM046 .* holds a training of other settings: {message}"
    ):
        homolog.train(**{**settings, **changes}, folder=tmp_path)
    same(homolog.train(**settings, folder=tmp_path), homolog.train(**settings))


def test_other_stimuli_are_another_training(tmp_path):
    from dataclasses import replace

    go_on(tmp_path, 1)
    task = clusters()
    for other, content in (
        (replace(task, sha256="f00d"), "f00d"),
        (replace(task, train=task.train + 1), "[0-9a-f]{64}"),
        (replace(task, test_labels=task.test_labels[::-1].copy()), "[0-9a-f]{64}"),
    ):
        with pytest.raises(HomologError, match=f"content was '[0-9a-f]{{64}}', now '{content}'"):
            homolog.train("corinfomax", other, SIZES, epochs=1, folder=tmp_path)


def test_a_setting_that_the_rule_did_not_have_then_was_at_its_default(tmp_path):
    go_on(tmp_path, 1)
    record = tmp_path / "run.toml"
    lines = [line for line in record.read_text().splitlines() if not line.startswith("leak")]
    record.write_text("\n".join(lines))
    go_on(tmp_path, 2)
    with pytest.raises(HomologError, match=r"settings.leak was 0.5, now 0.25"):
        go_on(tmp_path, 2, find("corinfomax")(leak=0.25))


def test_fewer_epochs_than_were_learned_are_refused(tmp_path):
    go_on(tmp_path, 2)
    with pytest.raises(HomologError, match="HM025 epochs is 1; allowed: 2 or more: replica 0 in"):
        go_on(tmp_path, 1)


def test_files_of_others_are_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("kept")
    with pytest.raises(HomologError, match=r"HM046 .* holds thesis.tex, which no training left"):
        go_on(tmp_path, 1)
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_in_use_is_refused_and_one_that_was_killed_is_not(tmp_path):
    import psutil

    go_on(tmp_path, 1)
    lock, me = tmp_path / ".lock", psutil.Process()
    lock.write_text(json.dumps({"process": me.pid, "began": me.create_time()}))
    with pytest.raises(HomologError, match=f"HM047 process {me.pid} is training in"):
        go_on(tmp_path, 2)
    assert lock.exists()
    # A process of the same number that began at another time is another process.
    for dead in (
        {"process": me.pid, "began": me.create_time() - 9},
        {"process": 2**30, "began": 1},
    ):
        lock.write_text(json.dumps(dead))
        assert len(go_on(tmp_path, 2).history) == 2
        assert not lock.exists()
    for damaged in ("half a li", "{}", "5", '{"process": -1, "began": 1}'):
        lock.write_text(damaged)
        assert len(go_on(tmp_path, 2).history) == 2
    # Nobody knows when a process began that is no more.
    lock.write_text(json.dumps({"process": 2**30, "began": None}))
    assert len(go_on(tmp_path, 2).history) == 2


def test_a_history_with_a_gap_is_refused(tmp_path):
    go_on(tmp_path, 3)
    lines = (tmp_path / LINES).read_text().splitlines(keepends=True)
    (tmp_path / LINES).write_text("".join([lines[0], lines[2]]))
    with pytest.raises(HomologError, match=r"HM021 .*does not hold epochs 1 to 3") as error:
        go_on(tmp_path, 4)
    assert "Train anew in another folder." in str(error.value)


@pytest.mark.parametrize("line", ["5", "[1]", "{}", "null"])
def test_a_history_with_lines_of_something_else_is_refused(tmp_path, line):
    go_on(tmp_path, 1)
    (tmp_path / LINES).write_text(f"{line}\n")
    with pytest.raises(HomologError, match=r"HM021 .*does not hold epochs 1 to 1"):
        go_on(tmp_path, 2)


def test_weights_of_another_rule_or_sizes_are_refused(tmp_path):
    go_on(tmp_path, 1)
    for rule, sizes, message in (
        ("backprop", SIZES, "rule was 'backprop', now 'corinfomax'"),
        ("corinfomax", (5, 9, 3), r"sizes was \(5, 9, 3\), now \(5, 8, 3\)"),
    ):
        find(rule)().wire(sizes).after_epoch().save(tmp_path / WEIGHTS)
        with pytest.raises(HomologError, match=f"HM046 replica 0 in .*: {message}"):
            go_on(tmp_path, 2)


def test_a_record_that_is_no_toml_is_refused(tmp_path):
    go_on(tmp_path, 1)
    (tmp_path / "run.toml").write_text("= what")
    with pytest.raises(HomologError, match=r"HM021 .*run.toml cannot be read as TOML"):
        go_on(tmp_path, 2)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path, monkeypatch):
    def refused(*_args, **_options):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("pathlib.Path.mkdir", refused)
    with pytest.raises(HomologError, match=r"HM034 .*run was not written: No such file"):
        go_on(tmp_path / "run", 1)


def test_a_file_in_place_of_the_folder_is_noticed_before_the_work(tmp_path):
    (tmp_path / "run").write_text("kept")
    with pytest.raises(HomologError, match=r"HM034 .*is a file, not a folder"):
        go_on(tmp_path / "run", 1)

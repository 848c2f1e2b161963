"""Table 1 again: what is counted, what is trained, and what is never looked at."""

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import homolog
from homolog import errors, rules, studies
from homolog.cli import app
from homolog.studies import _tabled, _trained
from homolog.studies._study import Choices, Sources, Teaching
from homolog.studies.table1 import _figure, _grid, _selection, fair, published
from unit.histories import options_of, plant

STUDY = studies.find("table1")


def tabulated(root, out, data="mnist", **choices):
    chosen = STUDY.choosing(Choices(data=(data,), **{"epochs": 2, **choices}))
    outcome = studies.run(chosen, out, sources=Sources(trained=root))
    (lines,) = (rows for title, rows in outcome.tables.items() if title.endswith("table"))
    return outcome, {row["row"]: row for row in lines}


def counted(root, data="mnist", **choices):
    """What is found and tabulated, without figures and files."""
    chosen = STUDY.choosing(Choices(data=(data,), **{"epochs": 2, **choices}))
    (part,) = (one for one in chosen.parts if one.name == data)
    rows = pd.DataFrame(
        [
            {"task": task, **row}
            for task, options in part.tasks(False).items()
            for row in part.work(options, None, Sources(trained=root))
        ]
    )
    return part.judge(rows), {row["row"]: row for row in part.tables(rows)["table"]}


# What is counted.


def test_a_row_is_put_beside_the_published_one(tmp_path):
    plant(tmp_path, "mnist", "backprop-cross_entropy", {0: [0.9, 0.98], 1: [0.9, 0.984]})
    plant(tmp_path, "mnist", "backprop-mse", {0: [0.9, 0.97]})
    found, table = counted(tmp_path)
    row = table["BP-CE"]
    assert row["replicas"] == 2
    assert row["mean"] == pytest.approx(98.2)
    assert row["std"] == pytest.approx(np.sqrt(0.08))  # two values 0.4 apart, n - 1
    assert row["median"] == pytest.approx(98.2)
    assert (row["published"], row["published_std"]) == (98.27, 0.126)
    assert row["difference_in_stds"] == pytest.approx((98.2 - 98.27) / 0.126)
    assert row["verdict"] == "within 3"
    alone = table["BP-MSE"]
    assert alone["std"] is None
    assert alone["verdict"] == "outside 3"
    assert alone["difference_in_stds"] == pytest.approx((97.0 - 97.58) / 0.06)
    first = found["reproduced"]
    assert first.verdict == "disagree"
    assert "1 of 10 rows are within 3 deviations. Furthest: BP-MSE, -9.7" in first.number
    assert "Outside: BP-MSE." in first.reading


@pytest.mark.parametrize(
    ("off", "verdict"), [(2.9, "within 3"), (-2.9, "within 3"), (3.1, "outside 3")]
)
def test_three_published_deviations_decide(off, verdict):
    (row,) = (one for one in rules.presets("similarity_matching") if one.dataset == "mnist")
    found = published.against(row, 98.08 + off * 0.063, quick=False)
    assert found["verdict"] == verdict
    assert found["difference_in_stds"] == pytest.approx(off)


def test_a_quick_run_judges_nothing():
    (row,) = (one for one in rules.presets("similarity_matching") if one.dataset == "mnist")
    found = published.against(row, 98.08, quick=True)
    assert (found["verdict"], found["difference_in_stds"]) == ("not evidence", None)


def test_all_rows_within_three_deviations_agree(tmp_path):
    for row in _trained.rows("fashion_mnist"):
        right = row.published / 100
        plant(tmp_path, "fashion_mnist", _trained.key(row), {0: [0.5, right]})
    outcome, _ = tabulated(tmp_path, tmp_path / "out", "fashion_mnist")
    by = {(row["part"], row["by"]): row["verdict"] for row in outcome.claims}
    assert by["fashion_mnist", "the paper"] == "agree"
    assert by["fashion_mnist", "this study"] == "agree"
    assert by["mnist", "the paper"] == "not run"


def test_replicas_that_go_on_are_named_and_never_counted(tmp_path):
    accuracies = {0: [0.9, 0.98], 3: [0.5]}
    plant(tmp_path, "mnist", "backprop-cross_entropy", accuracies)
    plant(tmp_path, "mnist", "backprop-mse", {0: [0.7]})
    found, table = counted(tmp_path)
    assert table["BP-CE"]["mean"] == pytest.approx(98.0)
    assert table["BP-CE"]["replicas"] == 1
    assert table["BP-CE"]["unfinished"] == "replica 3 after 1 of 2: 50.00"
    assert table["BP-MSE"]["verdict"] == "unfinished"
    assert table["BP-MSE"]["mean"] is None
    assert table["EP"]["verdict"] == "not run"
    assert found["reproduced"].verdict == "cannot tell"


def test_replicas_that_learned_for_longer_are_shown_as_they_were(tmp_path):
    plant(tmp_path, "mnist", "backprop-mse", {0: [0.9, 0.95, 0.99], 1: [0.9, 0.97, 0.99]})
    _, table = counted(tmp_path)
    assert table["BP-MSE"]["mean"] == pytest.approx(96.0)
    _, table = counted(tmp_path, replicas=1)
    assert table["BP-MSE"]["mean"] == pytest.approx(95.0)


@pytest.mark.parametrize(
    ("accuracies", "dead", "collapsed"),
    [
        ([0.97, 0.96, 0.95], {}, 0),
        ([0.97, 0.96, 0.40], {}, 1),  # less than half as often as the best
        ([0.97, 0.50, 0.49], {}, 0),  # no less than that
        ([0.97, 0.88, 0.87], {1: 1, 2: 1}, 2),  # a class that is never the answer
        ([0.10], {0: 9}, 1),  # alone, and stuck
    ],
)
def test_collapsed_replicas_are_counted_and_stay_in_the_mean(tmp_path, accuracies, dead, collapsed):
    courses = {replica: [0.9, end] for replica, end in enumerate(accuracies)}
    plant(tmp_path, "mnist", "similarity_matching", courses, dead=dead)
    found, table = counted(tmp_path, rules=("similarity_matching",))
    assert table["CSM"]["collapsed"] == collapsed
    assert table["CSM"]["mean"] == pytest.approx(100 * np.mean(accuracies))
    claim = found["collapse"]
    assert claim.number == f"{collapsed} of {len(accuracies)} networks"
    assert claim.verdict == ("disagree" if collapsed else "cannot tell")


def test_a_lossy_copy_is_called_one_wherever_a_number_of_it_stands(tmp_path):
    name = "cifar10 (lossy JPEG copy)"
    plant(tmp_path, "cifar10", "backprop-mse", {0: [0.4, 0.52]}, task=name)
    outcome, table = tabulated(tmp_path, tmp_path / "out", "cifar10", rules=("backprop",))
    assert table["BP-MSE"]["images"] == name
    assert name in str(outcome)
    for file in ("cifar10.csv", "cifar10-table.csv"):
        with (tmp_path / "out" / file).open() as lines:
            found = [row["images"] for row in csv.DictReader(lines) if "MSE" in row["row"]]
        assert found
        assert set(found) == {name}
    assert name in (tmp_path / "out" / "tables.md").read_text()
    assert name in outcome.page.read_text()
    assert name in outcome.claims[4]["reading"]
    figure = _figure.draw(pd.read_csv(tmp_path / "out" / "cifar10.csv"), data="cifar10")
    assert name in figure.get_suptitle()


def test_a_row_that_the_table_quotes_is_not_trained_and_not_judged(tmp_path):
    row = _trained.tasks(False, data="cifar10", choices=Choices())["cifar10-similarity_matching"]
    assert row["train"] is False
    plant(tmp_path, "cifar10", "backprop-mse", {0: [0.4, 0.52]})
    found, table = counted(tmp_path, "cifar10")
    assert table["CSM"]["verdict"] == "quoted"
    assert (table["CSM"]["published"], table["CSM"]["mean"]) == (40.79, None)
    assert "of 8 rows" in found["reproduced"].number  # nine rows, one quoted


def test_the_notes_tell_where_rows_are_not_alike():
    notes = {row["row"]: row for row in published.notes("mnist")}
    assert notes["PC"]["layers"] == "784-600-600-10"
    assert "784-500-10" in notes["PC"]["note"]
    assert "lateral_refresh = 10" in notes["CorInfoMax-B∞,+"]["note"]
    assert (notes["BP-CE"]["printed_std"], notes["BP-CE"]["test_std"]) == (0.03, 0.126)


def test_every_row_is_drawn_with_dots_of_its_replicas(tmp_path):
    plant(tmp_path, "mnist", "backprop-mse", {0: [0.9, 0.9758], 1: [0.9], 2: [0.1, 0.1]})
    tabulated(tmp_path, tmp_path / "out")
    figure = _figure.draw(pd.read_csv(tmp_path / "out" / "mnist.csv"), data="mnist")
    left, right = figure.axes
    assert len(left.get_yticks()) == 10
    dots = [line for line in left.lines if line.get_marker() in "o<>"]
    faces = [line.get_markerfacecolor() for line in dots]
    assert [line.get_marker() for line in dots] == ["o", "<", "<"]
    assert faces[2] == "white"  # still learning
    assert faces[0] == faces[1] != "white"
    assert len(right.lines) == 3


# What is trained.


@pytest.fixture
def undrawn(monkeypatch):
    """Figures take a second each, and are looked at elsewhere."""
    monkeypatch.setattr("homolog.studies._running.rendered", lambda figure, form: b"<svg/>")


@pytest.fixture
def backprop():
    return STUDY.choosing(Choices(data=("mnist",), rules=("backprop",)))


def networks(folder):
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in sorted(folder.rglob("*.safetensors"))
    }


@pytest.mark.usefixtures("undrawn")
def test_a_quick_run_trains_every_row_on_digits_and_says_so(tmp_path):
    study = STUDY.choosing(Choices(data=("cifar10",), epochs=1, replicas=1))
    outcome = studies.run(study, tmp_path, quick=True)
    lines = outcome.tables["Table 1, CIFAR-10: table"]
    assert {row["images"] for row in lines} == {"digits, in place of cifar10"}
    assert {row["verdict"] for row in lines} == {"not evidence", "quoted"}
    assert [row["replicas"] for row in lines].count(1) == 8
    assert "these verdicts are not evidence" in str(outcome)
    assert _tabled.NOT_EVIDENCE in (tmp_path / "tables.md").read_text()
    assert outcome.claims[4]["verdict"] == "cannot tell"


@pytest.mark.usefixtures("undrawn")
def test_networks_that_are_there_are_adopted_and_others_added(tmp_path, backprop):
    options = options_of("mnist", "backprop-mse", quick=True)
    folder = _trained.folder_of(options, Sources(trained=tmp_path))
    assert folder == tmp_path / "training" / "quick-mnist-backprop-mse"
    rule = rules.preset("backprop", "mnist", "mse")
    homolog.train(rule, "digits", (64, 24, 10), epochs=2, replicas=[1], folder=folder)
    before = networks(tmp_path)
    told = []
    studies.run(backprop, tmp_path, quick=True, progress=lambda *news: told.append(news))
    after = networks(tmp_path)
    assert before.items() <= after.items()
    assert len(after) == 4  # two rows of two replicas
    assert not any("backprop" in news[0] and "replica 1" in news[0] for news in told[:2])
    told.clear()
    studies.run(backprop, tmp_path, quick=True, progress=lambda *news: told.append(news))
    assert networks(tmp_path) == after
    assert [news[0] for news in told] == ["Table 1, MNIST"] * len(told)  # nobody learned


@pytest.mark.usefixtures("undrawn")
def test_an_interrupted_training_goes_on_and_ends_the_same(tmp_path, backprop):
    studies.run(backprop, tmp_path / "whole", quick=True)

    def stop(what, done, total):
        if "replica 1" in what:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        studies.run(backprop, tmp_path / "broken", quick=True, progress=stop)
    assert (tmp_path / "broken" / "run.toml").exists()
    assert not (tmp_path / "broken" / "claims.csv").exists()
    whole = networks(tmp_path / "whole")
    assert len(networks(tmp_path / "broken")) < len(whole)
    studies.run(backprop, tmp_path / "broken", quick=True)
    assert networks(tmp_path / "broken") == whole
    tables = [(tmp_path / one / "tables.md").read_text() for one in ("whole", "broken")]
    assert tables[0] == tables[1]


@pytest.mark.usefixtures("undrawn")
def test_more_epochs_go_on_from_those_that_are_there(tmp_path):
    def run(epochs):
        study = STUDY.choosing(Choices(data=("mnist",), rules=("backprop",), epochs=epochs))
        studies.run(study, tmp_path, quick=True)
        return pd.read_csv(tmp_path / "mnist.csv").drop(columns="asked_epochs")

    one, two = run(1), run(2)
    again = two[two["epoch"] == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(one, again)
    pd.testing.assert_frame_equal(run(1), one)  # though the networks have learned for longer


@pytest.mark.usefixtures("undrawn")
def test_networks_of_another_study_are_read_and_left_alone(tmp_path):
    folder = plant(tmp_path / "there", "mnist", "backprop-mse", {0: [0.9]})
    history = folder / "replica-0" / "history.jsonl"
    with history.open("a") as file:
        file.write('{"replica": 0, "epo')  # as someone is writing it
    before = history.read_bytes()
    _, table = tabulated(tmp_path / "there", tmp_path / "out", rules=("backprop",))
    assert table["BP-MSE"]["unfinished"] == "replica 0 after 1 of 2: 90.00"
    assert history.read_bytes() == before
    assert [one.name for one in folder.iterdir() if one.name == ".lock"] == []
    assert not (tmp_path / "out" / "training").exists()


def test_a_folder_of_other_settings_is_refused(tmp_path):
    plant(tmp_path, "mnist", "backprop-mse", {0: [0.9, 0.9]}, batch=64)
    with pytest.raises(errors.HomologError, match=r"HM046 .*batch"):
        tabulated(tmp_path, tmp_path / "out")


def test_a_run_toml_that_cannot_be_read_is_refused(tmp_path):
    folder = plant(tmp_path, "mnist", "backprop-mse", {0: [0.9, 0.9]})
    (folder / "run.toml").write_text("= 3")
    with pytest.raises(errors.HomologError, match=r"HM021 .*run.toml"):
        tabulated(tmp_path, tmp_path / "out")


@pytest.mark.usefixtures("undrawn")
def test_another_seed_is_refused_where_networks_have_begun(tmp_path, backprop):
    studies.run(backprop, tmp_path, quick=True)
    with pytest.raises(errors.HomologError, match=r"HM046 .*rng"):
        studies.run(backprop, tmp_path, quick=True, seed=1)


def test_images_that_are_not_there_leave_a_part_out(tmp_path, monkeypatch):
    monkeypatch.delenv("HOMOLOG_DATA", raising=False)
    outcome = studies.run(STUDY.choosing(Choices(data=("cifar10", "mnist"))), tmp_path)
    assert outcome.left_out["fashion_mnist"] == "it was not asked for: --data"
    for data in ("mnist", "cifar10"):
        assert "and neither HOMOLOG_DATA nor --images names a" in outcome.left_out[data]
    assert {row["verdict"] for row in outcome.claims} == {"not run"}


@pytest.mark.parametrize(
    ("study", "choices", "message"),
    [
        ("table1", {"data": ("digits",)}, "HM025 data is 'digits'; allowed: mnist, fashion_mnist"),
        ("table1", {"sizes": (784, 100, 10)}, "HM025 sizes is .*chosen only with fair"),
        ("table1", {"sizes": (64, 9, 10), "fair": True}, "allowed: 784 first and 10 last for mn"),
        (
            "soft-matching",
            {"replicas": 3},
            "HM025 replicas is 3.*not to be chosen of soft-matching",
        ),
        ("angles", {"fair": True}, "HM025 fair is True.* only data, rules, replicas"),
    ],
)
def test_choices_that_make_no_sense_are_refused(study, choices, message):
    with pytest.raises(errors.HomologError, match=message):
        studies.find(study).choosing(Choices(**choices))


@pytest.mark.parametrize("name", ["replicas", "epochs"])
def test_none_of_something_is_refused(name):
    with pytest.raises(errors.HomologError, match=f"HM025 {name} is 0; allowed: 1 or more"):
        Choices(**{name: 0})


def test_a_rule_that_does_not_exist_is_refused(tmp_path):
    (tmp_path / "training").mkdir()
    with pytest.raises(errors.HomologError, match=r"HM023 .*'backdrop'.*'backprop'"):
        tabulated(tmp_path, tmp_path / "out", rules=("backdrop",))


def test_a_folder_without_networks_is_refused(tmp_path):
    with pytest.raises(errors.HomologError, match=r"HM025 trained .*with training/ in it"):
        tabulated(tmp_path, tmp_path / "out")


# The command line.


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_table_of_what_is_there(tmp_path):
    plant(tmp_path, "mnist", "backprop-mse", {0: [0.9, 0.9761], 1: [0.9]})
    before = {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
    result = run(
        *("study", "table1", "-o", tmp_path, "--no-train", "--data", "mnist", "--epochs", 2),
        *("--rules", "backprop", "-q"),
    )
    assert result.exit_code == 0, result.output
    assert re.search(r"BP-MSE +mnist .* 97\.61 .* within 3 +replica 1 after 1 of 2", result.stdout)
    assert "! fashion_mnist was left out: it was not asked for: --data" in result.stdout
    assert all(file.read_bytes() == content for file, content in before.items())
    written = (tmp_path / "tables.md").read_text()
    assert "| BP-MSE | mnist | 784-500-10 | 2 | 1 | 97.61 |" in written


def test_a_choice_that_a_study_does_not_leave_is_refused(tmp_path):
    result = run("study", "soft-matching", "-o", tmp_path, "--epochs", "3")
    assert result.exit_code == 1
    assert "HM025 epochs is 3; allowed: not to be chosen of soft-matching" in result.stderr


# All rules alike.


def small(**changes):
    """What is asked of one rule in a few seconds."""
    return {
        "data": "digits",
        "rule": "backprop",
        "variant": "mse",
        "sizes": [64, 8, 10],
        "factors": [0.3, 3.0],
        "replicas": 1,
        "epochs": 1,
        "quick": False,
        "train": True,
        **changes,
    }


def test_settings_are_chosen_on_images_that_no_network_learned_from():
    task = homolog.tasks.load("digits")
    split = _selection.held_out(task)
    assert len(split.test) == 300  # a fifth of 1,500
    np.testing.assert_array_equal(split.test, task.train[-300:])
    np.testing.assert_array_equal(split.test_labels, task.train_labels[-300:])
    np.testing.assert_array_equal(split.train, task.train[:-300])
    np.testing.assert_array_equal(split.train_labels, task.train_labels[:-300])
    assert split.name == "digits, the last 300 of training held out"


def test_the_labels_of_the_test_change_nothing_that_is_chosen(tmp_path, monkeypatch):
    task = homolog.tasks.load("digits")
    found = {}
    for name, labels in (("true", task.test_labels), ("wrong", 9 - task.test_labels)):
        shown = replace(task, test_labels=labels)
        monkeypatch.setattr(_trained, "_loaded", lambda name, folder, shown=shown: shown)
        sources = Sources(trained=tmp_path / name)
        _selection.learn(small(), sources, Teaching())
        tests = _selection.epochs(small(), sources, 3.0, "test")
        found[name] = (
            _selection.validated(small(), sources),
            _selection.chosen(small(), sources),
            tests[0][-1]["test_accuracy"],
        )
    assert found["true"][:2] == found["wrong"][:2]
    assert found["true"][1] == 3.0
    assert found["true"][2] > 2 * found["wrong"][2]  # by the labels of the test: only at the end


def test_the_setting_that_is_best_held_out_is_chosen(tmp_path):
    for factor, right in ((0.3, 0.9), (3.0, 0.8)):
        folder = _selection.folder_of(small(), Sources(trained=tmp_path), factor, "validation")
        (folder / "replica-0").mkdir(parents=True)
        line = {"replica": 0, "epoch": 1, "test_accuracy": right, "dead_outputs": 0}
        (folder / "replica-0" / "history.jsonl").write_text(json.dumps(line) + "\n")
    assert _selection.chosen(small(), Sources(trained=tmp_path)) == 0.3
    assert _selection.chosen(small(epochs=2), Sources(trained=tmp_path)) is None


def test_a_setting_that_diverges_is_not_chosen(tmp_path):
    asked = small(rule="predictive_coding_nudge", variant="", factors=[1.0, 1e6])
    _selection.learn(asked, Sources(trained=tmp_path), Teaching())
    rows = pd.DataFrame(
        [{"task": "t", **row} for row in fair.work(asked, None, Sources(trained=tmp_path))]
    )
    (row,) = fair.table(rows)
    assert row["rates"] == "× 1"
    assert "× 1e+06: did not end" in row["tried"]
    assert row["replicas"] == 1


def test_all_rules_alike_on_digits(tmp_path):
    result = run(
        *("study", "table1", "--fair", "--data", "digits", "--sizes", "64-8-10", "--epochs", 1),
        *("--rules", "backprop", "--replicas", 1, "-q", "-o", tmp_path),
    )
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "fair-digits-table.csv")
    assert set(table["layers"]) == {"64-8-10"}
    assert list(table["row"]) == ["BP-MSE", "BP-CE"]
    assert table["rates"].str.startswith("× 3, the edge of what was tried").all()
    assert table["tried"].str.count("×").tolist() == [3, 3]
    page = (tmp_path / "index.html").read_text()
    assert "the comparison that the paper does not make" in page


def test_every_rule_has_a_small_grid_that_keeps_the_published_rates():
    assert set(_grid.GRIDS) == set(rules.names())
    for row in _trained.rows("mnist"):
        grid = _grid.GRIDS[row.rule.name]
        assert 2 <= len(grid.factors) <= 4
        assert _grid.scaled(row.rule, 1.0, len(row.sizes) - 1) == row.rule
        assert all(hasattr(row.rule, name) for name in grid.rates)


def test_rates_of_a_deeper_network_are_those_of_the_first_hidden_layer():
    rule = rules.preset("corinfomax", "mnist", "sparse")
    deep = _grid.scaled(rule, 0.5, 4)
    assert deep.forward_rates == (0.5, 0.5, 0.5, 0.35)
    assert deep.feedback_rates == (0.06,)
    assert deep.interneuron_rates == (1e-6, 1e-6, 1e-6, 1e-2)
    deep.wire((6, 5, 5, 5, 3))


def fair_rows(means, std=0.01):
    """Histories of two replicas of each row, so far apart that the deviation is as asked."""
    half = std / np.sqrt(2)
    return pd.DataFrame(
        [
            {
                "task": f"mnist-{name}",
                **{"row": name, "rule": "backprop", "variant": "", "images": "mnist"},
                **{"layers": "784-500-10", "asked_epochs": 1, "asked_replicas": 2},
                **{"chosen": 1.0, "factor": 1.0, "phase": phase},
                **{"replica": replica, "epoch": 1, "dead_outputs": 0},
                "test_accuracy": (mean + sign * half) / 100,
            }
            for name, mean in means.items()
            for phase in ("validation", "test")
            for replica, sign in enumerate((-1, 1))
        ]
    )


@pytest.mark.parametrize(
    ("means", "std", "verdict"),
    [
        ({"backprop-cross_entropy": 98, "backprop-mse": 97}, 0.1, "agree"),
        ({"backprop-cross_entropy": 97, "backprop-mse": 98}, 0.1, "disagree"),
        ({"backprop-cross_entropy": 97, "backprop-mse": 98}, 5.0, "cannot tell"),
        ({"predictive_coding": 98, "corinfomax-box": 97}, 0.1, "agree"),
        # 97.61 and 97.62 are not told apart in the table.
        ({"equilibrium_propagation": 98, "corinfomax-box": 97}, 0.1, "cannot tell"),
    ],
)
def test_pairs_that_the_table_tells_apart_decide_about_its_order(means, std, verdict):
    assert fair.judge(fair_rows(means, std))["order"].verdict == verdict


# Tables.


def test_tables_are_aligned_and_escaped():
    rows = [{"a": 1.0, "b|c": None, "d": True}, {"a": 12.345, "b|c": "x|<y>", "d": False}]
    lines = ["a      b|c    d", "─" * 17, "1.00          yes", "12.35  x|<y>  no"]
    assert _tabled.aligned(rows).splitlines() == lines
    assert _tabled.markdown(rows).splitlines()[-1] == "| 12.35 | x/<y> | no |"
    assert '<td class="whole">x|&lt;y&gt;</td>' in _tabled.html(rows)
    assert "<td>a note too long for one line</td>" in _tabled.html(
        [{"a_note": "a note too long for one line"}]
    )
    assert "<th>a note</th>" in _tabled.html([{"a_note": ""}])

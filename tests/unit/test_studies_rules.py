"""Angles of planted histories, and planted populations of rules whose likeness is known."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

import homolog
from homolog import errors, rules, studies
from homolog.cli import app
from homolog.studies import _trained, rules_compared
from homolog.studies._embedding import in_plane
from homolog.studies._study import Choices, Sources
from homolog.studies.rules_compared import Learned
from unit.histories import options_of, plant


def run(*arguments):
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def found(part, root, quick=False):
    """Rows of a part, its findings and its table, without files."""
    rows = pd.DataFrame(
        [
            {"task": task, **row}
            for task, options in part.tasks(quick).items()
            for row in part.work(options, None, Sources(trained=root))
        ]
    )
    return rows, part.judge(rows), part.tables(rows)["table"]


@pytest.fixture
def undrawn(monkeypatch):
    """Figures take a second each, and are looked at elsewhere."""
    monkeypatch.setattr("homolog.studies._running.rendered", lambda figure, form: b"<svg/>")


# Angles.


def angles(data="mnist", **choices):
    (part,) = studies.find("angles").choosing(Choices(data=(data,), **choices)).parts
    return part


def planted_angles(root, last):
    """Two replicas whose angles are 2 degrees apart around 65.5, then 75, then `last`."""
    middle = {1: 65.5, 10: 75.0, 50: last}
    course = [middle.get(epoch, 70.0) for epoch in range(1, 51)]
    courses = {0: [angle - 1 for angle in course], 1: [angle + 1 for angle in course]}
    right = {replica: [0.9] * 50 for replica in courses}
    plant(root, "mnist", "corinfomax-box", right, angles=courses)


@pytest.mark.parametrize(
    ("last", "verdict"), [(81.0, "agree"), (82.9, "agree"), (83.1, "disagree"), (78.9, "disagree")]
)
def test_angles_are_judged_by_their_mean_over_replicas(tmp_path, last, verdict):
    planted_angles(tmp_path, last)
    _, findings, table = found(angles(), tmp_path)
    assert findings["after 50"].verdict == verdict
    assert findings["after 50"].number == f"{last:.1f} ± 1.0 degrees, 81 expected"
    assert findings["after 1"].verdict == findings["after 10"].verdict == "agree"
    end = table[-1]
    assert (end["epoch"], end["replicas"]) == (50, 2)
    assert end["angle"] == pytest.approx(last)
    assert end["std"] == pytest.approx(1.0)  # of a population of two, 2 degrees apart


@pytest.mark.parametrize(
    ("end", "asymmetric", "aligned"),
    [(80.0, "agree", "agree"), (40.0, "disagree", "agree"), (92.0, "agree", "disagree")],
)
def test_feedback_is_neither_the_transpose_nor_unrelated(tmp_path, end, asymmetric, aligned):
    plant(tmp_path, "mnist", "corinfomax-box", {0: [0.9] * 2}, angles={0: [90.0, end]})
    _, findings, table = found(angles(), tmp_path)
    assert findings["asymmetric"].verdict == asymmetric
    assert findings["aligned"].verdict == aligned
    assert findings["after 50"].verdict == "not run"
    assert table[-1]["std"] is None  # of one replica


def test_without_networks_nothing_is_said_of_angles(tmp_path):
    (tmp_path / "training").mkdir()
    rows, findings, table = found(angles(), tmp_path)
    assert {one.verdict for one in findings.values()} == {"not run"}
    assert table[0]["replicas"] == 0
    assert isinstance(angles().draw(rows), Figure)


def test_other_images_have_no_expected_angles():
    assert set(angles("cifar10").claims) == {"asymmetric", "aligned"}


def test_angles_of_networks_that_were_trained_for_the_table(tmp_path):
    planted_angles(tmp_path / "there", 81.0)
    told = run("study", "angles", "--trained", tmp_path / "there", "-o", tmp_path / "out", "-q")
    assert told.count("\nagree ") + told.startswith("agree") == 5
    assert not (tmp_path / "out" / "training").exists()
    for form in ("csv", "png", "svg"):
        assert (tmp_path / "out" / f"angles-mnist.{form}").stat().st_size > 200


# Hidden populations.


def test_points_in_a_plane_are_found_again():
    points = np.random.default_rng(0).normal(size=(7, 2))
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    places, share = in_plane(distances)
    np.testing.assert_allclose(
        np.linalg.norm(places[:, None] - places[None], axis=-1), distances, atol=1e-9
    )
    assert share == pytest.approx(1.0)


def test_a_plane_cannot_show_points_in_all_directions():
    _, share = in_plane(np.sqrt(2) * (1 - np.eye(5)))  # five corners, as far apart as can be
    assert share == pytest.approx(2 / 4)


LOCAL = ("corinfomax", "equilibrium_propagation", "similarity_matching", "predictive_coding")


def planted(noise_of_seeds, noise_of_rules, n_seeds=3):
    """Populations around one common to all: how far rules lie from it, and seeds from a rule."""
    rng = np.random.default_rng(1)
    common = rng.normal(size=(60, 12))
    for name in (*LOCAL, "backprop"):
        far = 0.0 if name == "backprop" else noise_of_rules
        centre = common + far * rng.normal(size=common.shape)
        for seed in range(n_seeds):
            responses = centre + noise_of_seeds * rng.normal(size=common.shape)
            yield (
                Learned(name, name, seed),
                homolog.Representation(responses, ("stimulus", "neuron"), stimuli=range(60)),
            )


def part_of(monkeypatch, populations):
    monkeypatch.setattr(rules_compared, "_populations", lambda *_: populations())
    (part,) = studies.find("rules-compared").parts
    return part


@pytest.mark.parametrize("measure", rules_compared.MEASURES)
@pytest.mark.parametrize(
    ("planting", "verdict"),
    [
        ({"noise_of_seeds": 0.2, "noise_of_rules": 1.0}, "disagree"),  # a place for every rule
        ({"noise_of_seeds": 0.2, "noise_of_rules": 1.0, "n_seeds": 1}, "cannot tell"),
    ],
)
def test_rules_with_a_place_of_their_own_are_not_closer_to_backprop(
    tmp_path, monkeypatch, measure, planting, verdict
):
    part = part_of(monkeypatch, lambda: planted(**planting))
    _, findings, _ = found(part, tmp_path)
    assert findings[measure].verdict == verdict


def of_one_start():
    """Networks that are what their seed was, whatever the rule."""
    rng = np.random.default_rng(3)
    starts = rng.normal(size=(3, 60, 12))
    for name in (*LOCAL, "backprop"):
        for seed, start in enumerate(starts):
            responses = start + 0.1 * rng.normal(size=start.shape)
            yield (
                Learned(name, name, seed),
                homolog.Representation(responses, ("stimulus", "neuron"), stimuli=range(60)),
            )


def test_a_common_start_is_not_taken_for_likeness(tmp_path, monkeypatch):
    _, findings, table = found(part_of(monkeypatch, of_one_start), tmp_path)
    for measure in rules_compared.MEASURES:
        assert findings[measure].verdict == "cannot tell"
    line = next(one for one in table if one["row"] == LOCAL[0] and one["measure"] == "unbiased_cka")
    assert line["with_backprop_same_seed"] > 0.9
    assert line["with_backprop"] < 0.2


def scattered():
    """Seeds of local rules scattered around a core that backprop's networks sit on."""
    rng = np.random.default_rng(2)
    core = rng.normal(size=(60, 12))
    for name in (*LOCAL, "backprop"):
        for seed in range(3):
            noise = 0.05 if name == "backprop" else 1.0
            responses = core + noise * rng.normal(size=core.shape)
            yield (
                Learned(name, name, seed),
                homolog.Representation(responses, ("stimulus", "neuron"), stimuli=range(60)),
            )


def test_rules_scattered_around_backprop_are_closer_to_it(tmp_path, monkeypatch):
    part = part_of(monkeypatch, scattered)
    rows, findings, table = found(part, tmp_path)
    for measure in rules_compared.MEASURES:
        assert findings[measure].verdict == "agree", measure
        assert "In 4 of 4 rows" in findings[measure].reading
        assert "4 rows, 3 seeds, 105 pairs of networks" in findings[measure].reading
    line = next(one for one in table if one["row"] == LOCAL[0] and one["measure"] == "procrustes")
    pairs = rows[(rows["measure"] == "procrustes") & (rows["row_x"] == LOCAL[0])]
    own = pairs[(pairs["row_y"] == LOCAL[0]) & (pairs["x"] != pairs["y"])]["value"]
    with_backprop = pairs[pairs["rule_y"] == "backprop"]
    same = with_backprop["replica_x"] == with_backprop["replica_y"]
    others = with_backprop[~same]["value"]
    assert (len(others), same.sum()) == (6, 3)
    assert line["networks"] == 3
    assert line["within"] == pytest.approx(own.mean())
    assert line["with_backprop"] == pytest.approx(others.mean())
    # A distance: closer means smaller.
    assert line["closer_to_backprop"] == pytest.approx(own.mean() - others.mean())
    assert line["with_backprop_std"] == pytest.approx(others.std(ddof=1))
    assert line["with_backprop_same_seed"] == pytest.approx(with_backprop[same]["value"].mean())
    figure = part.draw(rows)
    assert sum(len(ax.images) for ax in figure.axes) >= 3
    assert "of " in figure.texts[0].get_text()


def test_two_variants_of_backprop_are_not_local():
    rows = pd.DataFrame(
        {
            "measure": "procrustes",
            "x": ["a", "a", "b"],
            "y": ["b", "c", "c"],
            "row_x": ["BP-MSE", "BP-MSE", "BP-CE"],
            "row_y": ["BP-CE", "EP", "EP"],
            "rule_x": "backprop",
            "rule_y": ["backprop", "equilibrium_propagation", "equilibrium_propagation"],
            "replica_x": [0, 0, 1],
            "replica_y": [1, 2, 2],
            "value": [0.1, 0.2, 0.4],
        }
    )
    table = {row["row"]: row for row in rules_compared.compared(rows)}
    assert [table[name]["local"] for name in ("BP-MSE", "BP-CE", "EP")] == [False, False, True]
    assert table["EP"]["with_backprop"] == pytest.approx(0.3)
    assert table["BP-MSE"]["with_backprop"] == pytest.approx(0.1)
    assert table["EP"]["closer_to_backprop"] is None  # alone of its kind


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A quick table with two rows, one of whose networks has collapsed and one not finished."""
    folder = tmp_path_factory.mktemp("table")
    chosen = Choices(data=("mnist",), rules=("backprop",), epochs=4)
    studies.run(studies.find("table1").choosing(chosen), folder, quick=True)
    options = options_of("mnist", "equilibrium_propagation", quick=True)
    where = _trained.folder_of(options, Sources(trained=folder))
    rule = rules.preset("equilibrium_propagation", "mnist")
    homolog.train(rule, "digits", (64, 24, 10), epochs=1, folder=where)
    return folder


def test_hidden_layers_of_networks_that_finished_are_recorded(trained):
    rows = _trained.tasks(True, data="mnist", choices=Choices(epochs=4, replicas=2))
    seen = dict(rules_compared._populations(list(rows.values()), 50, Sources(trained=trained)))
    assert {one.rule for one in seen} == {"backprop"}
    for one, population in seen.items():
        variant = {"BP-MSE": "mse", "BP-CE": "cross_entropy"}[one.row]
        folder = trained / "training" / f"quick-mnist-backprop-{variant}"
        network = rules.load(folder / f"replica-{one.replica}" / "network.safetensors")
        hidden, _ = network.respond(homolog.tasks.load("digits").test[:50])
        assert population.responses.shape[0] == 50
        varying = hidden[0].numpy()[:, np.ptp(hidden[0].numpy(), axis=0) > 0]
        np.testing.assert_array_equal(population.responses, varying)


def test_collapsed_networks_are_left_out(tmp_path):
    plant(tmp_path, "mnist", "backprop-mse", {0: [0.9], 1: [0.2], 2: [0.8]}, dead={2: 1})
    options = options_of("mnist", "backprop-mse", epochs=1)
    assert rules_compared._whole(options, Sources(trained=tmp_path)) == [0]
    longer = options_of("mnist", "backprop-mse", epochs=2)
    assert rules_compared._whole(longer, Sources(trained=tmp_path)) == []


@pytest.mark.usefixtures("undrawn")
def test_rules_are_compared_once_and_anew_when_a_network_changes(trained, tmp_path):
    command = ("study", "rules-compared", "--trained", trained, "-o", tmp_path, "--quick")
    asked = (*command, "--epochs", 4, "--rules", "backprop", "-q")
    told = run(*asked)
    assert told.count("cannot tell") == 3
    kept = tmp_path / "rows" / "rules-mnist" / "mnist-procrustes.json"
    before = kept.stat().st_mtime_ns
    assert "computed anew" not in run(*asked)
    assert kept.stat().st_mtime_ns == before
    (network,) = trained.glob("training/*backprop-mse/replica-0/network.safetensors")
    rules.load(network).each(lambda weights: 2 * weights).save(network)
    told = run(*asked)
    assert "3 tasks kept in this folder, done with other images or recordings" in told
    assert kept.stat().st_mtime_ns != before


def test_images_are_needed_to_show_them_though_nothing_is_trained(tmp_path, monkeypatch):
    monkeypatch.delenv("HOMOLOG_DATA", raising=False)
    plant(tmp_path, "mnist", "backprop-mse", {0: [0.9]})
    sources = Sources(trained=tmp_path)
    outcome = studies.run(studies.find("rules-compared"), tmp_path / "out", sources=sources)
    assert "it needs the images mnist" in outcome.left_out["rules-mnist"]


def test_images_that_are_not_of_the_study_are_refused():
    with pytest.raises(errors.HomologError, match=r"HM025 data is 'imagenet'; allowed: mnist,"):
        studies.find("rules-compared").choosing(Choices(data=("imagenet",)))


def test_rows_of_two_networks_are_too_few_to_say_anything(tmp_path, monkeypatch):
    part = part_of(monkeypatch, lambda: planted(0.2, 1.0, n_seeds=2))
    _, findings, table = found(part, tmp_path)
    assert {one.verdict for one in findings.values()} == {"cannot tell"}
    assert "0 local rows have 3 networks or more" in findings["procrustes"].reading
    assert table[0]["closer_to_backprop"] < 0
